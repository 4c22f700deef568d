"""One person's places in all sessions, seen from that person's side."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from sma.appointments.models import Appointment
from sma.appointments.rules import LIVE, AppointmentStatus, words_for
from sma.core.db import ReadSession
from sma.people import Location
from sma.scheduling import GroupSession

MOST_PLACES = 200


@dataclass(frozen=True)
class PersonPlace:
    """One place. `label` is neutral: it names neither topic nor audience. `is_live`: booked, waiting or attended."""

    session_id: UUID
    label: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    location: str
    words: str
    is_live: bool


def places_of_person(
    db: ReadSession, patient_id: UUID, *, now: datetime
) -> tuple[list[PersonPlace], list[PersonPlace]]:
    """Return a person's coming places, soonest first, and their past ones, latest first. One statement.

    A session that is running still counts as coming. What was entered by mistake is left out.
    """
    rows = db.connection().execute(
        select(
            col(Appointment.status),
            col(Appointment.reason),
            col(GroupSession.id),
            col(GroupSession.neutral_label),
            col(GroupSession.starts_at),
            col(GroupSession.ends_at),
            col(GroupSession.timezone),
            col(Location.name),
        )
        .join_from(Appointment, GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .join(Location, col(Location.id) == col(GroupSession.location_id))
        .where(
            col(Appointment.patient_id) == patient_id,
            col(Appointment.status) != AppointmentStatus.ENTERED_IN_ERROR,
        )
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
            words=words_for(row.status, row.reason, session_is_over=now >= row.ends_at),
            is_live=row.status in LIVE,
        )
        for row in rows
    ]
    coming = [place for place in reversed(found) if place.ends_at > now]
    return coming, [place for place in found if place.ends_at <= now]
