"""A patient's assignment of benefit: one per practitioner and day, or an enduring one."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from sma.claims.actions.lines import lock_lines
from sma.claims.actions.proposing import reassess
from sma.claims.limits import load_limits
from sma.claims.models import BenefitAssignment, Claim
from sma.claims.rules import AssignmentMethod, NotAssignable, assignment_holds
from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser
from sma.people import Practitioner, lock_patients
from sma.scheduling import GroupSession, SessionStatus, lock_session


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
    return assignment


def revoke_assignment(db: WriteSession, assignment_id: UUID, *, by: CurrentUser, now: datetime) -> BenefitAssignment:
    """Record that a patient takes an assignment back. An enduring one still holds for earlier days; the row stays.

    Every closed session that it covered and covers no longer is assessed again, so no approval outlives it.
    Locks: the patient, then those sessions and their lines. Raises: NotFound.
    """
    found = db.get(BenefitAssignment, assignment_id)
    if found is None:
        raise NotFound
    lock_patients(db, [found.patient_id])
    if found.revoked_at is None:
        covered = _covered(db, found)
        found.revoked_at = now
        # The assessment asks the database.
        db.flush()
        audit.record(db, by=by, did="revoke-assignment", on=found, now=now, method=found.method)
        lost = [each.id for each in covered if not assignment_holds(found, each.held_on, each.timezone)]
        # All sessions and then all lines, each in the order of their ids: freezing locks lines of many sessions too.
        for session_id in lost:
            lock_session(db, session_id)
        lock_lines(db, *lost)
        for session_id in lost:
            reassess(db, session_id, by=by, now=now)
    return found


def _covered(db: WriteSession, assignment: BenefitAssignment) -> list[GroupSession]:
    """Return the closed sessions with a line that rests on an assignment, in the order in which they are locked."""
    sessions = db.exec(
        select(GroupSession)
        .where(
            col(GroupSession.status) == SessionStatus.CLOSED,
            col(GroupSession.id).in_(
                select(Claim.group_session_id).where(
                    col(Claim.patient_id) == assignment.patient_id,
                    col(Claim.practitioner_id) == assignment.practitioner_id,
                )
            ),
        )
        .order_by(col(GroupSession.id))
    )
    return [each for each in sessions if assignment_holds(assignment, each.held_on, each.timezone)]


def gap_in(
    method: AssignmentMethod, assigned_on: date, day: date, profession: str, *, today: date
) -> tuple[str, str] | None:
    """Say why an assignment made so cannot cover a service on `day`: the answer to change, and a sentence.

    None when it can.
    """
    limits = load_limits()
    if assigned_on > today:
        return "assigned_on", "The date of the assignment is in the future."
    if method is AssignmentMethod.VERBAL and day > limits.verbal_until:
        return "method", "Verbal assignment has ended for this day: a signature or an enduring agreement is needed."
    if method is AssignmentMethod.ENDURING and profession not in limits.enduring_professions:
        return "method", "Enduring agreements are for general practitioners' services only: choose another way."
    if method is AssignmentMethod.AFTER and assigned_on < day:
        return "assigned_on", "Signed after the service: the date cannot be before the session."
    if method in (AssignmentMethod.BEFORE, AssignmentMethod.ENDURING) and assigned_on > day:
        return "assigned_on", "The date of the assignment is after the session: choose signed after the service."
    return None


def _standing(db: WriteSession, patient_id: UUID, practitioner_id: UUID) -> Sequence[BenefitAssignment]:
    return db.exec(
        select(BenefitAssignment).where(
            col(BenefitAssignment.patient_id) == patient_id,
            col(BenefitAssignment.practitioner_id) == practitioner_id,
        )
    ).all()
