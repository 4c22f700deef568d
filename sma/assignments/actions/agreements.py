"""A patient's assignment of benefit: one per practitioner and day, or an enduring one."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from sma.assignments.models import BenefitAssignment
from sma.assignments.rules import AssignmentMethod, NotAssignable, assignment_holds, gap_in
from sma.core import audit, clock, outbox
from sma.core.db import WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser
from sma.people import Practitioner, lock_patients
from sma.scheduling import GroupSession


def assign_benefit(
    db: WriteSession,
    session_id: UUID,
    patient_id: UUID,
    practitioner_id: UUID,
    *,
    method: AssignmentMethod,
    assigned_on: date,
    by_patient: bool = True,
    by: CurrentUser,
    now: datetime,
) -> BenefitAssignment:
    """Record that a patient assigned the benefit of a session's service to one practitioner.

    One that holds for that day already is returned as it is. An enduring one counts from the day it was made.
    Locks: the patient. Raises: NotFound, NotAssignable.
    """
    lock_patients(db, [patient_id])
    session, practitioner = db.get(GroupSession, session_id), db.get(Practitioner, practitioner_id)
    if session is None or practitioner is None:
        raise NotFound
    standing = _standing(db, patient_id, practitioner_id)
    holding = next((one for one in standing if assignment_holds(one, session.held_on, session.timezone)), None)
    if holding is not None:
        return holding
    today = clock.local_date(now, session.timezone)
    if gap := gap_in(method, assigned_on, session.held_on, practitioner.profession, today=today):
        field, sentence = gap
        raise NotAssignable(sentence, fields={field: sentence})
    assignment = BenefitAssignment(
        patient_id=patient_id,
        practitioner_id=practitioner_id,
        date_of_service=assigned_on if method is AssignmentMethod.ENDURING else session.held_on,
        method=method,
        assigned_on=assigned_on,
        assigned_by_patient=by_patient,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(assignment)
    audit.record(db, by=by, did="assign-benefit", on=assignment, now=now, method=method, by_patient=by_patient)
    outbox.publish(db, "assignment.recorded", session_id, now=now, key=assignment.id.hex)
    return assignment


def revoke_assignment(db: WriteSession, assignment_id: UUID, *, by: CurrentUser, now: datetime) -> BenefitAssignment:
    """Record that a patient takes an assignment back. An enduring one still holds for earlier days; the row stays.

    Whoever rests on it is told by the outbox, so that no approval outlives it.
    Locks: the patient. Raises: NotFound.
    """
    found = db.get(BenefitAssignment, assignment_id)
    if found is None:
        raise NotFound
    lock_patients(db, [found.patient_id])
    # Read again under the lock: somebody else may have been first.
    db.refresh(found)
    if found.revoked_at is None:
        found.revoked_at = now
        audit.record(db, by=by, did="revoke-assignment", on=found, now=now, method=found.method)
        outbox.publish(db, "assignment.ended", found.id, now=now)
    return found


def _standing(db: WriteSession, patient_id: UUID, practitioner_id: UUID) -> Sequence[BenefitAssignment]:
    return db.exec(
        select(BenefitAssignment).where(
            col(BenefitAssignment.patient_id) == patient_id,
            col(BenefitAssignment.practitioner_id) == practitioner_id,
        )
    ).all()
