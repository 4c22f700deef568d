"""What came back about one line, and under which claim ids a batch was lodged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col, select

from billing.returns import ReturnState, load_codes
from sma.claims.models import Claim, ClaimBatch, ClaimLine, ClaimLodgement, ClaimReport, ServiceResult
from sma.claims.queries.responses import is_newest, newest_states, stands
from sma.claims.queries.responses_rows import ResultRow, result_row, result_rows
from sma.claims.rules import LineKind
from sma.core.db import ReadSession
from sma.identity import User


@dataclass(frozen=True)
class LineResponses:
    """What came back about one line: where it was lodged, and every word about it, newest first.

    `counting` are the results that say how it stands today; older ones, and those under a corrected claim id, stay.
    `new_assignment_before` is the day before which its benefit was assigned by rules that no longer do.
    """

    lodgement: ClaimLodgement
    recorded_by: str
    timezone: str
    charge_cents: int
    services: int
    rows: Sequence[ResultRow]
    counting: frozenset[UUID]
    reports: dict[UUID, ClaimReport]
    new_assignment_before: date | None

    @property
    def benefit_cents(self) -> int:
        return sum(row.result.benefit_cents for row in self.rows if row.result.id in self.counting)

    @property
    def was_rejected(self) -> bool:
        """Every service of it came back rejected, so that it may be proposed again."""
        return self._rejected == self.services

    @property
    def is_partly_rejected(self) -> bool:
        """Something of it was rejected, and the rest was paid or is open."""
        return 0 < self._rejected < self.services

    @property
    def _rejected(self) -> int:
        states = [row.result.state for row in self.rows if row.result.id in self.counting]
        return states.count(ReturnState.REJECTED)


def responses_of(db: ReadSession, claim_id: UUID) -> LineResponses | None:
    """Return what came back about a line, or None before its batch is recorded as lodged."""
    lodged = db.exec(
        select(ClaimLodgement, User.display_name, ClaimBatch.timezone, Claim)
        .join(User, col(User.id) == col(ClaimLodgement.recorded_by_id))
        .join(ClaimBatch, col(ClaimBatch.id) == col(ClaimLodgement.batch_id))
        .join(Claim, col(Claim.batch_id) == col(ClaimBatch.id))
        .where(col(Claim.id) == claim_id, stands(ClaimLodgement))
    ).first()
    if lodged is None:
        return None
    lodgement, recorded_by, timezone, claim = lodged
    rows = [
        result_row(each)
        for each in db.exec(
            result_rows()
            .where(col(ServiceResult.claim_id) == claim_id)
            .order_by(col(ServiceResult.report_number).desc(), col(ServiceResult.row_no))
        )
    ]
    counting = select(ServiceResult.id).where(
        col(ServiceResult.claim_id) == claim_id,
        col(ServiceResult.lodgement_id) == lodgement.id,
        is_newest(ServiceResult),
    )
    charge, services = db.exec(
        select(func.sum(col(ClaimLine.charge_cents)), func.count()).where(
            col(ClaimLine.claim_id) == claim_id, col(ClaimLine.kind) == LineKind.SERVICE
        )
    ).one()
    assigned, before = claim.assessment["evidence"]["assignment"], load_codes().new_assignment_before
    return LineResponses(
        lodgement=lodgement,
        recorded_by=recorded_by,
        timezone=timezone,
        charge_cents=charge or 0,
        services=services,
        rows=rows,
        counting=frozenset(db.exec(counting)),
        reports=_reports(db, {row.result.report_id for row in rows}),
        new_assignment_before=before if assigned and date.fromisoformat(assigned["on"]) < before else None,
    )


def rejected_before(db: ReadSession, claim: Claim) -> UUID | None:
    """Return the rejected line that this one was proposed again from, if it was."""
    if claim.replaces_id is None:
        return None
    states = newest_states(claim.replaces_id)
    found = db.connection().execute(sqlalchemy.select(states.c.claim_id).where(states.c.rejected > 0)).first()
    return claim.replaces_id if found else None


def lodgements(db: ReadSession, batch_id: UUID) -> list[tuple[ClaimLodgement, str]]:
    """Return the claim ids recorded for a batch with who recorded each, newest first: the first one stands."""
    query = (
        select(ClaimLodgement, User.display_name)
        .join(User, col(User.id) == col(ClaimLodgement.recorded_by_id))
        .where(col(ClaimLodgement.batch_id) == batch_id)
    )
    return list(db.exec(query.order_by(col(ClaimLodgement.number).desc())))


def _reports(db: ReadSession, ids: set[UUID]) -> dict[UUID, ClaimReport]:
    return {each.id: each for each in db.exec(select(ClaimReport).where(col(ClaimReport.id).in_(ids)))}
