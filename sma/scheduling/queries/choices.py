"""What a planner can choose from: programs, places, rooms, people."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy import select as core_select
from sqlmodel import col, select

from billing.facts import Profession
from sma.core.db import ReadSession
from sma.people import PROFESSION_WORDS, Location, Practitioner, PractitionerRole, Room, practitioner_name
from sma.scheduling.models import Program

Choice = tuple[UUID, str]


@dataclass(frozen=True)
class PlaceChoice:
    """A place, and whether its time zone is confirmed: without one it can hold no session."""

    id: UUID
    name: str
    timezone: str | None


@dataclass(frozen=True)
class WorkerChoices:
    """Who can be chosen for a session, parted by whether they have a provider number anywhere."""

    numbered: list[Choice]
    others: list[Choice]

    @property
    def for_clinician(self) -> list[tuple[str, list[Choice]]]:
        """Everybody in groups, those who could bill first."""
        groups = [("With a provider number", self.numbered), ("Without a provider number", self.others)]
        return [group for group in groups if group[1]]

    @property
    def for_others(self) -> list[tuple[str, list[Choice]]]:
        """Everybody in groups, those who run a session without billing first."""
        return self.for_clinician[::-1]


def program_choices(db: ReadSession) -> list[Choice]:
    """Return the programs in use."""
    query = select(Program.id, Program.name).where(col(Program.is_active)).order_by(col(Program.name))
    return [(row[0], row[1]) for row in db.exec(query)]


def place_choices(db: ReadSession) -> list[PlaceChoice]:
    """Return the places in use, those that can hold a session first."""
    rows = db.exec(
        select(Location.id, Location.name, Location.timezone)
        .where(col(Location.is_active))
        .order_by(col(Location.timezone).is_(None), col(Location.name))
    )
    return [PlaceChoice(*row) for row in rows]


def room_choices(db: ReadSession) -> list[Choice]:
    """Return every room with its place and seats."""
    rows = db.exec(
        select(Room.id, Room.name, Room.seats, Location.name)
        .join(Location, col(Location.id) == col(Room.location_id))
        .where(col(Location.is_active))
        .order_by(col(Location.name), col(Room.name))
    )
    return [(room_id, f"{place}: {name}, {seats} seats") for room_id, name, seats, place in rows]


def worker_choices(db: ReadSession) -> WorkerChoices:
    """Return everybody who works here, by family name. One statement."""
    has_number = (
        exists()
        .where(
            col(PractitionerRole.practitioner_id) == col(Practitioner.id),
            col(PractitionerRole.provider_number).is_not(None),
        )
        .correlate(Practitioner)
    )
    people = db.exec(
        select(Practitioner, has_number)
        .where(col(Practitioner.is_active))
        .order_by(col(Practitioner.family_name), col(Practitioner.given_names))
    )
    choices = WorkerChoices([], [])
    for person, is_numbered in people:
        words = f"{practitioner_name(person)}, {_profession(person)}"
        (choices.numbered if is_numbered else choices.others).append((person.id, words))
    return choices


def _profession(person: Practitioner) -> str:
    words = PROFESSION_WORDS[Profession(person.profession)]
    return words if words.startswith("Aboriginal") else words[:1].lower() + words[1:]


@dataclass(frozen=True)
class PlacesInUse:
    """The places that can hold a session, and the zone for dates that belong to no session: that of the first."""

    choices: list[PlaceChoice]
    zone: str

    @property
    def has_zones(self) -> bool:
        """Whether the places go by more than one clock, so that a time by itself could be misread."""
        return len({choice.timezone for choice in self.choices}) > 1


def places_in_use(db: ReadSession) -> PlacesInUse:
    """Return the places whose zone is confirmed, by name. One statement."""
    rows = db.connection().execute(_PLACES_IN_USE).all()
    choices = [PlaceChoice(*row) for row in rows]
    return PlacesInUse(choices, (choices[0].timezone if choices else None) or "UTC")


# Built once: both boards ask for it on every page.
_PLACES_IN_USE = (
    core_select(col(Location.id), col(Location.name), col(Location.timezone))
    .where(col(Location.is_active), col(Location.timezone).is_not(None))
    .order_by(col(Location.name))
)
