"""Writing down the claim id that Medicare gave a person who lodged a batch elsewhere. Nothing here lodges anything."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from billing.returns import CLAIM_ID
from sma.claims.actions.exports import hold_batch
from sma.claims.models import ClaimBatch, ClaimLodgement
from sma.claims.rules import LodgementRefused
from sma.core import audit, clock
from sma.core.db import ReadSession, WriteSession
from sma.identity import CurrentUser


def record_lodgement(
    db: WriteSession,
    batch_id: UUID,
    *,
    claim_reference: str,
    lodged_on: date,
    reason: str | None = None,
    by: CurrentUser,
    now: datetime,
) -> ClaimLodgement:
    """Keep that the practice lodged a batch elsewhere, under which claim id and when. Said twice, it is kept once.

    A correction needs a reason and is a newer row; what came back under the older one no longer counts.
    Locks: the batch. Raises: BatchNotFound, LodgementRefused.
    """
    batch = hold_batch(db, batch_id)
    earlier = _newest(db, batch_id)
    if earlier is not None and (earlier.claim_reference, earlier.lodged_on) == (claim_reference, lodged_on):
        return earlier
    if refusal := _refusal(db, batch, claim_reference, lodged_on, now=now):
        raise LodgementRefused(fields=refusal)
    if earlier is not None and not reason:
        raise LodgementRefused(fields={"reason": "Say why it changes, in a few words."})
    lodgement = ClaimLodgement(
        batch_id=batch_id,
        number=earlier.number + 1 if earlier else 1,
        claim_reference=claim_reference,
        lodged_on=lodged_on,
        recorded_at=now,
        recorded_by_id=by.id,
        reason=reason if earlier else None,
    )
    db.add(lodgement)
    audit.record(db, by=by, did="record-lodgement", on=batch, now=now, corrects=earlier is not None)
    return lodgement


def _newest(db: ReadSession, batch_id: UUID) -> ClaimLodgement | None:
    query = select(ClaimLodgement).where(col(ClaimLodgement.batch_id) == batch_id)
    return db.exec(query.order_by(col(ClaimLodgement.number).desc()).limit(1)).first()


def _refusal(
    db: ReadSession, batch: ClaimBatch, claim_reference: str, lodged_on: date, *, now: datetime
) -> dict[str, str]:
    if not CLAIM_ID.fullmatch(claim_reference):
        return {"claim_reference": "A claim id is a letter, four digits and @, $ or +, such as F3848@."}
    if lodged_on > clock.local_date(now, batch.timezone):
        return {"lodged_on": "This day is still to come. Enter the day on which the claim was lodged."}
    if lodged_on < clock.local_date(batch.made_at, batch.timezone):
        return {"lodged_on": "The batch was frozen after this day. Enter the day on which the claim was lodged."}
    others = db.exec(
        select(ClaimLodgement, ClaimBatch)
        .join(ClaimBatch, col(ClaimBatch.id) == col(ClaimLodgement.batch_id))
        .where(
            col(ClaimLodgement.claim_reference) == claim_reference,
            col(ClaimLodgement.lodged_on) == lodged_on,
            col(ClaimLodgement.batch_id) != batch.id,
        )
    ).all()
    for lodgement, other in others:
        newest = _newest(db, other.id)
        if newest is not None and newest.id == lodgement.id and _payee(other) == _payee(batch):
            return {"claim_reference": f"Batch {other.reference} is recorded under this claim id and day already."}
    return {}


def _payee(batch: ClaimBatch) -> str:
    return batch.payee_provider_number or batch.provider_number
