"""Counts one clinician's services by day against the patterns that the law looks at. Warns a person; stops nothing."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from billing.reading import fill
from billing.rules.pools import add_months, known_confidence


@dataclass(frozen=True, kw_only=True)
class VolumeLimit:
    """So many services a day on so many days within some months. `groups` are those of the schedule that count."""

    name: str
    attendances: int
    days: int
    months: int
    groups: tuple[str, ...]
    items: tuple[str, ...]
    doubt: str
    source: str
    confidence: str

    def __post_init__(self) -> None:
        known_confidence(self.confidence)
        if min(self.attendances, self.days, self.months) < 1:
            raise ValueError("attendances, days and months must be at least 1")


@dataclass(frozen=True)
class DayCount:
    """How many services that count a clinician gave on one day."""

    day: date
    services: int


@dataclass(frozen=True)
class VolumeStanding:
    """How a clinician stands against one limit in the months up to a day, that day included.

    `counts` has every day with a service that counts, earliest first. They are a lower bound: what the clinician did
    elsewhere is not known here.
    """

    limit: VolumeLimit
    since: date
    until: date
    counts: tuple[DayCount, ...]

    @property
    def days_at_limit(self) -> tuple[DayCount, ...]:
        """The days with as many services as the limit or more."""
        return tuple(each for each in self.counts if each.services >= self.limit.attendances)

    @property
    def is_reached(self) -> bool:
        return len(self.days_at_limit) >= self.limit.days

    @property
    def days_left(self) -> int:
        """How many more such days make the pattern; 0 once it is reached."""
        return max(self.limit.days - len(self.days_at_limit), 0)

    @property
    def busiest(self) -> DayCount | None:
        """The day with the most services, the latest of several; None where nothing counts."""
        return max(self.counts, key=lambda each: (each.services, each.day), default=None)


def volume_standings(
    services: Iterable[tuple[date, str]], until: date, limits: tuple[VolumeLimit, ...] | None = None
) -> tuple[VolumeStanding, ...]:
    """Say how one clinician stands against each limit.

    `services` are that clinician's, each with its date and item number, in any order; those outside the months that
    end with `until` are left out. Returns one standing per limit, in the order of the data.
    """
    given = list(services)
    return tuple(_standing(given, until, limit) for limit in limits or load_limits())


def _standing(services: list[tuple[date, str]], until: date, limit: VolumeLimit) -> VolumeStanding:
    since = add_months(until, -limit.months) + timedelta(days=1)
    counted = frozenset(limit.items)
    days = Counter(day for day, item_number in services if since <= day <= until and item_number in counted)
    return VolumeStanding(limit, since, until, tuple(DayCount(day, days[day]) for day in sorted(days)))


@cache
def load_limits() -> tuple[VolumeLimit, ...]:
    """Return the limits shipped with this package.

    Raises: ValueError when the data names a group that is not there.
    """
    return read_limits(tomllib.loads(files("billing.mbs").joinpath("volume.toml").read_text(encoding="utf-8")))


def read_limits(table: Mapping[str, Any]) -> tuple[VolumeLimit, ...]:
    """Make the limits of a table: each takes the items of its groups.

    Raises: ValueError saying what is wrong.
    """
    limits = []
    for each in table["limit"]:
        if unknown := sorted(set(each["groups"]) - table["group"].keys()):
            raise ValueError(f"limit {each['name']}: unknown group {', '.join(unknown)}")
        items = [number for name in each["groups"] for number in table["group"][name]["items"]]
        limits.append(fill(VolumeLimit, {**each, "items": items}))
    return tuple(limits)
