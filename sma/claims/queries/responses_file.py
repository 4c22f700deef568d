"""Lodged services with the newest word about each, read row by row for the reconciliation file."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy
from sqlalchemy import and_
from sqlmodel import col

from billing.returns import Reconciled, ReturnState
from sma.claims.models import Claim, ClaimBatch, ClaimLine, ClaimLodgement, ClaimReport, ServiceResult
from sma.claims.queries.responses import is_newest, stands
from sma.claims.rules import LineKind
from sma.core.db import Database
from sma.people import Patient, full_name


def reconciled(database: Database, first: date, last: date) -> Iterator[Reconciled]:
    """Yield every service of the batches recorded as lodged from one day to another, by batch and line."""
    query: Any = (
        sqlalchemy.select(ClaimLine, ClaimBatch, ClaimLodgement, Claim, Patient, ServiceResult, ClaimReport)
        .join(ClaimBatch, col(ClaimBatch.id) == col(ClaimLine.batch_id))
        .join(ClaimLodgement, and_(col(ClaimLodgement.batch_id) == col(ClaimBatch.id), stands(ClaimLodgement)))
        .join(Claim, col(Claim.id) == col(ClaimLine.claim_id))
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(
            ServiceResult,
            and_(
                col(ServiceResult.claim_line_id) == col(ClaimLine.id),
                col(ServiceResult.lodgement_id) == col(ClaimLodgement.id),
                is_newest(ServiceResult),
            ),
            isouter=True,
        )
        .join(ClaimReport, col(ClaimReport.id) == col(ServiceResult.report_id), isouter=True)
        .where(col(ClaimLine.kind) == LineKind.SERVICE, col(ClaimLodgement.lodged_on).between(first, last))
        .order_by(col(ClaimLodgement.lodged_on), col(ClaimBatch.reference), col(ClaimLine.line_no))
    )
    with database.read() as db:
        for row in db.execute(query.execution_options(yield_per=200)):
            yield _reconciled(*row)


def _reconciled(
    line: ClaimLine,
    batch: ClaimBatch,
    lodgement: ClaimLodgement,
    claim: Claim,
    patient: Patient,
    result: ServiceResult | None,
    report: ClaimReport | None,
) -> Reconciled:
    return Reconciled(
        batch_ref=batch.reference,
        claim_id=lodgement.claim_reference,
        lodged_on=lodgement.lodged_on,
        voucher_id=line.voucher_id,
        service_id=line.service_id,
        date_of_service=claim.date_of_service,
        provider_number=batch.provider_number,
        patient_ref=patient.source_id or patient.id.hex,
        patient_name=full_name(patient),
        item_number=line.item_number,
        charge_cents=line.charge_cents,
        benefit_cents=result.benefit_cents if result else None,
        state=ReturnState(result.state) if result else ReturnState.NOT_RETURNED,
        reason_code=(result.reason_code or result.return_code) if result else None,
        run_on=result.run_on if result else None,
        run_number=result.run_number if result else None,
        report=report.reference if report else None,
    )
