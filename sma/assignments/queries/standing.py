"""Which assignment stands behind a service."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from sma.assignments.models import BenefitAssignment
from sma.assignments.rules import assignment_holds
from sma.core.db import ReadSession


def assignments_of(
    db: ReadSession, patient_ids: Collection[UUID], day: date, timezone: str
) -> dict[tuple[UUID, UUID], BenefitAssignment]:
    """Return the assignment that holds on a day, by (patient, practitioner). One statement."""
    rows = db.exec(
        select(BenefitAssignment)
        .where(col(BenefitAssignment.patient_id).in_(patient_ids), col(BenefitAssignment.date_of_service) <= day)
        .order_by(col(BenefitAssignment.recorded_at), col(BenefitAssignment.id))
    )
    return {(row.patient_id, row.practitioner_id): row for row in rows if assignment_holds(row, day, timezone)}


def assignments_by_id(db: ReadSession, ids: Collection[UUID]) -> dict[UUID, BenefitAssignment]:
    """Return assignments by their ids, those taken back too. One statement."""
    return {each.id: each for each in db.exec(select(BenefitAssignment).where(col(BenefitAssignment.id).in_(ids)))}
