"""Whether a line, the roll call and the assignment of benefit it rests on speak of the same service."""

from collections.abc import Sequence
from uuid import UUID

from sma.assignments import BilledService, LineToMatch, mismatches
from sma.claims.models import Claim
from sma.claims.rules import BillingType
from sma.core.db import ReadSession

# An approval while nothing stands behind a bulk-billed line.
NOTHING_ON_RECORD = "No assignment of benefit is on record. Record one for the session, then assess again."


def unmatched(db: ReadSession, lines: Sequence[tuple[Claim, Sequence[str], UUID | None, str]]) -> dict[UUID, str]:
    """Return why lines do not match their agreement, by claim; only what is billed in bulk rests on one.

    Each line comes with all its items, the agreement that its assessment names, and the zone of its session. Two
    statements, however many lines.
    """
    bulk = [each for each in lines if each[0].billing_type == BillingType.BULK]
    found = {claim.id: NOTHING_ON_RECORD for claim, _, agreement_id, _ in bulk if agreement_id is None}
    matched = {
        claim.id: LineToMatch(
            BilledService(claim.patient_id, claim.practitioner_id, claim.date_of_service, tuple(items), timezone),
            claim.encounter_id,
            agreement_id,
        )
        for claim, items, agreement_id, timezone in bulk
        if agreement_id is not None
    }
    return found | (mismatches(db, matched) if matched else {})


def items_of(claim: Claim) -> list[str]:
    """Every item on a line: its own and those claimed beside it."""
    return [*([claim.item_number] if claim.item_number else []), *(each["item"] for each in claim.additions)]
