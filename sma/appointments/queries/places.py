"""How many places are taken and left. Always counted from the rows, never kept as a number that could drift."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select
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


def counts_by_session(db: ReadSession, ids: Iterable[UUID]) -> dict[UUID, Counts]:
    """Return the counts of many sessions, zeros for those without anybody. One statement."""
    wanted = list(ids)
    counted = dict.fromkeys(wanted, Counts())
    if not wanted:
        return counted
    rows = db.connection().execute(_COUNTS, {"wanted": wanted}).all()
    return counted | {session_id: Counts(booked, waiting) for session_id, booked, waiting in rows}


# Built once, so that its cache key is worked out once.
_COUNTS: Any = (
    select(
        col(Appointment.group_session_id),
        func.count().filter(col(Appointment.status).in_(TAKES_A_PLACE)),
        func.count().filter(col(Appointment.status) == AppointmentStatus.WAITLIST),
    )
    .where(col(Appointment.group_session_id).in_(bindparam("wanted", expanding=True)))
    .group_by(col(Appointment.group_session_id))
)
