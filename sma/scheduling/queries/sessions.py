"""One session in full, and who may see for whom it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.core import clock
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser, Permission
from sma.people import Location, Practitioner, Room
from sma.scheduling.models import GroupSession, Program, SessionRole
from sma.scheduling.queries.staff import StaffRow, staff_of
from sma.scheduling.rules import Readiness, approval_gap, ceiling, readiness


@dataclass(frozen=True)
class SessionView:
    """A session with everything a page about it names. `program_name` is the topic: only for those who may see it."""

    session: GroupSession
    program_name: str
    location: Location
    room: Room | None
    staff: list[StaffRow]

    @property
    def ceiling(self) -> int:
        """How many patients it can hold (ruling: room minus staff and support people, at most the maximum)."""
        people = len({row.practitioner_id for row in self.staff})
        seats = self.room.seats if self.room else None
        return ceiling(self.session.most, seats, people, self.session.support_places)


def session_view(db: ReadSession, session_id: UUID) -> SessionView:
    """Return one session in full. Two statements.

    Raises: NotFound.
    """
    found = db.exec(
        select(GroupSession, Program.name, Location, Room)
        .join(Program, col(Program.id) == col(GroupSession.program_id))
        .join(Location, col(Location.id) == col(GroupSession.location_id))
        .outerjoin(Room, col(Room.id) == col(GroupSession.room_id))
        .where(col(GroupSession.id) == session_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    session, program_name, location, room = found
    return SessionView(session, program_name, location, room, staff_of(db, session_id))


def is_assigned(db: ReadSession, session_id: UUID, user_id: UUID) -> bool:
    """Tell whether a user works on a session, in any role."""
    query = (
        select(SessionRole.id)
        .join(Practitioner, col(Practitioner.id) == col(SessionRole.practitioner_id))
        .where(col(SessionRole.group_session_id) == session_id, col(Practitioner.user_id) == user_id)
    )
    return db.exec(query).first() is not None


def may_see_settings(db: ReadSession, session_id: UUID, user: CurrentUser) -> bool:
    """Tell whether a user may see the topic and audience of a session: by role, or by working on it."""
    return user.may(Permission.SEE_SETTINGS) or is_assigned(db, session_id, user.id)


def session_readiness(db: ReadSession, session: GroupSession, *, now: datetime) -> Readiness:
    """List what a session needs before it can be published, by the date at its own place."""
    return readiness_of(session, staff_of(db, session.id), now=now)


def readiness_of(session: GroupSession, staff: list[StaffRow], *, now: datetime) -> Readiness:
    """The same, for staff already read."""
    today = clock.local_date(now, session.timezone)
    return readiness(
        staff,
        is_billed=bool(session.item_families),
        approval_gap=approval_gap(session, today=today, held_on=session.held_on),
        review_on=session.review_on,
    )
