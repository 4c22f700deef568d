"""How many places are taken and left. Always counted from the rows, never kept as a number that could drift."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, bindparam, func, select, type_coerce
from sqlmodel import col

from sma.appointments.facts import PLACE_COLUMNS, places_of
from sma.appointments.models import Appointment
from sma.appointments.rules import TAKES_A_PLACE, AppointmentStatus, Places
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.scheduling import GroupSession


class Counts(NamedTuple):
    """People with a place, and people waiting, in one session."""

    booked: int = 0
    waiting: int = 0


def places(db: ReadSession, session_id: UUID) -> Places:
    """Return a session's places: taken, waiting, ceiling, left. One statement. Raises: NotFound."""
    query = select(*PLACE_COLUMNS).select_from(GroupSession).where(col(GroupSession.id) == session_id)
    row = db.connection().execute(query).first()
    if row is None:
        raise NotFound
    return places_of(row)


def counts_between(db: ReadSession, start: date, end: date) -> dict[object, Counts]:
    """Return the counts of the sessions held from `start` to `end`, both included; sessions without anybody are absent.

    One statement. The keys are those of `scheduling.sessions_between`: ids as the database hands them out.
    """
    rows = db.connection().execute(_COUNTS, {"start": start, "end": end}).all()
    return {key: Counts(booked, waiting) for key, booked, waiting in rows}


# Built once, so that its cache key is worked out once.
_COUNTS: Any = (
    select(
        type_coerce(col(Appointment.group_session_id), String),
        func.count().filter(col(Appointment.status).in_(TAKES_A_PLACE)),
        func.count().filter(col(Appointment.status) == AppointmentStatus.WAITLIST),
    )
    .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
    .where(col(GroupSession.held_on) >= bindparam("start"), col(GroupSession.held_on) <= bindparam("end"))
    .group_by(col(Appointment.group_session_id))
)
