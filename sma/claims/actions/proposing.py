"""From a closed session to its lines, and again whenever the record was put right."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing import load_rulebook
from sma.claims.actions.lines import add_line, change, lock_lines, move
from sma.claims.actions.referrer_reports import note_course_ends
from sma.claims.facts import Proposal, SessionFacts, gather, proposals
from sma.claims.judgement import choice_of, own_part
from sma.claims.models import Claim
from sma.claims.reasons import Reason, kept
from sma.claims.rules import ClaimStatus, NotClosedYet
from sma.core import audit, outbox
from sma.core.audit import Actor
from sma.core.db import Database, WriteSession
from sma.core.outbox import Work
from sma.scheduling import GroupSession, SessionStatus, lock_session

GONE = "The record no longer has a service behind this line."


@dataclass(frozen=True)
class Changes:
    """What an assessment did: fresh lines, lines taken back, and exported ones that no longer hold."""

    fresh: int = 0
    withdrawn: int = 0
    lost_approval: int = 0
    outdated: int = 0

    def __bool__(self) -> bool:
        return bool(self.fresh or self.withdrawn or self.outdated)


def propose(database: Database, work: Work, *, now: datetime) -> None:
    """Propose lines for a session that was closed. Run again, it changes nothing.

    Judges outside any transaction; if the record moved meanwhile, it judges again under the session's lock.
    """
    with database.read() as reading:
        facts = gather(reading, work.subject_id)
    judged = proposals(facts, load_rulebook())
    with database.write() as db:
        session = lock_session(db, work.subject_id)
        if session.status == SessionStatus.CLOSED:
            _settle(db, session, (facts, judged), by=None, now=now)
            note_course_ends(db, session.id, now=now)
        outbox.finish(db, work, now=now)


def reassess(db: WriteSession, session_id: UUID, *, by: Actor | None, now: datetime) -> Changes:
    """Judge a closed session again after its record was put right.

    A line that changed is withdrawn and proposed anew, so an approval is lost with what it was given for; an exported
    line stays and is marked when it no longer holds.
    Locks: the session, then its lines. Raises: NotFound, NotClosedYet.
    """
    session = lock_session(db, session_id)
    if session.status != SessionStatus.CLOSED:
        raise NotClosedYet
    return _settle(db, session, None, by=by, now=now)


def _settle(
    db: WriteSession,
    session: GroupSession,
    earlier: tuple[SessionFacts, list[Proposal]] | None,
    *,
    by: Actor | None,
    now: datetime,
) -> Changes:
    held = {(claim.encounter_id, claim.practitioner_id): claim for claim in lock_lines(db, session.id)}
    facts = gather(db, session.id)
    judged = earlier[1] if earlier and earlier[0] == facts else proposals(facts, load_rulebook())
    by_key = {(each.encounter_id, each.practitioner_id): each for each in judged}
    fresh = withdrawn = lost = outdated = 0
    for key, claim in held.items():
        proposal = by_key.pop(key, None)
        if claim.status == ClaimStatus.EXPORTED:
            outdated += _mark(db, claim, proposal, now=now)
        elif proposal is None or _differs(claim, proposal):
            lost += claim.status == ClaimStatus.READY
            withdrawn += 1
            move(db, claim, ClaimStatus.WITHDRAWN)
            if proposal is not None:
                fresh += 1
                add_line(db, session, proposal, now=now, replaces_id=claim.id)
    for proposal in by_key.values():
        fresh += 1
        add_line(db, session, proposal, now=now)
    changes = Changes(fresh, withdrawn, lost, outdated)
    if changes:
        audit.record(
            db,
            by=by,
            did="assess",
            on=session,
            now=now,
            fresh=fresh,
            withdrawn=withdrawn,
            lost_approval=lost,
            outdated=outdated,
        )
    return changes


def _differs(claim: Claim, proposal: Proposal) -> bool:
    if claim.status == ClaimStatus.BLOCKED and claim.waits_for == kept([Reason.LOST]):
        # Held back from its batch. What it lost may be there again, and then it is judged as it was before.
        return True
    if claim.provider_number != proposal.provider_number:
        return True
    if claim.status == ClaimStatus.READY or claim.not_billed_reason:
        # Decided: what is only worth a look because of other people's lines does not take the decision away.
        return own_part(claim.assessment) != own_part(proposal.judged)
    return claim.assessment != proposal.judged


def _mark(db: WriteSession, claim: Claim, proposal: Proposal | None, *, now: datetime) -> bool:
    """Say on an exported line whether it still holds; True when it newly does not."""
    holds = proposal is not None and _still_holds(claim, proposal)
    if holds:
        if claim.outdated_at is not None:
            change(db, claim, outdated_at=None, outdated_summary=None)
        return False
    summary = proposal.judged["summary"][:300] if proposal else GONE
    if claim.outdated_summary == summary:
        return False
    change(db, claim, outdated_at=now, outdated_summary=summary)
    return True


def _still_holds(claim: Claim, proposal: Proposal) -> bool:
    number = claim.item_number or ""
    choice, before = choice_of(proposal.judged, number), choice_of(claim.assessment, number)
    return (
        choice is not None
        and before is not None
        and not choice.obstacles
        # An item that used to fit and is merely possible now was not chosen on purpose below the one that fits.
        and choice.is_lower == before.is_lower
        and claim.provider_number == proposal.provider_number
        and claim.billing_type == proposal.judged["evidence"]["billing"]
        and (claim.schedule_fee_cents, claim.benefit_cents, claim.number_of_patients_seen)
        == (choice.fee_cents, choice.benefit_cents, choice.patients_seen)
        # What was added must still be offered as it was; an incentive that was left out on purpose is not missed.
        and all(each in [one.kept() for one in choice.additions] for each in claim.additions)
    )
