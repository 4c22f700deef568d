"""Moving one line from state to state, judging its service anew, and writing a fresh one."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from billing import load_rulebook
from sma.claims.facts import Proposal, gather, proposals
from sma.claims.judgement import Choice, status_of, suggestion
from sma.claims.models import Claim
from sma.claims.reasons import is_plain, kept, reasons_of
from sma.claims.rules import OVER, ClaimStatus, LineDecided, LineKind, may_become
from sma.core.db import WriteSession
from sma.scheduling import GroupSession


def lock_lines(db: WriteSession, *session_ids: UUID) -> list[Claim]:
    """Return the lines in force of sessions, locked in the order of their ids. The sessions are locked before."""
    query = (
        select(Claim)
        .where(
            col(Claim.group_session_id).in_(session_ids),
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status).not_in(OVER),
        )
        .order_by(col(Claim.id))
        # Not against rows that only point at a line: a report writes those in the order of its own rows.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(db.exec(query))


def move(db: WriteSession, claim: Claim, wanted: ClaimStatus, **values: Any) -> None:
    """Take a line to another state, if it is still as it was read.

    Raises: LineDecided when the move is not allowed or somebody else moved it first.
    """
    if not may_become(claim.status, wanted):
        raise LineDecided
    change(db, claim, status=wanted, **values)


def change(db: WriteSession, claim: Claim, **values: Any) -> None:
    """Write columns of a line, if it is still as it was read. Raises: LineDecided."""
    moved = db.connection().execute(
        update(Claim)
        .where(col(Claim.id) == claim.id, col(Claim.status) == claim.status, col(Claim.version) == claim.version)
        .values(version=claim.version + 1, **values)
    )
    if moved.rowcount != 1:
        raise LineDecided
    db.refresh(claim)


def proposed_now(db: WriteSession, claim: Claim) -> Proposal | None:
    """Judge the service behind a line as the record reads at this moment; None where there is no service any more."""
    key = (claim.encounter_id, claim.practitioner_id)
    found = proposals(gather(db, claim.group_session_id), load_rulebook())
    return next((each for each in found if (each.encounter_id, each.practitioner_id) == key), None)


def add_line(
    db: WriteSession, session: GroupSession, proposal: Proposal, *, now: datetime, replaces_id: UUID | None = None
) -> Claim:
    """Write a fresh line from what was judged. Nothing on it is approved."""
    judged = proposal.judged
    claim = Claim(
        group_session_id=session.id,
        encounter_id=proposal.encounter_id,
        patient_id=proposal.patient_id,
        practitioner_id=proposal.practitioner_id,
        provider_number=proposal.provider_number,
        billing_type=judged["evidence"]["billing"],
        date_of_service=session.held_on,
        rulebook_hash=load_rulebook().content_hash,
        consult_seconds=judged["seconds"],
        status=status_of(judged),
        summary=judged["summary"][:300],
        waits_for=kept(reasons_of(judged)),
        assessment=judged,
        assessed_at=now,
        replaces_id=replaces_id,
        # Where nothing is to be answered, the line names at once what its approval would add.
        **chosen(suggestion(judged), () if is_plain(judged) else None),
    )
    db.add(claim)
    # The unique index on lines in force is to speak here, not when an unrelated statement comes along.
    db.flush()
    return claim


def chosen(choice: Choice | None, confirmed: Collection[str] | None = None) -> dict[str, Any]:
    """The columns that name an item and its money. With `confirmed`, the answers of an approval, what is added too."""
    added = [] if choice is None or confirmed is None else choice.added(confirmed)
    beside = {"additions": [each.kept() for each in added], "added_cents": sum(each.benefit_cents for each in added)}
    if choice is None:
        names = ("item_number", "item_title", "item_version_from", "schedule_fee_cents", "benefit_cents")
        return dict.fromkeys((*names, "number_of_patients_seen")) | beside
    return {
        "item_number": choice.item_number,
        "item_title": choice.title,
        "item_version_from": date.fromisoformat(choice.version_from),
        "schedule_fee_cents": choice.fee_cents,
        "benefit_cents": choice.benefit_cents,
        "number_of_patients_seen": choice.patients_seen,
        **beside,
    }
