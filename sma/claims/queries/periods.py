"""Files asked for by period, with how far each is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from sma.claims.models import ClaimBatch, Export, PeriodExport
from sma.claims.queries.exports import ExportView
from sma.core.db import ReadSession
from sma.identity import User

SHOWN = 10


@dataclass(frozen=True)
class PeriodView:
    """One asking and its files, by provider number and month."""

    period: PeriodExport
    asked_by: str
    parts: Sequence[ExportView]

    @property
    def is_under_way(self) -> bool:
        return any(part.state in ("queued", "running") for part in self.parts)


def periods(db: ReadSession) -> list[PeriodView]:
    """Return what was asked for last, newest first. Two statements."""
    asked = db.exec(
        select(PeriodExport, User.display_name)
        .join(User, col(User.id) == col(PeriodExport.requested_by_id))
        .order_by(col(PeriodExport.requested_at).desc(), col(PeriodExport.id))
        .limit(SHOWN)
    ).all()
    rows = db.exec(
        select(Export, ClaimBatch)
        .join(ClaimBatch, col(ClaimBatch.id) == col(Export.batch_id))
        .where(col(Export.period_id).in_([period.id for period, _ in asked]))
        .order_by(col(ClaimBatch.provider_number), col(Export.month))
    ).all()
    views = [ExportView(*row) for row in rows]
    return [
        PeriodView(period, name, [view for view in views if view.export.period_id == period.id])
        for period, name in asked
    ]
