"""Many sessions at once, for Today and Week: Core columns, a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select as core_select
from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.people import Location, Room
from sma.scheduling.models import GroupSession, Program
from sma.scheduling.queries.staff import StaffRow, staff_where
from sma.scheduling.rules import Need, SessionStatus, approval_gap, ceiling, readiness


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One session in a list. `program_name` and the audience are only for those who may see them."""

    id: UUID
    code: str
    neutral_label: str
    program_name: str
    location_id: UUID
    place: str
    room: str | None
    room_seats: int | None
    starts_at: datetime
    ends_at: datetime
    timezone: str
    held_on: date
    status: str
    modality: str
    least: int
    target: int
    most: int
    support_places: int
    item_families: list[str]
    audience: str
    audience_name: str | None
    audience_basis: str | None
    audience_note: str | None
    approved_by_id: UUID | None
    review_on: date | None

    def places(self, staff: Sequence[StaffRow]) -> int:
        """How many patients the session can hold."""
        people = len({worker.practitioner_id for worker in staff})
        return ceiling(self.most, self.room_seats, people, self.support_places)


def missing_on(row: BoardRow, staff: Sequence[StaffRow], *, today: date) -> tuple[Need, ...]:
    """Return what a draft or open session still lacks; a session that is over or off needs nothing more."""
    if row.status not in (SessionStatus.DRAFT, SessionStatus.OPEN):
        return ()
    return readiness(
        [worker.as_worker() for worker in staff],
        is_billed=bool(row.item_families),
        approval_gap=approval_gap(row, today=today, held_on=row.held_on),
        review_on=row.review_on,
    ).missing


def sessions_between(
    db: ReadSession, start: date, end: date, location_id: UUID | None = None, *, limit: int | None = None
) -> list[BoardRow]:
    """Return the sessions held from `start` to `end`, both included, by the clocks of their places; earliest first.

    One statement.
    """
    query = _QUERY.where(*_between(start, end, location_id)).order_by(
        col(GroupSession.starts_at), col(GroupSession.code)
    )
    return [BoardRow(*row) for row in db.exec(query.limit(limit))]  # type: ignore[call-overload]


def next_day_with_sessions(db: ReadSession, after: date) -> date | None:
    """Return the first day after `after` on which a draft or open session is held; None when none is planned."""
    return db.exec(
        select(col(GroupSession.held_on))
        .where(
            col(GroupSession.held_on) > after,
            col(GroupSession.status).in_((SessionStatus.DRAFT, SessionStatus.OPEN)),
        )
        .order_by(col(GroupSession.held_on))
        .limit(1)
    ).first()


def staff_between(
    db: ReadSession, start: date, end: date, location_id: UUID | None = None
) -> dict[UUID, list[StaffRow]]:
    """Return the workers of the same sessions, by session. One statement."""
    return staff_where(db, *_between(start, end, location_id))


def _between(start: date, end: date, location_id: UUID | None) -> list[Any]:
    conditions: list[Any] = [col(GroupSession.held_on) >= start, col(GroupSession.held_on) <= end]
    if location_id is not None:
        conditions.append(col(GroupSession.location_id) == location_id)
    return conditions


_QUERY = (
    core_select(
        col(GroupSession.id),
        col(GroupSession.code),
        col(GroupSession.neutral_label),
        col(Program.name),
        col(GroupSession.location_id),
        col(Location.name),
        col(Room.name),
        col(Room.seats),
        col(GroupSession.starts_at),
        col(GroupSession.ends_at),
        col(GroupSession.timezone),
        col(GroupSession.held_on),
        col(GroupSession.status),
        col(GroupSession.modality),
        col(GroupSession.least),
        col(GroupSession.target),
        col(GroupSession.most),
        col(GroupSession.support_places),
        col(GroupSession.item_families),
        col(GroupSession.audience),
        col(GroupSession.audience_name),
        col(GroupSession.audience_basis),
        col(GroupSession.audience_note),
        col(GroupSession.approved_by_id),
        col(GroupSession.review_on),
    )
    .join(Program, col(Program.id) == col(GroupSession.program_id))
    .join(Location, col(Location.id) == col(GroupSession.location_id))
    .outerjoin(Room, col(Room.id) == col(GroupSession.room_id))
)
