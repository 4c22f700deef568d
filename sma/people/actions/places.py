"""Places and rooms: where a session can be held, on which clock, and whether they are consulting rooms."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from billing.facts import MODIFIED_MONASH_AREAS
from calendars import is_known_timezone
from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Invalid, StaleVersion
from sma.identity import CurrentUser
from sma.people.models import Location, Room
from sma.people.rules import PlaceNotFound

_MINOR_ID = re.compile(r"[A-Z]{3}[0-9]{5}")  # Source: location id of the Services Australia web services, 2020


@dataclass(frozen=True, kw_only=True)
class LocationAnswers:
    """What staff say about a place. None for `is_consulting_rooms` or `modified_monash`: nobody has said yet."""

    name: str
    neutral_name: str | None = None
    address: str | None = None
    suburb: str | None = None
    state: str | None = None
    postcode: str | None = None
    phone: str | None = None
    timezone: str | None = None
    is_consulting_rooms: bool | None = None
    modified_monash: int | None = None
    minor_id: str | None = None
    is_active: bool = True


def make_location(db: WriteSession, answers: LocationAnswers, *, by: CurrentUser, now: datetime) -> Location:
    """Add a place. Raises: Invalid for a time zone that no clinic here can have, an area that does not exist, or a
    location identifier of another shape.
    """
    _check(answers)
    location = Location(**asdict(answers))
    db.add(location)
    audit.record(db, by=by, did="make", on=location, now=now)
    return location


def update_location(
    db: WriteSession, location_id: UUID, answers: LocationAnswers, version: int, *, by: CurrentUser, now: datetime
) -> Location:
    """Change a place, if nobody changed it since the form was opened. Sessions already made keep their own time zone.

    Locks: the location row. Raises: PlaceNotFound, StaleVersion, Invalid.
    """
    _check(answers)
    location = _lock_location(db, location_id)
    if location.version != version:
        raise StaleVersion
    changed = {name for name, value in asdict(answers).items() if getattr(location, name) != value}
    for name in changed:
        setattr(location, name, getattr(answers, name))
    if changed:
        location.kept_here = sorted({*location.kept_here, *changed})
        location.version += 1
        audit.record(db, by=by, did="edit", on=location, now=now, fields=" ".join(sorted(changed)))
    return location


def add_room(db: WriteSession, location_id: UUID, *, name: str, seats: int, by: CurrentUser, now: datetime) -> Room:
    """Add a room, or say anew how many it seats (a room of the same name is the same room).

    Locks: the location row. Raises: PlaceNotFound.
    """
    location = _lock_location(db, location_id)
    room = db.exec(select(Room).where(col(Room.location_id) == location.id, col(Room.name) == name)).first()
    if room is None:
        room = Room(location_id=location.id, name=name, seats=seats)
        db.add(room)
    room.seats = seats
    audit.record(db, by=by, did="set-room", on=room, now=now, seats=seats)
    return room


def _lock_location(db: WriteSession, location_id: UUID) -> Location:
    location = db.exec(select(Location).where(col(Location.id) == location_id).with_for_update()).first()
    if location is None:
        raise PlaceNotFound
    return location


def _check(answers: LocationAnswers) -> None:
    problems: dict[str, str] = {}
    if answers.timezone is not None and not is_known_timezone(answers.timezone):
        problems["timezone"] = "Choose a time zone from the list."
    if answers.modified_monash not in (None, *MODIFIED_MONASH_AREAS):
        problems["modified_monash"] = "Choose an area from 1 to 7."
    if answers.minor_id is not None and not _MINOR_ID.fullmatch(answers.minor_id):
        problems["minor_id"] = "A location identifier is three capital letters and five digits, such as ABC00001."
    if problems:
        raise Invalid(fields=problems)
