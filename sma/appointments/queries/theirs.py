"""One person's places in all sessions, seen from that person's side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from sma.appointments.models import Appointment
from sma.appointments.rules import LIVE, REASON_WORDS, AppointmentStatus, CancelReason, words_for
from sma.core.db import ReadSession
from sma.people import Location
from sma.scheduling import GroupSession

MOST_PLACES = 200

_next = aliased(Appointment, name="next_place")
_target = aliased(GroupSession, name="next_session")
# Moved, back on the list, moved again: the last session counts.
_moved_to = (
    select(col(_next.group_session_id))
    .where(col(_next.moved_from_id) == col(Appointment.id), col(Appointment.reason) == CancelReason.MOVED)
    .order_by(col(_next.booked_at).desc(), col(_next.id))
    .limit(1)
    .correlate(Appointment)
    .scalar_subquery()
)


@dataclass(frozen=True)
class PersonPlace:
    """One place. `label` is neutral: it names neither topic nor audience. `is_live`: booked, waiting or attended.

    `moved_to` is when the session begins that they were moved to, in the zone `moved_zone`.
    """

    session_id: UUID
    label: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    location: str
    words: str
    is_live: bool
    moved_to: datetime | None = None
    moved_zone: str | None = None


def places_of_person(
    db: ReadSession, patient_id: UUID, *, now: datetime
) -> tuple[list[PersonPlace], list[PersonPlace]]:
    """Return a person's coming places, soonest first, and those past or ended, latest first. One statement.

    A session that is running still counts as coming; a place they no longer have does not.
    """
    rows: Any = db.connection().execute(
        select(
            col(Appointment.status),
            col(Appointment.reason),
            col(GroupSession.id),
            col(GroupSession.neutral_label),
            col(GroupSession.starts_at),
            col(GroupSession.ends_at),
            col(GroupSession.timezone),
            col(Location.name),
            col(_target.starts_at).label("moved_to"),
            col(_target.timezone).label("moved_zone"),
        )
        .join_from(Appointment, GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .join(Location, col(Location.id) == col(GroupSession.location_id))
        .outerjoin(_target, col(_target.id) == _moved_to)
        .where(col(Appointment.patient_id) == patient_id)
        .order_by(col(GroupSession.starts_at).desc(), col(Appointment.booked_at).desc(), col(Appointment.id))
        .limit(MOST_PLACES)
    )
    found = [
        PersonPlace(
            session_id=row.id,
            label=row.neutral_label,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            timezone=row.timezone,
            location=row.name,
            words=_words(row, now),
            is_live=row.status in LIVE,
            moved_to=row.moved_to,
            moved_zone=row.moved_zone,
        )
        for row in rows
    ]
    coming = [place for place in reversed(found) if place.is_live and place.ends_at > now]
    return coming, [place for place in found if not place.is_live or place.ends_at <= now]


def _words(row: Any, now: datetime) -> str:
    if row.reason == CancelReason.MOVED:
        return "Moved"
    if row.status == AppointmentStatus.ENTERED_IN_ERROR:
        return REASON_WORDS[CancelReason.ENTERED_BY_MISTAKE]
    return words_for(row.status, row.reason, session_is_over=now >= row.ends_at)
