"""The whole day of one session, as its working page and its sheets show it: five statements, whatever its size."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.attendance.models import ClinicianPresence, ConsultInterval, Encounter
from sma.attendance.rules import HERE, NOT_RECORDED, PRESENCE_WORDS, Presence
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import CURRENT_AGREEMENT_VERSION, Agreement, Patient, first_name, full_name
from sma.scheduling import GroupSession, SessionRoleKind, SessionView, StaffRow, session_view

_confirmer = aliased(User, name="confirmer")
_before = aliased(ConsultInterval, name="before")


@dataclass(frozen=True)
class ConsultRow:
    """One consult as it stands, with what it replaced."""

    id: UUID
    encounter_id: UUID
    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    interrupted: bool
    recorded_by: str
    recorded_at: datetime
    recorded_after: bool
    is_entered: bool
    confirmed_by: str | None
    reason: str | None
    was_from: datetime | None
    was_to: datetime | None

    @property
    def seconds(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) if self.ends_at else 0

    @property
    def is_running(self) -> bool:
        return self.ends_at is None

    @property
    def needs_confirmation(self) -> bool:
        return self.is_entered and self.confirmed_by is None


@dataclass(frozen=True)
class StayRow:
    """A clinician's stay in the room as it stands."""

    id: UUID
    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    recorded_by: str
    recorded_after: bool
    reason: str | None


@dataclass(frozen=True)
class PersonRow:
    """One person with a place. `short` is what bystanders may read; `number` stands on every sheet of the session."""

    number: int
    appointment_id: UUID
    patient_id: UUID
    encounter_id: UUID | None
    short: str
    first: str
    name: str
    pronouns: str | None
    language: str | None
    needs_interpreter: bool
    has_agreement: bool
    is_walk_in: bool
    no_card: bool
    presence: Presence | None
    arrived_at: datetime | None
    left_at: datetime | None
    late_minutes: int
    note_done: bool
    version: int
    consults: tuple[ConsultRow, ...] = ()

    @property
    def is_here(self) -> bool:
        return self.presence in HERE

    @property
    def came(self) -> bool:
        return self.arrived_at is not None

    @property
    def words(self) -> str:
        return PRESENCE_WORDS[self.presence] if self.presence else NOT_RECORDED

    @property
    def running(self) -> ConsultRow | None:
        return next((consult for consult in self.consults if consult.is_running), None)

    @property
    def seconds(self) -> int:
        return sum(consult.seconds for consult in self.consults)


@dataclass(frozen=True)
class Day:
    """A session's day: who has a place and what is recorded. `sheet_number` rises with every change that prints."""

    view: SessionView
    people: tuple[PersonRow, ...]
    stays: tuple[StayRow, ...]
    sheet_number: int
    clinicians: tuple[StaffRow, ...] = field(default=())

    @property
    def session(self) -> GroupSession:
        return self.view.session

    @property
    def unrecorded(self) -> list[PersonRow]:
        return [person for person in self.people if person.presence is None]

    @property
    def recorded(self) -> int:
        return len(self.people) - len(self.unrecorded)

    @property
    def came(self) -> list[PersonRow]:
        return [person for person in self.people if person.came]

    @property
    def seen(self) -> list[PersonRow]:
        return [person for person in self.people if any(not consult.is_running for consult in person.consults)]

    def stay_of(self, practitioner_id: UUID) -> StayRow | None:
        """The stay that runs, if the clinician is in the room."""
        return next((s for s in self.stays if s.practitioner_id == practitioner_id and s.ends_at is None), None)

    def person(self, appointment_id: UUID) -> PersonRow | None:
        return next((person for person in self.people if person.appointment_id == appointment_id), None)

    def consults(self) -> Iterator[tuple[PersonRow, ConsultRow]]:
        """Every consult as it stands, in the order of the day."""
        pairs = [(person, consult) for person in self.people for consult in person.consults]
        yield from sorted(pairs, key=lambda pair: (pair[1].starts_at, pair[1].id.hex))


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
    changes = view.session.version + rows[0].place_changes + rows[0].day_changes if rows else view.session.version
    clinicians = {row.practitioner_id: row for row in view.staff if row.role == SessionRoleKind.CLINICIAN}
    number = changes + sum(1 + (stay.ends_at is not None) + (stay.reason is not None) for stay in stays)
    return Day(view, people, tuple(stays), number, tuple(clinicians.values()))


def _people(session_id: UUID) -> Any:
    theirs = aliased(Appointment, name="all_places")
    days = aliased(Encounter, name="all_days")
    agreed = exists().where(
        col(Agreement.patient_id) == col(Patient.id),
        col(Agreement.text_version) == CURRENT_AGREEMENT_VERSION,
        col(Agreement.withdrawn_at).is_(None),
        col(Agreement.given_on) <= col(GroupSession.held_on),
    )
    place_changes = select(func.coalesce(func.sum(theirs.version), 0)).where(col(theirs.group_session_id) == session_id)
    day_changes = select(func.coalesce(func.sum(days.version), 0)).where(col(days.group_session_id) == session_id)
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
            agreed.correlate(Patient, GroupSession).label("has_agreement"),
            place_changes.scalar_subquery().label("place_changes"),
            day_changes.scalar_subquery().label("day_changes"),
        )
        .select_from(Appointment)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .outerjoin(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(TAKES_A_PLACE))
    )


def _person(number: int, row: Row[Any], consults: tuple[ConsultRow, ...]) -> PersonRow:
    first = first_name(row)
    initial = "" if row.is_deceased or not row.family_name else f" {row.family_name.strip()[:1]}."
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
        )
        .select_from(ConsultInterval)
        .join(User, col(User.id) == col(ConsultInterval.recorded_by_id))
        .outerjoin(_confirmer, col(_confirmer.id) == col(ConsultInterval.confirmed_by_id))
        .outerjoin(_before, col(_before.id) == col(ConsultInterval.replaces_id))
        .where(col(ConsultInterval.group_session_id) == session_id, col(ConsultInterval.superseded_at).is_(None))
        .order_by(col(ConsultInterval.starts_at), col(ConsultInterval.id))
    )
    return [ConsultRow(*tuple(row)) for row in found]
