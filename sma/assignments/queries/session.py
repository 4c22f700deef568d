"""Who of a session assigned the benefit to whom, and whose note is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.assignments.models import BenefitAssignment
from sma.assignments.queries.standing import assignments_of
from sma.attendance import day_facts
from sma.core.db import ReadSession
from sma.people import Patient, full_name
from sma.scheduling import SessionRoleKind, SessionView, StaffRow, session_view

_LIVE = ("booked", "arrived", "fulfilled")


@dataclass(frozen=True)
class AssignmentRow:
    """One person and one clinician: the assignment that holds for the day, or none yet."""

    patient_id: UUID
    name: str
    practitioner_id: UUID
    clinician: str
    assignment: BenefitAssignment | None
    note_done: bool
    presence: str | None

    @property
    def key(self) -> str:
        return f"{self.patient_id.hex}.{self.practitioner_id.hex}"


@dataclass(frozen=True)
class AssignmentsView:
    view: SessionView
    clinicians: Sequence[StaffRow]
    rows: Sequence[AssignmentRow]

    @property
    def missing(self) -> list[AssignmentRow]:
        return [row for row in self.rows if row.assignment is None]


def assignments(db: ReadSession, session_id: UUID) -> AssignmentsView:
    """Return everybody with a place, once per clinician. Eight statements. Raises: NotFound."""
    view = session_view(db, session_id)
    session = view.session
    clinicians = [worker for worker in view.staff if worker.role == SessionRoleKind.CLINICIAN]
    day = {person.patient_id: person for person in day_facts(db, session_id).people}
    people = db.exec(
        select(Patient)
        .join(Appointment, col(Appointment.patient_id) == col(Patient.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(_LIVE))
        .order_by(col(Patient.family_search), col(Patient.preferred_search), col(Patient.id))
    ).all()
    standing = assignments_of(db, [person.id for person in people], session.held_on, session.timezone)
    return AssignmentsView(
        view,
        clinicians,
        [
            AssignmentRow(
                patient_id=person.id,
                name=full_name(person),
                practitioner_id=clinician.practitioner_id,
                clinician=clinician.name,
                assignment=standing.get((person.id, clinician.practitioner_id)),
                note_done=person.id in day and day[person.id].note_done,
                presence=day[person.id].presence if person.id in day else None,
            )
            for clinician in clinicians
            for person in people
        ],
    )
