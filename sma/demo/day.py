"""Runs one past session as its facilitator and clinician would have: roll call, consults, notes, closing."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment, AppointmentStatus
from sma.attendance import (
    Doubt,
    Presence,
    clinician_in,
    clinician_out,
    close_session,
    mark,
    start_consult,
    stop_consult,
    tick_note,
)
from sma.core.db import Database
from sma.demo.ground import Ground
from sma.identity import CurrentUser
from sma.scheduling import GroupSession, SessionRoleKind, staff_of

# Minutes with the clinician, in turn; nobody's times are alike.
MINUTES = (7, 7, 8, 9, 6, 10, 7, 7, 8, 6)
SHORT_MINUTES = 5


def run_day(
    database: Database,
    ground: Ground,
    session_id: UUID,
    *,
    absent: Collection[str],
    short: Collection[str],
    unseen: Collection[str],
) -> datetime:
    """Record a whole day at the times it would have happened; returns when it could be closed."""
    names = {patient_id: key for key, patient_id in ground.people.items()}
    facilitator = ground.users["marcus"]
    with database.read() as db:
        session = db.get_one(GroupSession, session_id)
        starts_at = session.starts_at
        clinician = next(row for row in staff_of(db, session_id) if row.role == SessionRoleKind.CLINICIAN)
        places = [
            (appointment_id, names[patient_id])
            for appointment_id, patient_id in db.exec(
                select(col(Appointment.id), col(Appointment.patient_id))
                .where(
                    col(Appointment.group_session_id) == session_id,
                    col(Appointment.status) == AppointmentStatus.BOOKED,
                )
                .order_by(col(Appointment.booked_at))
            )
        ]
    seen = [
        (place, SHORT_MINUTES if key in short else 0)
        for place, key in places
        if key not in absent and key not in unseen
    ]
    for number, (place, key) in enumerate(places):
        away = key in absent
        at = starts_at + timedelta(minutes=35 if away else -4 + number // 2, seconds=11 * number % 60)
        with database.write() as db:
            mark(db, place, Presence.ABSENT if away else Presence.ARRIVED, by=facilitator, now=at)
    finished = _consults(database, ground, session_id, clinician.practitioner_id, seen, starts_at)
    return finished + timedelta(minutes=12)


def close_day(database: Database, ground: Ground, session_id: UUID, *, now: datetime) -> None:
    """Close a session whose day is recorded; whoever was not seen wanted no consult."""
    with database.write() as db:
        close_session(db, session_id, sure=[Doubt.NO_CONSULT], by=ground.users["marcus"], now=now)


def _consults(
    database: Database,
    ground: Ground,
    session_id: UUID,
    practitioner_id: UUID,
    seen: list[tuple[UUID, int]],
    starts_at: datetime,
) -> datetime:
    """Start and stop each person's time in turn, tick the notes, and return when the clinician left."""
    facilitator = ground.users["marcus"]
    doctor = next(user for key, user in _users_by_worker(ground) if ground.workers[key] == practitioner_id)
    at = starts_at + timedelta(minutes=25, seconds=20)
    with database.write() as db:
        stay = clinician_in(db, session_id, practitioner_id, by=facilitator, now=at)
    at += timedelta(seconds=25)
    for number, (place, minutes) in enumerate(seen):
        with database.write() as db:
            consult = start_consult(db, place, practitioner_id, by=facilitator, now=at)
        length = minutes or MINUTES[number % len(MINUTES)]
        at += timedelta(minutes=length, seconds=0 if minutes else 3 * number)
        with database.write() as db:
            stop_consult(db, consult.id, by=facilitator, now=at)
        with database.write() as db:
            tick_note(db, place, by=doctor, now=at + timedelta(seconds=20))
        at += timedelta(seconds=30)
    with database.write() as db:
        clinician_out(db, stay.id, by=facilitator, now=at)
    return at


def _users_by_worker(ground: Ground) -> list[tuple[str, CurrentUser]]:
    """Pairs of worker key and signed-in user, for the clinicians of the cast."""
    return [("okafor", ground.users["dr.okafor"]), ("raman", ground.users["dr.raman"]), ("leah", ground.users["leah"])]
