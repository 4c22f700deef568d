"""Files of a whole period: every batch frozen in some months, one file a provider number and month, so that several
workers share the work.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from sma.claims.actions.exports import must_export
from sma.claims.models import ClaimBatch, Export, PeriodExport
from sma.claims.rules import NothingInPeriod
from sma.core import audit, clock, outbox
from sma.core.db import WriteSession
from sma.identity import CurrentUser


def request_period(
    db: WriteSession,
    first_month: date,
    last_month: date,
    format: str,
    *,
    by: CurrentUser,
    now: datetime,
    require_totp: bool = False,
) -> PeriodExport:
    """Ask for the files of all batches frozen from one month to another, both counted whole in the clinic's time.

    What is in it is settled now: a batch frozen later needs another asking.
    Publishes: export.requested, once for each file. Raises: StepUpNeeded, TotpNeeded, NotFound for an unknown format,
    NothingInPeriod.
    """
    must_export(format, by=by, now=now, require_totp=require_totp)
    parts = _parts(db, first_month, last_month)
    if not parts:
        raise NothingInPeriod
    period = PeriodExport(
        first_month=first_month, last_month=last_month, format=format, requested_by_id=by.id, requested_at=now
    )
    db.add(period)
    # Its files point at it, and the outbox at them.
    db.flush()
    audit.record(db, by=by, did="request-period", on=period, now=now, format=format, files=len(parts))
    for month, batch_ids in parts:
        export = Export(
            batch_id=batch_ids[0],
            more_batches=[each.hex for each in batch_ids[1:]],
            period_id=period.id,
            month=month,
            format=format,
            requested_by_id=by.id,
            requested_at=now,
        )
        db.add(export)
        db.flush()
        outbox.publish(db, "export.requested", export.id, now=now, key=now.isoformat())
    return period


def _parts(db: WriteSession, first_month: date, last_month: date) -> list[tuple[date, Sequence[UUID]]]:
    rows = db.exec(
        select(ClaimBatch.id, ClaimBatch.provider_number, ClaimBatch.made_at, ClaimBatch.timezone).order_by(
            col(ClaimBatch.made_at), col(ClaimBatch.reference)
        )
    )
    by_part: dict[tuple[str, date], list[UUID]] = {}
    for batch_id, number, made_at, timezone in rows:
        month = clock.local_date(made_at, timezone).replace(day=1)
        if first_month <= month <= last_month:
            by_part.setdefault((number, month), []).append(batch_id)
    return [(month, by_part[number, month]) for number, month in sorted(by_part)]
