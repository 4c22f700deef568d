"""Closing the day: only when it is complete, and for good."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.attendance.actions.marks import follow
from sma.attendance.models import ClinicianPresence, ConsultInterval, Encounter
from sma.attendance.rules import NotComplete, OpenPoints, must_be_open
from sma.attendance.rules.closing import open_points
from sma.core import audit, outbox
from sma.core.db import ReadSession, WriteSession
from sma.identity import CurrentUser
from sma.scheduling import GroupSession, lock_session, mark_closed


def close_session(db: WriteSession, session_id: UUID, *, by: CurrentUser, now: datetime) -> GroupSession:
    """Lock the record of a session: whoever came has attended, and proposals for claims are made from it.

    Locks the session. Publishes: session.closed.
    Raises: NotFound, DayLocked, NotToday; NotComplete with whoever is unrecorded, in a consult, or still in the room.
    """
    session = lock_session(db, session_id)
    must_be_open(session.status, session.held_on, session.timezone, now=now)
    points = still_open(db, session_id)
    if points.count:
        raise NotComplete(points)
    came = absent = 0
    for appointment, encounter in db.exec(
        select(Appointment, Encounter)
        .join(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(TAKES_A_PLACE))
        .execution_options(populate_existing=True)
    ):
        follow(appointment, encounter.presence, is_closed=True)
        came, absent = came + (encounter.arrived_at is not None), absent + (encounter.arrived_at is None)
    mark_closed(db, session, by=by, now=now)
    outbox.publish(db, "session.closed", session.id, now=now)
    audit.record(db, by=by, did="complete-record", on=session, now=now, came=came, absent=absent)
    return session


def still_open(db: ReadSession, session_id: UUID) -> OpenPoints:
    """Return what stands against closing a session. Three statements."""
    people = db.exec(
        select(Appointment.id, Encounter.presence)
        .outerjoin(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(TAKES_A_PLACE))
    ).all()
    running = db.exec(
        select(Encounter.appointment_id)
        .join(ConsultInterval, col(ConsultInterval.encounter_id) == col(Encounter.id))
        .where(
            col(ConsultInterval.group_session_id) == session_id,
            col(ConsultInterval.superseded_at).is_(None),
            col(ConsultInterval.ends_at).is_(None),
        )
    ).all()
    still_in = db.exec(
        select(ClinicianPresence.practitioner_id).where(
            col(ClinicianPresence.group_session_id) == session_id,
            col(ClinicianPresence.superseded_at).is_(None),
            col(ClinicianPresence.ends_at).is_(None),
        )
    ).all()
    return open_points([(appointment, presence) for appointment, presence in people], running, still_in)
