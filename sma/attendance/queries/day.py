"""The whole day of one session, as its working page and its sheets show it: six statements, whatever its size."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, false, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.attendance.models import ClinicianPresence, ConsultInterval, Encounter
from sma.attendance.queries.rows import ConsultRow, Day, PersonRow, StayRow
from sma.attendance.rules import Presence
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, Practitioner, agreement_stands, first_name, full_name
from sma.scheduling import GroupSession, SessionRoleKind, session_view

_confirmer = aliased(User, name="confirmer")
_before = aliased(ConsultInterval, name="before")


def read_day(db: ReadSession, session_id: UUID) -> Day:
    """Read the day of one session. People who were taken off or wait are not in it. Raises: NotFound."""
    view = session_view(db, session_id)
    stays = _stays(db, session_id)
    consults: dict[UUID, list[ConsultRow]] = {}
    for consult in _consults(db, session_id):
        consults.setdefault(consult.encounter_id, []).append(consult)
    rows = db.connection().execute(_people(session_id)).all()
    # One order for strips, sheets and screens. Walk-ins come last, so that nobody's printed number moves.
    ordered = sorted(rows, key=lambda row: (row.is_walk_in, full_name(row).casefold(), row.appointment_id.hex))
    people = tuple(
        _person(number, row, tuple(consults.get(row.encounter_id, ()))) for number, row in enumerate(ordered, start=1)
    )
    clinicians = {row.practitioner_id: row for row in view.staff if row.role == SessionRoleKind.CLINICIAN}
    number = view.session.version + (db.connection().execute(_changes(session_id)).scalar_one() or 0)
    return Day(view, people, tuple(stays), number, tuple(clinicians.values()))


def _changes(session_id: UUID) -> Any:
    """Count what was ever done to places, records and stays: rows never go away and versions only rise."""
    places = select(func.coalesce(func.sum(col(Appointment.version)), 0)).where(
        col(Appointment.group_session_id) == session_id
    )
    records = select(func.coalesce(func.sum(col(Encounter.version)), 0)).where(
        col(Encounter.group_session_id) == session_id
    )
    # A stay begins, ends and may be replaced: each non-null column is one of these.
    stays = select(
        func.count(col(ClinicianPresence.id))
        + func.count(col(ClinicianPresence.ends_at))
        + func.count(col(ClinicianPresence.superseded_at))
    ).where(col(ClinicianPresence.group_session_id) == session_id)
    return select(places.scalar_subquery() + records.scalar_subquery() + stays.scalar_subquery())


def _people(session_id: UUID) -> Any:
    return (
        select(
            col(Appointment.id).label("appointment_id"),
            col(Appointment.patient_id),
            col(Appointment.is_walk_in),
            col(Encounter.id).label("encounter_id"),
            col(Encounter.presence),
            col(Encounter.arrived_at),
            col(Encounter.left_at),
            col(Encounter.late_minutes),
            col(Encounter.note_done_at),
            col(Encounter.version),
            col(Patient.preferred_name),
            col(Patient.family_name),
            col(Patient.is_deceased),
            col(Patient.pronouns),
            col(Patient.language),
            col(Patient.interpreter_needed),
            col(Patient.medicare_state),
            agreement_stands(col(Patient.id), col(GroupSession.held_on)).label("has_agreement"),
        )
        .select_from(Appointment)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .outerjoin(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(TAKES_A_PLACE))
    )


def _person(number: int, row: Row[Any], consults: tuple[ConsultRow, ...]) -> PersonRow:
    first = first_name(row)
    family = (row.family_name or "").strip()
    # The initial of a one-letter name would be the whole of it.
    initial = f" {family[0]}." if len(family) > 1 and not row.is_deceased else ""
    return PersonRow(
        number=number,
        appointment_id=row.appointment_id,
        patient_id=row.patient_id,
        encounter_id=row.encounter_id,
        short=f"{first}{initial}",
        first=first,
        name=full_name(row),
        pronouns=row.pronouns,
        language=row.language,
        needs_interpreter=row.interpreter_needed == "yes",
        has_agreement=row.has_agreement,
        is_walk_in=row.is_walk_in,
        no_card=row.medicare_state == "card-not-here",
        presence=Presence(row.presence) if row.presence else None,
        arrived_at=row.arrived_at,
        left_at=row.left_at,
        late_minutes=row.late_minutes or 0,
        note_done=row.note_done_at is not None,
        version=row.version or 0,
        consults=consults,
    )


def _stays(db: ReadSession, session_id: UUID) -> list[StayRow]:
    found = db.connection().execute(
        select(
            col(ClinicianPresence.id),
            col(ClinicianPresence.practitioner_id),
            col(ClinicianPresence.starts_at),
            col(ClinicianPresence.ends_at),
            col(User.display_name),
            col(ClinicianPresence.recorded_after),
            col(ClinicianPresence.reason),
        )
        .select_from(ClinicianPresence)
        .join(User, col(User.id) == col(ClinicianPresence.recorded_by_id))
        .where(col(ClinicianPresence.group_session_id) == session_id, col(ClinicianPresence.superseded_at).is_(None))
        .order_by(col(ClinicianPresence.starts_at), col(ClinicianPresence.id))
    )
    return [StayRow(*row) for row in found]


def _consults(db: ReadSession, session_id: UUID) -> list[ConsultRow]:
    found = db.connection().execute(
        select(
            col(ConsultInterval.id),
            col(ConsultInterval.encounter_id),
            col(ConsultInterval.practitioner_id),
            col(ConsultInterval.starts_at),
            col(ConsultInterval.ends_at),
            col(ConsultInterval.interrupted),
            col(User.display_name),
            col(ConsultInterval.recorded_at),
            col(ConsultInterval.recorded_after),
            col(ConsultInterval.is_entered),
            col(_confirmer.display_name),
            col(ConsultInterval.reason),
            col(_before.starts_at),
            col(_before.ends_at),
            func.coalesce(col(Practitioner.user_id) == col(ConsultInterval.recorded_by_id), false()),
        )
        .select_from(ConsultInterval)
        .join(User, col(User.id) == col(ConsultInterval.recorded_by_id))
        .outerjoin(_confirmer, col(_confirmer.id) == col(ConsultInterval.confirmed_by_id))
        .join(Practitioner, col(Practitioner.id) == col(ConsultInterval.practitioner_id))
        .outerjoin(_before, col(_before.id) == col(ConsultInterval.replaces_id))
        .where(col(ConsultInterval.group_session_id) == session_id, col(ConsultInterval.superseded_at).is_(None))
        .order_by(col(ConsultInterval.starts_at), col(ConsultInterval.id))
    )
    return [ConsultRow(*tuple(row)) for row in found]
