"""What a person is told about their place: one frozen revision for each change, one effect owed for each revision.

Sending is not done here. A revision holds neutral facts only: when, where, how to ring; never for whom or about what.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, select

from sma.appointments.models import Appointment, Invitation, InvitationRevision
from sma.core import outbox
from sma.core.db import ReadSession, WriteSession, insert_row
from sma.people import Location
from sma.scheduling import GroupSession

# What a person sees of a revision; the rest of `details` is ours.
SEEN = ("starts", "ends", "timezone", "place", "address", "phone")
# Said when a place has no neutral name: its own name could give a condition away.
NAMELESS_PLACE = "The clinic"


class What(StrEnum):
    """The three things a person can be told."""

    REQUEST = "request"
    CANCEL = "cancel"
    WAITING = "waiting"


def invite(db: WriteSession, appointment: Appointment, *, now: datetime) -> Invitation:
    """Give a new appointment its calendar identity: a random UID that names nobody."""
    at = now.replace(microsecond=0)
    invitation = Invitation(appointment_id=appointment.id, uid=str(uuid4()), created_at=at, revised_at=at)
    db.add(invitation)
    return invitation


def invite_and_tell(
    db: WriteSession, appointment: Appointment, session: GroupSession, what: What | None, *, now: datetime
) -> None:
    """Give a new appointment, already stored, its invitation, and say the first thing (None: nothing needs saying).

    The same rows as `invite` and `tell` write, without objects, because every booking comes by here.
    Publishes: invitation.revised.
    """
    at, invitation_id, revision_id = now.replace(microsecond=0), uuid4(), uuid4()
    insert_row(
        db,
        Invitation,
        id=invitation_id,
        appointment_id=appointment.id,
        uid=str(uuid4()),
        sequence=0,
        has_event=what is What.REQUEST,
        revisions=0 if what is None else 1,
        created_at=at,
        revised_at=at,
    )
    if what is None:
        return
    insert_row(
        db,
        InvitationRevision,
        id=revision_id,
        invitation_id=invitation_id,
        appointment_id=appointment.id,
        number=1,
        sequence=0,
        what=what,
        revised_at=at,
        details=details_of(db, session),
    )
    outbox.publish(db, "invitation.revised", revision_id, now=now)


def invitation_of(db: WriteSession, appointment: Appointment, *, now: datetime) -> Invitation:
    """Return an appointment's invitation; a place that was entered without one gets it now."""
    found = db.exec(select(Invitation).where(col(Invitation.appointment_id) == appointment.id)).one_or_none()
    return found or invite(db, appointment, now=now)


def tell(
    db: WriteSession,
    invitation: Invitation,
    session: GroupSession,
    what: What,
    *,
    now: datetime,
    was_waiting: bool = False,
) -> InvitationRevision:
    """Write down one thing the person must hear of. Publishes: invitation.revised."""
    details = details_of(db, session)
    if was_waiting:
        details["was_waiting"] = True
    if what is not What.WAITING and not was_waiting:
        # RFC 5545 3.8.7.4: the first message has 0, each later one that says something new one more.
        invitation.sequence += 1 if invitation.has_event else 0
        invitation.has_event = True
    if invitation.revisions:
        # Calendars ignore a second message with the same stamp, and stamps are whole seconds.
        second = timedelta(seconds=1)
        invitation.revised_at = max(now.replace(microsecond=0), invitation.revised_at + second)
    invitation.revisions += 1
    revision = InvitationRevision(
        invitation_id=invitation.id,
        appointment_id=invitation.appointment_id,
        number=invitation.revisions,
        sequence=invitation.sequence,
        what=what,
        revised_at=invitation.revised_at,
        details=details,
    )
    db.add(revision)
    outbox.publish(db, "invitation.revised", revision.id, now=now)
    return revision


def details_of(db: ReadSession, session: GroupSession) -> dict[str, Any]:
    """Return the neutral facts of a session as the people in it are told them."""
    location = db.connection().execute(_PLACE, {"id": session.location_id}).one()
    zone = ZoneInfo(session.timezone)
    suburb = " ".join(part for part in (location.suburb, location.state, location.postcode) if part)
    return {
        "starts": session.starts_at.astimezone(zone).replace(tzinfo=None).isoformat(),
        "ends": session.ends_at.astimezone(zone).replace(tzinfo=None).isoformat(),
        "timezone": session.timezone,
        "place": location.neutral_name or NAMELESS_PLACE,
        "address": ", ".join(part for part in (location.address, suburb) if part),
        "phone": location.phone,
        "session_version": session.version,
    }


_PLACE = sqlalchemy.select(
    col(Location.neutral_name),
    col(Location.address),
    col(Location.suburb),
    col(Location.state),
    col(Location.postcode),
    col(Location.phone),
).where(col(Location.id) == bindparam("id"))


def says_the_same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Tell whether a person would read the same in both."""
    return all(first.get(part) == second.get(part) for part in SEEN)


def newest_details(db: ReadSession, invitation_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what each invitation said last. One statement."""
    rows = db.exec(
        select(InvitationRevision)
        .join(Invitation, col(Invitation.id) == col(InvitationRevision.invitation_id))
        .where(
            col(InvitationRevision.invitation_id).in_(invitation_ids),
            col(InvitationRevision.number) == col(Invitation.revisions),
        )
    )
    return {row.invitation_id: row.details for row in rows}
