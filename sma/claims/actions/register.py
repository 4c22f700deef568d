"""The row of an assignment of benefit in the register that goes into a batch."""

from datetime import date

from billing.exports import Assignment, Line
from sma.assignments import BenefitAssignment, keep_until


def register_row(agreement: BenefitAssignment, line: Line, claimed_on: date) -> Assignment:
    """Write down an assignment as it stands now, beside the first line that rests on it."""
    return Assignment(
        agreement_id=agreement.id.hex,
        type=str(agreement.method),
        assigned_on=agreement.assigned_on,
        patient_ref=line.patient_ref,
        patient_family_name=line.patient_family_name,
        patient_given_name=line.patient_given_name,
        signed_by="patient" if agreement.assigned_by_patient else "somebody for the patient",
        content_sha256=agreement.document_hash,
        keep_until=keep_until(agreement, claimed_on),
    )
