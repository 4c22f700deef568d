"""What came back, for the pages: the files, and one with its rows.

A clinician reads the rows of their own services only, and no deposit: that is the practice's money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import exists, func
from sqlmodel import col, select

from billing.returns import ReturnState
from sma.claims.models import Claim, ClaimBatch, ClaimReport, ServiceResult
from sma.claims.queries.responses_rows import STATE_WORDS, ResultRow, result_row, result_rows
from sma.claims.rules import ReportNotFound
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Practitioner

# Files come from no place of their own; before any batch there is no clinic's clock to go by.
_ZONE = "Australia/Sydney"


@dataclass(frozen=True)
class ReportView:
    """One file with a page of its rows (one more than asked for when there are more)."""

    report: ClaimReport
    imported_by: str | None
    timezone: str
    counts: dict[ReturnState, int]
    rows: Sequence[ResultRow]


def reports(db: ReadSession, *, page: int, size: int, clinician_user_id: UUID | None = None) -> list[Any]:
    """Return files, newest first, with who read them in; one more than `size` if there are more."""
    query: Any = select(ClaimReport, User.display_name).join(
        User, col(User.id) == col(ClaimReport.imported_by_id), isouter=True
    )
    if clinician_user_id is not None:
        query = query.where(exists(_own(clinician_user_id).where(col(ServiceResult.report_id) == col(ClaimReport.id))))
    newest = query.order_by(col(ClaimReport.number).desc())
    return list(db.exec(newest.offset((page - 1) * size).limit(size + 1)))


def zone_of_batches(db: ReadSession) -> str:
    """The clock that a file's time is shown by: the newest batch's."""
    newest = select(ClaimBatch.timezone).order_by(col(ClaimBatch.made_at).desc()).limit(1)
    return db.exec(newest).first() or _ZONE


def report_view(
    db: ReadSession, report_id: UUID, *, page: int, size: int, clinician_user_id: UUID | None = None
) -> ReportView:
    """Return one file with a page of its rows. Raises: ReportNotFound, also where no row is the clinician's own."""
    found = db.exec(
        select(ClaimReport, User.display_name)
        .join(User, col(User.id) == col(ClaimReport.imported_by_id), isouter=True)
        .where(col(ClaimReport.id) == report_id)
    ).one_or_none()
    if found is None:
        raise ReportNotFound
    report, imported_by = found
    counted: Any = sqlalchemy.select(col(ServiceResult.state), func.count()).where(
        col(ServiceResult.report_id) == report_id
    )
    rows = result_rows().where(col(ServiceResult.report_id) == report_id)
    if clinician_user_id is not None:
        own = col(ServiceResult.id).in_(_own(clinician_user_id).where(col(ServiceResult.report_id) == report_id))
        counted, rows = counted.where(own), rows.where(own)
    by_state = dict(db.connection().execute(counted.group_by(col(ServiceResult.state))).all())
    if clinician_user_id is not None and not by_state:
        raise ReportNotFound
    rows = rows.order_by(_urgency(), col(ServiceResult.row_no)).offset((page - 1) * size).limit(size + 1)
    counts = {state: by_state[state.value] for state in STATE_WORDS if state.value in by_state}
    return ReportView(report, imported_by, zone_of_batches(db), counts, [result_row(each) for each in db.exec(rows)])


def _own(clinician_user_id: UUID) -> Any:
    return (
        sqlalchemy.select(col(ServiceResult.id))
        .join(Claim, col(Claim.id) == col(ServiceResult.claim_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(col(Practitioner.user_id) == clinician_user_id)
    )


def _urgency() -> Any:
    words = [ReturnState.REJECTED, ReturnState.SHORT, ReturnState.OVER, ReturnState.PENDED]
    return sqlalchemy.case(
        {state.value: number for number, state in enumerate(words)}, value=col(ServiceResult.state), else_=9
    )
