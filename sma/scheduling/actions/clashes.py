"""Nobody and no room can be in two places at once: the two hard stops of planning."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from sma.core.db import WriteSession
from sma.people import Practitioner, Room, lock_practitioners
from sma.scheduling.models import GroupSession, SessionRole
from sma.scheduling.rules import SessionStatus, Span

# A paused or cancelled session holds nobody; a draft does, or two plans could be made of one person.
_HOLDS = (SessionStatus.DRAFT, SessionStatus.OPEN, SessionStatus.CLOSED)


def lock_staff(db: WriteSession, practitioner_ids: Iterable[UUID]) -> list[Practitioner]:
    """Lock workers in id order, so that two planners never wait for each other.

    Raises: NotFound when one is not there.
    """
    wanted = set(practitioner_ids)
    return lock_practitioners(db, wanted) if wanted else []


def busy_workers(
    db: WriteSession, practitioner_ids: Iterable[UUID], span: Span, *, but_not: UUID | None = None
) -> dict[UUID, str]:
    """Return the code of a session that already has each worker at that time; lock the workers first."""
    query = (
        select(SessionRole.practitioner_id, GroupSession.code)
        .join(GroupSession, col(GroupSession.id) == col(SessionRole.group_session_id))
        .where(col(SessionRole.practitioner_id).in_(list(practitioner_ids)), *_overlapping(span, but_not))
    )
    return dict(db.exec(query).all())


def room_taken_by(db: WriteSession, room_id: UUID, span: Span, *, but_not: UUID | None = None) -> str | None:
    """Lock a room and return the code of a session that already has it at that time."""
    db.exec(select(Room.id).where(col(Room.id) == room_id).with_for_update()).first()
    query = select(GroupSession.code).where(col(GroupSession.room_id) == room_id, *_overlapping(span, but_not))
    return db.exec(query).first()


def _overlapping(span: Span, but_not: UUID | None) -> list[bool]:
    conditions = [
        col(GroupSession.status).in_(_HOLDS),
        col(GroupSession.starts_at) < span.ends_at,
        col(GroupSession.ends_at) > span.starts_at,
    ]
    if but_not is not None:
        conditions.append(col(GroupSession.id) != but_not)
    return conditions  # type: ignore[return-value]
