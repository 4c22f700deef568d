"""Who of a session assigned the benefit to whom, whose note is done, and what an agreement could cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import AppointmentStatus
from sma.assignments.law import load_law
from sma.assignments.models import BenefitAssignment
from sma.assignments.queries.standing import assignments_of
from sma.assignments.rules.methods import months_later
from sma.attendance import day_facts
from sma.core.db import ReadSession
from sma.people import Coverage, Patient, PersonNotFound, full_name
from sma.people.rules import CoverageKind
from sma.scheduling import (
    GroupSession,
    SessionRole,
    SessionRoleKind,
    SessionStatus,
    SessionView,
    StaffRow,
    session_view,
)

# Whose benefit there is something to assign: who waits for a place, or stayed away, has no service.
_EXPECTED = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED)


@dataclass(frozen=True)
class AssignmentRow:
    """One person and one clinician: the assignment that holds for the day, one waiting for its signature, or none.

    `pays_dva` tells that only a DVA card is on record, for which no assignment is needed.
    """

    patient_id: UUID
    name: str
    practitioner_id: UUID
    clinician: str
    assignment: BenefitAssignment | None
    prepared: BenefitAssignment | None
    pays_dva: bool
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
        return [row for row in self.rows if row.assignment is None and not row.pays_dva]

    @property
    def needed(self) -> list[AssignmentRow]:
        return [row for row in self.rows if not row.pays_dva]


def assignments(db: ReadSession, session_id: UUID) -> AssignmentsView:
    """Return everybody with a place, once per clinician. Ten statements. Raises: NotFound."""
    view = session_view(db, session_id)
    session = view.session
    clinicians = [worker for worker in view.staff if worker.role == SessionRoleKind.CLINICIAN]
    day = {person.patient_id: person for person in day_facts(db, session_id).people}
    people = db.exec(
        select(Patient)
        .join(Appointment, col(Appointment.patient_id) == col(Patient.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(_EXPECTED))
        .order_by(col(Patient.family_search), col(Patient.preferred_search), col(Patient.id))
    ).all()
    ids = [person.id for person in people]
    standing = assignments_of(db, ids, session.held_on, session.timezone)
    prepared, cards = _prepared(db, session_id), _cards(db, ids)
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
                prepared=prepared.get((person.id, clinician.practitioner_id)),
                pays_dva=cards.get(person.id) == {CoverageKind.DVA},
                note_done=person.id in day and day[person.id].note_done,
                presence=day[person.id].presence if person.id in day else None,
            )
            for clinician in clinicians
            for person in people
        ],
    )


@dataclass(frozen=True)
class Desk:
    """What the form for one person's agreement needs to know. `ahead` are later sessions with the same clinician."""

    view: SessionView
    patient: Patient
    name: str
    clinician: StaffRow | None
    clinicians: Sequence[StaffRow]
    ahead: Sequence[GroupSession]


def desk(db: ReadSession, session_id: UUID, patient_id: UUID, practitioner_id: UUID | None, *, today: date) -> Desk:
    """Return what one person's agreement could cover. Five statements. Raises: NotFound, PersonNotFound."""
    view = session_view(db, session_id)
    patient = db.exec(
        select(Patient)
        .join(Appointment, col(Appointment.patient_id) == col(Patient.id))
        .where(
            col(Patient.id) == patient_id,
            col(Appointment.group_session_id) == session_id,
            col(Appointment.status).in_(_EXPECTED),
        )
    ).first()
    if patient is None:
        raise PersonNotFound
    clinicians = [worker for worker in view.staff if worker.role == SessionRoleKind.CLINICIAN]
    chosen = next((each for each in clinicians if each.practitioner_id == practitioner_id), None)
    if chosen is None and len(clinicians) == 1:
        (chosen,) = clinicians
    later = _ahead(db, view.session, patient_id, chosen.practitioner_id, today) if chosen else []
    return Desk(view, patient, full_name(patient), chosen, clinicians, later)


def _ahead(
    db: ReadSession, session: GroupSession, patient_id: UUID, practitioner_id: UUID, today: date
) -> Sequence[GroupSession]:
    last = months_later(today, load_law().months_ahead)
    return db.exec(
        select(GroupSession)
        .join(Appointment, col(Appointment.group_session_id) == col(GroupSession.id))
        .join(SessionRole, col(SessionRole.group_session_id) == col(GroupSession.id))
        .where(
            col(Appointment.patient_id) == patient_id,
            col(Appointment.status) == AppointmentStatus.BOOKED,
            col(SessionRole.practitioner_id) == practitioner_id,
            col(SessionRole.role) == SessionRoleKind.CLINICIAN,
            col(GroupSession.status) == SessionStatus.OPEN,
            col(GroupSession.id) != session.id,
            col(GroupSession.held_on) >= today,
            col(GroupSession.held_on) <= last,
        )
        .order_by(col(GroupSession.starts_at))
        .limit(60)
    ).all()


def _prepared(db: ReadSession, session_id: UUID) -> dict[tuple[UUID, UUID], BenefitAssignment]:
    rows = db.exec(
        select(BenefitAssignment)
        .where(
            col(BenefitAssignment.group_session_id) == session_id,
            col(BenefitAssignment.signed_at).is_(None),
            col(BenefitAssignment.revoked_at).is_(None),
        )
        .order_by(col(BenefitAssignment.recorded_at))
    )
    return {(row.patient_id, row.practitioner_id): row for row in rows}


def _cards(db: ReadSession, patient_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    held: dict[UUID, set[str]] = {}
    rows: Any = db.exec(
        select(col(Coverage.patient_id), col(Coverage.kind)).where(
            col(Coverage.patient_id).in_(patient_ids), col(Coverage.is_current).is_(True)
        )
    )
    for patient_id, kind in rows:
        held.setdefault(patient_id, set()).add(kind)
    return held
