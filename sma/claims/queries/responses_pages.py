"""What came back, for the pages: the files, one with its rows, the deposits and whether they tie, and one line's own.

A clinician reads the rows of their own services only, and no deposit: that is the practice's money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import exists, func
from sqlmodel import col, select

from billing.returns import UNKNOWN, ReturnState, load_codes
from sma.claims.models import Claim, ClaimBatch, ClaimLine, ClaimLodgement, ClaimReport, ServiceResult
from sma.claims.queries.responses import is_newest, newest_states, stands
from sma.claims.rules import ClaimStatus, ReportNotFound
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, Practitioner, full_name
from sma.scheduling import GroupSession

# Files come from no place of their own; before any batch there is no clinic's clock to go by.
_ZONE = "Australia/Sydney"

STATE_WORDS = {
    ReturnState.PAID: "Paid",
    ReturnState.SHORT: "Paid short",
    ReturnState.OVER: "Paid over",
    ReturnState.REJECTED: "Rejected",
    ReturnState.PENDED: "Still open",
    ReturnState.NOT_RETURNED: "Not back yet",
}
STATE_LOOKS = {
    ReturnState.PAID: "good",
    ReturnState.SHORT: "warn",
    ReturnState.OVER: "warn",
    ReturnState.REJECTED: "stop",
    ReturnState.PENDED: "info",
    ReturnState.NOT_RETURNED: "quiet",
}


@dataclass(frozen=True)
class Said:
    """What a code means and what to do next, in our words; `where` names the page of the next step."""

    code: str
    meaning: str
    action: str
    where: str
    confidence: str | None

    @classmethod
    def of(cls, code: str | None) -> "Said | None":
        if code is None:
            return None
        found = load_codes().of(code)
        if found is None:
            return cls(code, UNKNOWN, "Look the code up, then decide.", "line", None)
        return cls(code, found.meaning, found.action, found.kind, found.confidence)


@dataclass(frozen=True)
class ResultRow:
    """One service as a report has it. `charge_cents` is our line's; what the report said of it differs at times."""

    result: ServiceResult
    claim_id: UUID
    patient_id: UUID
    session_id: UUID
    practitioner_id: UUID
    name: str
    date_of_service: date
    item_number: str
    charge_cents: int
    batch_reference: str
    claim_status: str

    @property
    def paid_although_replaced(self) -> bool:
        """Something was paid for a line that is void: its newer version must not be claimed as well."""
        return self.claim_status == ClaimStatus.VOID and self.result.benefit_cents > 0

    @property
    def difference_cents(self) -> int:
        return self.result.benefit_cents - self.charge_cents

    @property
    def words(self) -> str:
        return STATE_WORDS[ReturnState(self.result.state)]

    @property
    def look(self) -> str:
        return STATE_LOOKS[ReturnState(self.result.state)]

    @property
    def said(self) -> list[Said]:
        codes = (self.result.reason_code, self.result.return_code)
        return [found for code in codes if (found := Said.of(code))]

    @property
    def next_step(self) -> Said | None:
        """What to do, unless the line was simply paid."""
        return None if self.result.state == ReturnState.PAID else next(iter(self.said), None)


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
    rows = _rows().where(col(ServiceResult.report_id) == report_id)
    if clinician_user_id is not None:
        own = col(ServiceResult.id).in_(_own(clinician_user_id).where(col(ServiceResult.report_id) == report_id))
        counted, rows = counted.where(own), rows.where(own)
    by_state = dict(db.connection().execute(counted.group_by(col(ServiceResult.state))).all())
    if clinician_user_id is not None and not by_state:
        raise ReportNotFound
    rows = rows.order_by(_urgency(), col(ServiceResult.row_no)).offset((page - 1) * size).limit(size + 1)
    counts = {state: by_state[state.value] for state in STATE_WORDS if state.value in by_state}
    return ReportView(report, imported_by, zone_of_batches(db), counts, [_row(each) for each in db.exec(rows)])


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
        _row(each)
        for each in db.exec(
            _rows()
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
            col(ClaimLine.claim_id) == claim_id, col(ClaimLine.kind) == "service"
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


def _rows() -> Any:
    return (
        select(ServiceResult, Claim, Patient, ClaimLine)
        .add_columns(col(ClaimBatch.reference), col(GroupSession.id))
        .join(Claim, col(Claim.id) == col(ServiceResult.claim_id))
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(ClaimLine, col(ClaimLine.id) == col(ServiceResult.claim_line_id))
        .join(ClaimBatch, col(ClaimBatch.id) == col(ServiceResult.batch_id))
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
    )


def _row(found: Any) -> ResultRow:
    result, claim, patient, line, reference, session_id = found
    return ResultRow(
        result=result,
        claim_id=claim.id,
        patient_id=patient.id,
        session_id=session_id,
        practitioner_id=claim.practitioner_id,
        name=full_name(patient),
        date_of_service=claim.date_of_service,
        item_number=line.item_number,
        charge_cents=line.charge_cents,
        batch_reference=reference,
        claim_status=claim.status,
    )
