"""What was entered about a person's earlier services after a line was judged, and takes its item away."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from billing import load_rulebook
from billing.exports.checks import Remark
from sma.claims.facts import gather, proposals
from sma.claims.judgement import choice_of
from sma.claims.models import Claim
from sma.core.db import ReadSession
from sma.entitlements import EarlierRecord

USED_UP = Remark(
    "history-since",
    "An earlier service was entered since this line was assessed, and the item does not fit any more.",
    "Look at the person's Medicare history, then assess again.",
)


def used_up(db: ReadSession, claims: Sequence[Claim]) -> dict[UUID, Remark]:
    """Return the approved lines whose item an earlier service takes away that was entered since. Mostly one statement.

    Only lines of people with such an entry are judged again: the others stand as their clinician saw them.
    """
    entered = db.exec(
        select(Claim.id)
        .join(EarlierRecord, col(EarlierRecord.patient_id) == col(Claim.patient_id))
        .where(
            col(Claim.id).in_([claim.id for claim in claims]),
            col(EarlierRecord.recorded_at) >= col(Claim.assessed_at),
            col(EarlierRecord.mistake_at).is_(None),
        )
        .distinct()
    ).all()
    wanted = set(entered)
    return {claim.id: USED_UP for claim in claims if claim.id in wanted and not _still_fits(db, claim)}


def _still_fits(db: ReadSession, claim: Claim) -> bool:
    key = (claim.encounter_id, claim.practitioner_id)
    found = proposals(gather(db, claim.group_session_id), load_rulebook())
    fresh = next((each for each in found if (each.encounter_id, each.practitioner_id) == key), None)
    choice = choice_of(fresh.judged, claim.item_number or "") if fresh else None
    return choice is not None and not choice.obstacles
