"""Places and their rooms."""

from uuid import UUID

from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.people.models import Location, Room
from sma.people.rules import PlaceNotFound


def locations(db: ReadSession) -> list[Location]:
    """Return all places, those in use first, by name. One statement."""
    return list(
        db.exec(select(Location).order_by(col(Location.is_active).desc(), col(Location.name), col(Location.id)))
    )


def location(db: ReadSession, location_id: UUID) -> Location:
    """Raises: PlaceNotFound."""
    found = db.get(Location, location_id)
    if found is None:
        raise PlaceNotFound
    return found


def rooms_of(db: ReadSession, location_id: UUID) -> list[Room]:
    return list(db.exec(select(Room).where(col(Room.location_id) == location_id).order_by(col(Room.name))))
