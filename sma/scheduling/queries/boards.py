"""Many sessions at once, for Today and Week.

The statements are built once and take their dates as parameters, so that their cache key is worked out once; they run
as Core, because fifty ORM rows cost more than the page around them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, bindparam, cast, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.people import Location, Practitioner, PractitionerRole, Room, practitioner_name
from sma.scheduling.models import GroupSession, Program, SessionRole
from sma.scheduling.queries.staff import JOINED, Names
from sma.scheduling.rules import (
    ROLE_ORDER,
    Need,
    SessionStatus,
    approval_gap,
    ceiling,
    readiness,
)


class BoardRow(NamedTuple):
    """One session in a list. `program_name` and the audience are only for those who may see them.

    `key` is the id as the database hands it out, to match a session with its workers cheaply.
    """

    key: object
    id: UUID
    code: str
    neutral_label: str
    program_name: str
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
    is_billed: bool
    audience: str
    audience_name: str | None
    audience_basis: str | None
    approved_by_id: UUID | None
    review_on: date | None

    def places(self, staff: Sequence["BoardWorker"]) -> int:
        """How many patients the session can hold."""
        return ceiling(self.most, self.room_seats, len({worker.person for worker in staff}), self.support_places)


class BoardWorker(NamedTuple):
    """A worker in a list. `person` tells two workers apart; `is_reader` marks the one who is looking."""

    person: object
    name: str
    role: str
    is_reader: bool
    provider_number: str | None


def missing_on(row: BoardRow, staff: Sequence[BoardWorker], *, today: date) -> tuple[Need, ...]:
    """Return what a draft or open session still lacks; a session that is over or off needs nothing more."""
    if row.status not in (SessionStatus.DRAFT, SessionStatus.OPEN):
        return ()
    return readiness(
        staff,
        is_billed=row.is_billed,
        approval_gap=approval_gap(row, today=today, held_on=row.held_on),
        review_on=row.review_on,
    ).missing


def sessions_between(db: ReadSession, start: date, end: date, location_id: UUID | None = None) -> list[BoardRow]:
    """Return the sessions held from `start` to `end`, both included, by the clocks of their places; earliest first.

    One statement. For a read session: it does not see what a write session has not flushed.
    """
    values: dict[str, Any] = {"start": start, "end": end}
    query = _SESSIONS if location_id is None else _SESSIONS_AT
    if location_id is not None:
        values["location_id"] = location_id
    # all() fetches at once; walking through a result fetches row by row.
    return [BoardRow(*row) for row in db.connection().execute(query, values).all()]


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
    db: ReadSession, start: date, end: date, location_id: UUID | None = None, *, reader_id: UUID
) -> dict[object, tuple[BoardWorker, ...]]:
    """Return the workers of the same sessions by the sessions' `key`, clinician first. One statement."""
    values: dict[str, Any] = {"start": start, "end": end, "reader_id": reader_id}
    query = _STAFF if location_id is None else _STAFF_AT
    if location_id is not None:
        values["location_id"] = location_id
    found: dict[object, dict[tuple[object, str], BoardWorker]] = {}
    for key, person, role, prefix, given, family, is_reader, number in db.connection().execute(query, values).all():
        workers = found.setdefault(key, {})
        # Two roles at one place can repeat a worker; any number that holds there will do.
        if (person, role) not in workers or workers[person, role].provider_number is None:
            name = practitioner_name(Names(prefix, given, family))
            workers[person, role] = BoardWorker(person, name, role, bool(is_reader), number)
    return {key: tuple(sorted(workers.values(), key=_order)) for key, workers in found.items()}


def _order(worker: BoardWorker) -> tuple[int, str]:
    return ROLE_ORDER[worker.role], worker.name


_BETWEEN = (col(GroupSession.held_on) >= bindparam("start"), col(GroupSession.held_on) <= bindparam("end"))
_AT = col(GroupSession.location_id) == bindparam("location_id")
_KEY = type_coerce(col(GroupSession.id), String)

_SESSIONS: Any = (
    core_select(
        _KEY,
        col(GroupSession.id),
        col(GroupSession.code),
        col(GroupSession.neutral_label),
        col(Program.name),
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
        cast(col(GroupSession.item_families), String) != "[]",
        col(GroupSession.audience),
        col(GroupSession.audience_name),
        col(GroupSession.audience_basis),
        col(GroupSession.approved_by_id),
        col(GroupSession.review_on),
    )
    .join(Program, col(Program.id) == col(GroupSession.program_id))
    .join(Location, col(Location.id) == col(GroupSession.location_id))
    .outerjoin(Room, col(Room.id) == col(GroupSession.room_id))
    .where(*_BETWEEN)
    .order_by(col(GroupSession.starts_at), col(GroupSession.code))
)
_SESSIONS_AT: Any = _SESSIONS.where(_AT)

_STAFF: Any = JOINED.with_only_columns(
    _KEY,
    type_coerce(col(Practitioner.id), String),
    col(SessionRole.role),
    col(Practitioner.prefix),
    col(Practitioner.given_names),
    col(Practitioner.family_name),
    col(Practitioner.user_id) == bindparam("reader_id"),
    col(PractitionerRole.provider_number),
).where(*_BETWEEN)
_STAFF_AT: Any = _STAFF.where(_AT)
