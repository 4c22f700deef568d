"""One service as a report has it, with its line and its person, and what its codes mean in our words."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing.returns import UNKNOWN, ReturnState, load_codes
from sma.claims.models import Claim, ClaimBatch, ClaimLine, ServiceResult
from sma.claims.rules import ClaimStatus
from sma.people import Patient, full_name
from sma.scheduling import GroupSession

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


def result_rows() -> Any:
    """Every result with what a page shows beside it; `result_row` reads a row of it."""
    return (
        select(ServiceResult, Claim, Patient, ClaimLine)
        .add_columns(col(ClaimBatch.reference), col(GroupSession.id))
        .join(Claim, col(Claim.id) == col(ServiceResult.claim_id))
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(ClaimLine, col(ClaimLine.id) == col(ServiceResult.claim_line_id))
        .join(ClaimBatch, col(ClaimBatch.id) == col(ServiceResult.batch_id))
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
    )


def result_row(found: Any) -> ResultRow:
    """Read one row of `result_rows`."""
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
