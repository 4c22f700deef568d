"""The day as claims are told it: frozen values without names, to the second."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.attendance.models import ClinicianPresence, ConsultInterval, Encounter
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.scheduling import GroupSession


@dataclass(frozen=True)
class StayFacts:
    """From when to when a clinician was in the room; `ends_at` None: nobody recorded that they left."""

    id: UUID
    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class ConsultFacts:
    """One finished consult that may stand as evidence: pressed at the time, or confirmed by its own clinician."""

    id: UUID
    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime
    interrupted: bool
    recorded_after: bool


@dataclass(frozen=True)
class PersonFacts:
    """One person with a place. `encounter_id` and `presence` are None while nothing is recorded.

    `unconfirmed` counts typed consults that their clinician has not confirmed; `consults` leaves them out.
    """

    appointment_id: UUID
    encounter_id: UUID | None
    patient_id: UUID
    presence: str | None
    arrived_at: datetime | None
    left_at: datetime | None
    consults: tuple[ConsultFacts, ...]
    unconfirmed: int
    note_done: bool

    @property
    def came(self) -> bool:
        return self.arrived_at is not None


@dataclass(frozen=True)
class DayFacts:
    """One session's day. People in a fixed order, presence and consults by time."""

    session_id: UUID
    held_on: date
    starts_at: datetime
    ends_at: datetime
    timezone: str
    closed_at: datetime | None
    presences: tuple[StayFacts, ...]
    people: tuple[PersonFacts, ...]


def day_facts(db: ReadSession, session_id: UUID) -> DayFacts:
    """Return what happened in one session. Four statements. Raises: NotFound."""
    session = db.get(GroupSession, session_id)
    if session is None:
        raise NotFound
    consults: dict[UUID, list[ConsultInterval]] = {}
    for consult in db.exec(
        select(ConsultInterval)
        .where(col(ConsultInterval.group_session_id) == session_id, col(ConsultInterval.superseded_at).is_(None))
        .order_by(col(ConsultInterval.starts_at), col(ConsultInterval.id))
    ):
        consults.setdefault(consult.encounter_id, []).append(consult)
    found = db.exec(
        select(Appointment, Encounter)
        .outerjoin(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(TAKES_A_PLACE))
        .order_by(col(Appointment.booked_at), col(Appointment.id))
    ).all()
    return DayFacts(
        session_id=session.id,
        held_on=session.held_on,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=session.timezone,
        closed_at=session.closed_at,
        presences=_stays(db, session_id),
        people=tuple(
            _person(appointment, encounter, consults.get(encounter.id, []) if encounter else [])
            for appointment, encounter in found
        ),
    )


def other_consults(
    db: ReadSession, practitioner_ids: Collection[UUID], session: GroupSession
) -> dict[UUID, tuple[ConsultFacts, ...]]:
    """Return what these clinicians' finished consults of the same local day are in other sessions. One statement."""
    found: dict[UUID, list[ConsultFacts]] = {}
    rows = db.exec(
        select(ConsultInterval)
        .join(GroupSession, col(GroupSession.id) == col(ConsultInterval.group_session_id))
        .where(
            col(ConsultInterval.practitioner_id).in_(practitioner_ids),
            col(ConsultInterval.group_session_id) != session.id,
            col(ConsultInterval.superseded_at).is_(None),
            col(GroupSession.held_on) == session.held_on,
        )
        .order_by(col(ConsultInterval.starts_at), col(ConsultInterval.id))
    )
    for row in rows:
        if row.ends_at is not None and row.counts:
            found.setdefault(row.practitioner_id, []).append(_consult(row, row.ends_at))
    return {practitioner_id: tuple(consults) for practitioner_id, consults in found.items()}


def _stays(db: ReadSession, session_id: UUID) -> tuple[StayFacts, ...]:
    query = select(ClinicianPresence).where(
        col(ClinicianPresence.group_session_id) == session_id, col(ClinicianPresence.superseded_at).is_(None)
    )
    rows = db.exec(query.order_by(col(ClinicianPresence.starts_at), col(ClinicianPresence.id)))
    return tuple(StayFacts(row.id, row.practitioner_id, row.starts_at, row.ends_at) for row in rows)


def _person(appointment: Appointment, encounter: Encounter | None, consults: list[ConsultInterval]) -> PersonFacts:
    return PersonFacts(
        appointment_id=appointment.id,
        encounter_id=encounter.id if encounter else None,
        patient_id=appointment.patient_id,
        presence=encounter.presence if encounter else None,
        arrived_at=encounter.arrived_at if encounter else None,
        left_at=encounter.left_at if encounter else None,
        consults=tuple(_consult(row, row.ends_at) for row in consults if row.ends_at is not None and row.counts),
        unconfirmed=sum(1 for row in consults if not row.counts),
        note_done=encounter is not None and encounter.note_done_at is not None,
    )


def _consult(row: ConsultInterval, ends_at: datetime) -> ConsultFacts:
    return ConsultFacts(row.id, row.practitioner_id, row.starts_at, ends_at, row.interrupted, row.recorded_after)
