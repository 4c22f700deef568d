"""What the servicing clinician decides, one line at a time."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from sma.claims.actions.first_lines import assignment_id
from sma.claims.actions.lines import add_line, chosen, move, proposed_now
from sma.claims.judgement import Choice, choice_of
from sma.claims.matching import unmatched
from sma.claims.models import Claim
from sma.claims.queries.responses import was_rejected
from sma.claims.rules import (
    BillingType,
    ClaimStatus,
    LineDecided,
    LineKind,
    LineNotFound,
    NotApprovable,
    NotExported,
    NotYourLine,
    may_become,
)
from sma.core import audit
from sma.core.db import WriteSession
from sma.identity import CurrentUser, Permission
from sma.people import Coverage, Patient, lock_patients, practitioner_of
from sma.people.rules import CoverageKind
from sma.scheduling import GroupSession, lock_session

# An approval carries the moment at which its press began; it may be written down, and first counted, this much later.
_LONGEST_PRESS = timedelta(minutes=2)


def hold_line(db: WriteSession, claim_id: UUID) -> Claim:
    """Return a line; its person, its session and then its own row are locked until commit. Raises: LineNotFound.

    The person, because limits count over sessions: two approvals for one person wait for each other.
    """
    found = db.get(Claim, claim_id)
    if found is None:
        raise LineNotFound
    lock_patients(db, [found.patient_id])
    lock_session(db, found.group_session_id)
    query = select(Claim).where(col(Claim.id) == claim_id).with_for_update()
    # Refreshed: it was read before the lock was waited for.
    return db.exec(query.execution_options(populate_existing=True)).one()


def approve(
    db: WriteSession,
    claim_id: UUID,
    *,
    item_number: str,
    confirmed: Collection[str] = (),
    by: CurrentUser,
    now: datetime,
) -> Claim:
    """Approve one line for one item: the one that fits, or a lower one that the clinician chose.

    `confirmed` holds the keys of the questions that the clinician answered, those of an incentive among them: without
    its answers the incentive is left out. Approving twice is harmless; approving another item, or with other answers,
    before the line is frozen replaces the first.
    Locks: the patient, the session, the line. Raises: LineNotFound, NotYourLine, NotApprovable, LineDecided.
    """
    claim = hold_line(db, claim_id)
    _own(db, claim, by)
    _undecided(claim)
    choice = choice_of(claim.assessment, item_number)
    if choice is None:
        raise NotApprovable("That item does not fit what is recorded. Correct the record, then assess again.")
    if claim.status == ClaimStatus.READY and (claim.item_number, claim.additions) == (
        item_number,
        [each.kept() for each in choice.added(confirmed)],
    ):
        return claim
    _must_stand(db, claim, choice, confirmed)
    move(
        db,
        claim,
        ClaimStatus.READY,
        approved_at=now,
        approved_by_id=by.id,
        not_billed_reason=None,
        **chosen(choice, confirmed),
    )
    audit.record(
        db,
        by=by,
        did="approve",
        on=claim,
        now=now,
        item=item_number,
        lower=choice.is_lower,
        confirmed=len(confirmed),
        added=" ".join(each["item"] for each in claim.additions) or None,
    )
    return claim


def _must_stand(db: WriteSession, claim: Claim, choice: Choice, confirmed: Collection[str]) -> None:
    """Raises: NotApprovable, with what is to be put right or confirmed first."""
    if claim.status == ClaimStatus.BLOCKED or choice.obstacles:
        raise NotApprovable(_obstacle(claim, choice))
    if [question for question in choice.questions if question.key not in confirmed]:
        raise NotApprovable("Confirm each point of this item with its tick box, then approve.")
    reason = _missing_identity(db, claim) or _unmatched(db, claim, choice, confirmed) or _overtaken(db, claim, choice)
    if reason:
        raise NotApprovable(reason)


def _overtaken(db: WriteSession, claim: Claim, choice: Choice) -> str | None:
    """Say whether another line of this person, approved since, has used up what the item needs."""
    others = select(Claim.id).where(
        col(Claim.patient_id) == claim.patient_id,
        col(Claim.id) != claim.id,
        col(Claim.kind) == LineKind.SERVICE,
        col(Claim.status).in_((ClaimStatus.READY, ClaimStatus.EXPORTED)),
        col(Claim.approved_at) >= claim.assessed_at - _LONGEST_PRESS,
    )
    if db.exec(others.limit(1)).first() is None:
        return None
    fresh = proposed_now(db, claim)
    now = choice_of(fresh.judged, choice.item_number) if fresh else None
    if now is not None and not now.obstacles and len(now.questions) <= len(choice.questions):
        return None
    return "Not yet: another line of this person was approved since this one was assessed. Assess the session again."


def mark_not_billed(db: WriteSession, claim_id: UUID, *, reason: str, by: CurrentUser, now: datetime) -> Claim:
    """Decide that a service is not claimed, and say why. Until a new assessment it can still be approved.

    Locks: the patient, the session, the line. Raises: LineNotFound, NotYourLine, LineDecided.
    """
    claim = hold_line(db, claim_id)
    _own(db, claim, by)
    _undecided(claim)
    if claim.status == ClaimStatus.NOT_BILLED and claim.not_billed_reason == reason:
        return claim
    move(db, claim, ClaimStatus.NOT_BILLED, not_billed_reason=reason[:200], approved_at=None, approved_by_id=None)
    # The reason is typed text and may hold anything; the history keeps that there is one.
    audit.record(db, by=by, did="not-billed", on=claim, now=now)
    return claim


def void_and_replace(db: WriteSession, claim_id: UUID, *, by: CurrentUser, now: datetime) -> Claim | None:
    """Take back a line that is in a batch and propose its service anew; returns the new line, to be approved.

    The void goes into the next batch by itself, before the replacement. The exported line is not edited. A line that
    came back rejected has nothing to take back: it has no void, and whoever bills may press, since the new line goes
    to its clinician.
    Locks: the patient, the session, the line. Raises: LineNotFound, NotYourLine, NotExported.
    """
    claim = hold_line(db, claim_id)
    rejected = was_rejected(db, claim_id)
    if not (rejected and by.may(Permission.EXPORT_CLAIMS)):
        _own(db, claim, by)
    if claim.status != ClaimStatus.EXPORTED or claim.kind != LineKind.SERVICE:
        raise NotExported
    if claim.billing_type == BillingType.PRIVATE:
        raise NotExported("This line stands on an account. Whoever bills takes the account back with a credit.")
    session = db.get_one(GroupSession, claim.group_session_id)
    fresh = proposed_now(db, claim)
    move(db, claim, ClaimStatus.VOID)
    if not rejected:
        db.add(_void_line(claim, by=by, now=now))
    replacement = add_line(db, session, fresh, now=now, replaces_id=claim.id) if fresh else None
    did = "propose-again" if rejected else "void"
    audit.record(db, by=by, did=did, on=claim, now=now, replaced=replacement is not None)
    return replacement


def _own(db: WriteSession, claim: Claim, by: CurrentUser) -> None:
    practitioner = practitioner_of(db, by.id)
    if practitioner is None or practitioner.id != claim.practitioner_id or not by.may(Permission.APPROVE_CLAIMS):
        raise NotYourLine


def _undecided(claim: Claim) -> None:
    # A void line follows from the exported one and is not decided about again.
    if claim.kind != LineKind.SERVICE or not may_become(claim.status, ClaimStatus.NOT_BILLED):
        raise LineDecided


def _obstacle(claim: Claim, choice: Choice) -> str:
    facts, remedy = choice.obstacles[0][:2] if choice.obstacles else (claim.summary, None)
    return f"Not yet: {facts}. {remedy or ''}".strip()


def _missing_identity(db: WriteSession, claim: Claim) -> str | None:
    """What a line could not go out without. An account to the patient needs neither card nor date of birth."""
    if claim.billing_type == BillingType.PRIVATE:
        return None
    if db.get_one(Patient, claim.patient_id).born_on is None:
        return "Not yet: the date of birth is missing. Enter it on the person's page."
    is_dva = claim.billing_type == BillingType.DVA
    card = db.exec(
        select(Coverage).where(
            col(Coverage.patient_id) == claim.patient_id,
            col(Coverage.kind) == (CoverageKind.DVA if is_dva else CoverageKind.MEDICARE),
            col(Coverage.is_current).is_(True),
        )
    ).first()
    if is_dva:
        return None if card else "Not yet: the DVA file number is missing. Enter it on the person's page."
    if card and card.irn:
        return None
    return "Not yet: the Medicare number or its IRN is missing. Enter it on the person's page."


def _unmatched(db: WriteSession, claim: Claim, choice: Choice, confirmed: Collection[str]) -> str | None:
    """What keeps agreement, roll call and line apart, with the item chosen and those beside it."""
    items = [choice.item_number, *(each.item_number for each in choice.added(confirmed))]
    session = db.get_one(GroupSession, claim.group_session_id)
    return unmatched(db, [(claim, items, assignment_id(claim), session.timezone)]).get(claim.id)


def _void_line(claim: Claim, *, by: CurrentUser, now: datetime) -> Claim:
    kept = claim.model_dump(exclude={"id", "status", "kind", "version", "batch_id", "replaces_id"})
    return Claim(
        **{
            **kept,
            "kind": LineKind.VOID,
            "status": ClaimStatus.READY,
            "replaces_id": claim.id,
            "approved_at": now,
            "approved_by_id": by.id,
            "outdated_at": None,
            "outdated_summary": None,
        }
    )
