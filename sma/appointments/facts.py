"""What a decision about a place needs to know, read in one statement for any number of sessions and people.

Below both verbs and pages, so that each door counts places the same way and asks the same question (`check`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam, exists, func, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from sma.appointments.models import Appointment
from sma.appointments.rules import (
    LIVE,
    TAKES_A_PLACE,
    AppointmentStatus,
    Fit,
    Person,
    Places,
    Setting,
    fit,
    is_eligible,
)
from sma.core.db import ReadSession
from sma.people import Patient, Room, agreement_stands
from sma.scheduling import GroupSession, SessionRole, ceiling, minutes_each
from sma.scheduling.rules import SessionStatus

_NONE = UUID(int=0)
# An appointment to leave aside, because it is to be given up; none unless the statement is executed with one.
_BESIDES = bindparam("besides", _NONE, type_=Uuid())
_theirs = aliased(Appointment, name="their_appointment")
_elsewhere = aliased(GroupSession, name="elsewhere")
_counted = aliased(Appointment, name="counted")


@dataclass(frozen=True)
class Scene:
    """One person before one session. `is_here`: already has a live place or a spot on its list."""

    person: Person
    places: Places
    is_here: bool


@dataclass(frozen=True)
class Waiting:
    """Somebody on the waiting list, with what decides whether they could take a place now."""

    appointment_id: UUID
    patient_id: UUID
    since: datetime
    passed: Mapping[str, str]
    person: Person


def _count(statuses: Sequence[str]) -> ColumnElement[int]:
    return (
        select(func.count())
        .where(col(_counted.group_session_id) == col(GroupSession.id), col(_counted.status).in_(statuses))
        .correlate(GroupSession)
        .scalar_subquery()
    )


def _is_busy() -> ColumnElement[bool]:
    """A condition: the outer Patient has a place in another session that overlaps the outer GroupSession."""
    return (
        exists()
        .where(
            col(_theirs.patient_id) == col(Patient.id),
            col(_theirs.status).in_(TAKES_A_PLACE),
            col(_theirs.id) != _BESIDES,
            col(_elsewhere.id) == col(_theirs.group_session_id),
            col(_elsewhere.id) != col(GroupSession.id),
            col(_elsewhere.status) != SessionStatus.CANCELLED,
            col(_elsewhere.starts_at) < col(GroupSession.ends_at),
            col(_elsewhere.ends_at) > col(GroupSession.starts_at),
        )
        .correlate(Patient, GroupSession)
    )


# A session's own columns behind `places_of`, to be added to any select that has GroupSession in it.
PLACE_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _count(TAKES_A_PLACE).label("taken"),
    _count([AppointmentStatus.WAITLIST]).label("waiting"),
    col(GroupSession.most).label("most"),
    col(GroupSession.support_places).label("support_places"),
    select(col(Room.seats)).where(col(Room.id) == col(GroupSession.room_id)).scalar_subquery().label("seats"),
    select(func.count(func.distinct(col(SessionRole.practitioner_id))))
    .where(col(SessionRole.group_session_id) == col(GroupSession.id))
    .scalar_subquery()
    .label("staff"),
)


# The columns behind `person_of`, to be added to any select that has Patient and GroupSession in it. Executed with
# `besides`, they leave aside one appointment of that person.
PERSON_COLUMNS: tuple[ColumnElement[Any], ...] = (
    col(Patient.groups_ok).label("groups_ok"),
    col(Patient.groups_state).label("groups_state"),
    col(Patient.is_deceased).label("is_deceased"),
    agreement_stands(col(Patient.id), col(GroupSession.held_on)).label("has_agreement"),
    _is_busy().label("is_busy"),
)


def places_of(row: Row[Any]) -> Places:
    """Read PLACE_COLUMNS: the ceiling is the room's seats less staff and support people, or the maximum."""
    most = ceiling(row.most, row.seats, row.staff, row.support_places)
    return Places(taken=row.taken, waiting=row.waiting, ceiling=most)


def person_of(row: Row[Any]) -> Person:
    """Read PERSON_COLUMNS. Nothing else about the person reaches the decision."""
    return Person(
        groups_ok=frozenset(row.groups_ok or ()),
        groups_state=row.groups_state,
        has_agreement=row.has_agreement,
        is_deceased=row.is_deceased,
        is_busy=row.is_busy,
    )


def setting_of(session: GroupSession) -> Setting:
    return Setting(audience=session.audience, audience_name=session.audience_name)


def read_scene(db: ReadSession, session_id: UUID, patient_id: UUID, *, besides: UUID | None = None) -> Scene | None:
    """Read one person before one session, leaving aside the appointment `besides` (when it is to be given up)."""
    asked = {"session_id": session_id, "patient_id": patient_id, "besides": besides or _NONE}
    row = db.connection().execute(_SCENE, asked).first()
    if row is None:
        return None
    return Scene(person=person_of(row), places=places_of(row), is_here=row.is_here)


_IS_HERE = (
    exists()
    .where(
        col(_theirs.patient_id) == col(Patient.id),
        col(_theirs.group_session_id) == col(GroupSession.id),
        col(_theirs.status).in_(LIVE),
    )
    .correlate(Patient, GroupSession)
)
# Built once: putting it together takes longer than running it, and it runs in every booking.
_SCENE: Select[Any] = (
    select(*PLACE_COLUMNS, *PERSON_COLUMNS, _IS_HERE.label("is_here"))
    .select_from(GroupSession)
    .join(Patient, true())
    .where(col(GroupSession.id) == bindparam("session_id"), col(Patient.id) == bindparam("patient_id"))
)


def queue(db: ReadSession, session_id: UUID) -> list[Waiting]:
    """Return who waits for a session, longest first. One statement."""
    return queues(db, [session_id]).get(session_id, [])


def queues(db: ReadSession, session_ids: Sequence[UUID]) -> dict[UUID, list[Waiting]]:
    """Return who waits for each of these sessions, longest first. One statement."""
    rows = db.connection().execute(
        select(
            col(Appointment.id),
            col(Appointment.group_session_id),
            col(Appointment.patient_id),
            col(Appointment.waiting_since),
            col(Appointment.passed_warnings),
            *PERSON_COLUMNS,
        )
        .select_from(Appointment)
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .where(
            col(Appointment.group_session_id).in_(session_ids),
            col(Appointment.status) == AppointmentStatus.WAITLIST,
        )
        .order_by(col(Appointment.waiting_since), col(Appointment.id))
    )
    found: dict[UUID, list[Waiting]] = {}
    for row in rows:
        entry = Waiting(row.id, row.patient_id, row.waiting_since, row.passed_warnings, person_of(row))
        found.setdefault(row.group_session_id, []).append(entry)
    return found


def check(
    db: ReadSession, session: GroupSession, scene: Scene, *, waiting_as: UUID | None = None, is_begun: bool = False
) -> Fit:
    """Check one person against one session, as every door does.

    `waiting_as`: their own entry on the list, if any. `is_begun`: whoever still waits is not here, and holds up nobody
    at the door.
    """
    matters = scene.places.waiting and scene.places.left and not is_begun
    others: Iterable[Waiting] = queue(db, session.id) if matters else ()
    setting = setting_of(session)
    others_first = False
    for entry in others:
        if entry.appointment_id == waiting_as:
            break
        others_first = others_first or is_eligible(entry.person, setting, entry.passed)
    minutes = minutes_each(session.clinician_minutes, scene.places.taken + 1, on=session.held_on)
    crowding = minutes.sentence if minutes.is_tight else None
    return fit(scene.person, setting, scene.places, others_first=others_first, crowding=crowding)
