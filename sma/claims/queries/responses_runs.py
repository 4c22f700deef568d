"""Deposits as payment reports state them: whether the claims in one add up to it, and whether our lines agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col, select

from sma.claims.models import ClaimBatch, ClaimLodgement, PaymentRun, PaymentRunClaim, ServiceResult
from sma.claims.queries.responses import is_newest, stands
from sma.core.db import ReadSession


@dataclass(frozen=True)
class PaidClaim:
    """One claim of a deposit. `lines_cents` is what the newest results of its lines come to, None before any."""

    paid: PaymentRunClaim
    batch_reference: str | None
    lines_cents: int | None

    @property
    def difference_cents(self) -> int | None:
        """What the deposit holds for it beyond what its lines say; None where that cannot be told."""
        return None if self.lines_cents is None else self.paid.benefit_cents - self.lines_cents


@dataclass(frozen=True)
class RunView:
    """One deposit with its claims. A newer report about the same run has the last word."""

    run: PaymentRun
    claims: Sequence[PaidClaim]
    is_newest: bool

    @property
    def claims_cents(self) -> int:
        return sum(each.paid.benefit_cents for each in self.claims)

    @property
    def difference_cents(self) -> int:
        """What the deposit has beyond its claims; 0 when it ties."""
        return self.run.deposit_cents - self.claims_cents


def runs(db: ReadSession, *, report_id: UUID | None = None, most: int = 20) -> list[RunView]:
    """Return the deposits of one report, or the newest of all, with every claim in them. Three statements."""
    query = select(PaymentRun)
    if report_id is not None:
        query = query.where(col(PaymentRun.report_id) == report_id)
    newest = query.order_by(col(PaymentRun.run_on).desc(), col(PaymentRun.report_number).desc(), col(PaymentRun.id))
    found = db.exec(newest.limit(most)).all()
    claims = _claims(db, [run.id for run in found])
    last: Any = (
        sqlalchemy.select(
            col(PaymentRun.run_on), col(PaymentRun.run_number), func.max(col(PaymentRun.report_number)).label("last")
        )
        .where(col(PaymentRun.run_number).in_({run.run_number for run in found}))
        .group_by(col(PaymentRun.run_on), col(PaymentRun.run_number))
    )
    last_word = {(run_on, number): report for run_on, number, report in db.connection().execute(last)}
    return [
        RunView(run, claims.get(run.id, []), last_word[run.run_on, run.run_number] == run.report_number)
        for run in found
    ]


def _claims(db: ReadSession, run_ids: Sequence[UUID]) -> dict[UUID, list[PaidClaim]]:
    lines: Any = (
        sqlalchemy.select(col(ServiceResult.batch_id), func.sum(col(ServiceResult.benefit_cents)).label("cents"))
        .join(ClaimLodgement, col(ClaimLodgement.id) == col(ServiceResult.lodgement_id))
        .where(is_newest(ServiceResult), stands(ClaimLodgement))
        .where(
            col(ServiceResult.batch_id).in_(
                select(PaymentRunClaim.batch_id).where(col(PaymentRunClaim.run_id).in_(run_ids))
            )
        )
        .group_by(col(ServiceResult.batch_id))
        .subquery()
    )
    query: Any = (
        select(PaymentRunClaim, ClaimBatch.reference)
        .add_columns(lines.c.cents)
        .join(ClaimBatch, col(ClaimBatch.id) == col(PaymentRunClaim.batch_id), isouter=True)
        .join(lines, lines.c.batch_id == col(PaymentRunClaim.batch_id), isouter=True)
        .where(col(PaymentRunClaim.run_id).in_(run_ids))
        .order_by(col(PaymentRunClaim.row_no))
    )
    found: dict[UUID, list[PaidClaim]] = {}
    for paid, reference, cents in db.exec(query):
        found.setdefault(paid.run_id, []).append(PaidClaim(paid, reference, cents if cents is None else int(cents)))
    return found
