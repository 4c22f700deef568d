"""The time zones in which a Medicare clinic can stand, and what their clocks do.

The table below is what goes into invitations; `zoneinfo` is what we compute with; the tests hold the two
against each other for every quarter hour. The time-zone writer of the icalendar library is never used: it
puts each spring change an hour late and lists dates that several calendar programs misread.
"""

# ruff: noqa: DTZ001  times on a clock are naive by design; the zone is the row they stand in

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Onset:
    """The yearly moment at which a zone changes to one of its two clocks.

    `first` is wall-clock time before the change (RFC 5545 section 3.6.5); `month` is the month whose first
    Sunday repeats it, or None where the clocks never change. Offsets are minutes east of Greenwich.
    """

    first: datetime
    offset_before: int
    offset_after: int
    name: str
    month: int | None = None


@dataclass(frozen=True)
class Zone:
    """One row of the table: how people name the zone, and the first whole day on which the row is right."""

    place: str
    valid_from: date
    standard: Onset
    daylight: Onset | None = None


def _steady(place: str, offset: int, name: str) -> Zone:
    # 2010, because the trial of daylight saving in Western Australia ended in March 2009.
    return Zone(place, date(2010, 1, 1), Onset(datetime(2010, 1, 1), offset, offset, name))


def _changing(place: str, offset: int, names: tuple[str, str]) -> Zone:
    """First Sunday of April and of October: the dates since 2008 of every state that has daylight saving."""
    april = Onset(datetime(2008, 4, 6, 3), offset + 60, offset, names[0], month=4)
    october = Onset(datetime(2008, 10, 5, 2), offset, offset + 60, names[1], month=10)
    return Zone(place, date(2008, 4, 7), april, october)


# Half an hour of daylight saving, and both changes at two o'clock.
_LORD_HOWE = Zone(
    "Lord Howe Island",
    date(2008, 4, 7),
    Onset(datetime(2008, 4, 6, 2), 660, 630, "+1030", month=4),
    Onset(datetime(2008, 10, 5, 2), 630, 660, "+11", month=10),
)
# Daylight saving began on 6 October 2019; the April before only marks where the row becomes right.
_NORFOLK = Zone(
    "Norfolk Island",
    date(2019, 4, 8),
    Onset(datetime(2019, 4, 7, 3), 720, 660, "+11", month=4),
    Onset(datetime(2019, 10, 6, 2), 660, 720, "+12", month=10),
)

# Source: IANA time zone database 2026, measured against it in tests/calendars/test_zone_table.py.
TIMEZONES: dict[str, Zone] = {
    "Australia/Sydney": _changing("Sydney", 600, ("AEST", "AEDT")),
    "Australia/Melbourne": _changing("Melbourne", 600, ("AEST", "AEDT")),
    "Australia/Hobart": _changing("Hobart", 600, ("AEST", "AEDT")),
    "Australia/Brisbane": _steady("Brisbane", 600, "AEST"),
    "Australia/Lindeman": _steady("Lindeman Island", 600, "AEST"),
    "Australia/Adelaide": _changing("Adelaide", 570, ("ACST", "ACDT")),
    "Australia/Broken_Hill": _changing("Broken Hill", 570, ("ACST", "ACDT")),
    "Australia/Darwin": _steady("Darwin", 570, "ACST"),
    "Australia/Perth": _steady("Perth", 480, "AWST"),
    "Australia/Eucla": _steady("Eucla", 525, "+0845"),
    "Australia/Lord_Howe": _LORD_HOWE,
    "Pacific/Norfolk": _NORFOLK,
    "Indian/Christmas": _steady("Christmas Island", 420, "+07"),
    "Indian/Cocos": _steady("Cocos (Keeling) Islands", 390, "+0630"),
}

# strftime would write months in the language of whatever locale the process was given.
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


class UnknownZone(ValueError):
    """The place's time zone is not one a clinic here can have."""

    def __init__(self, timezone: str) -> None:
        self.timezone = timezone
        self.message = "This time zone is not in the list. Choose one of: " + ", ".join(TIMEZONES) + "."
        super().__init__(self.message)


class WallTimeProblem(ValueError):
    """A time on the clock that people would not meet at. `message` says it in words staff can act on."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class WallTimeGap(WallTimeProblem):
    """The clocks skip this time."""


class WallTimeOverlap(WallTimeProblem):
    """The clocks show this time twice."""


def is_known_timezone(name: str) -> bool:
    """Can a clinic in this zone send invitations?"""
    return name in TIMEZONES


def zone_row(timezone: str) -> Zone:
    """The table's row.

    Raises: UnknownZone.
    """
    try:
        return TIMEZONES[timezone]
    except KeyError:
        raise UnknownZone(timezone) from None


def wall_time(naive: datetime, timezone: str) -> datetime:
    """The instant, in UTC, at which the clocks of a place show this time.

    Calendar programs disagree about times that are skipped or shown twice, so a session can have neither.

    Raises: WallTimeGap, WallTimeOverlap, UnknownZone; ValueError for a time that already has a zone.
    """
    if naive.tzinfo is not None:
        raise ValueError("wall_time takes the time on the clock, without a zone")
    zone_row(timezone)
    first, second = _offsets(naive, timezone)
    if second > first:
        raise WallTimeGap(_gap_words(naive, timezone))
    if second < first:
        raise WallTimeOverlap(_overlap_words(naive, timezone))
    return (naive - first).replace(tzinfo=UTC, fold=0)


def timezone_words(when: datetime, timezone: str) -> str:
    """How a mail names the zone at that time: "AEDT, Sydney time", "UTC+8:45, Eucla time".

    `when` is an aware instant, or a naive time on the clock of that zone.

    Raises: UnknownZone.
    """
    row = zone_row(timezone)
    tz = ZoneInfo(timezone)
    offset = (when.astimezone(tz) if when.tzinfo else when.replace(tzinfo=tz)).utcoffset()
    minutes = int((offset or timedelta()).total_seconds()) // 60
    is_daylight = row.daylight is not None and minutes == row.daylight.offset_after
    name = row.daylight.name if row.daylight and is_daylight else row.standard.name
    if name[0] == "+":  # zones without letters: "+0845" says nothing to a patient
        hours, rest = divmod(minutes, 60)
        name = f"UTC+{hours}:{rest:02}" if rest else f"UTC+{hours}"
    return f"{name}, {row.place} time"


@lru_cache(maxsize=1024)
def _offsets(naive: datetime, timezone: str) -> tuple[timedelta, timedelta]:
    """The offset read as the first and as the second showing of that time; equal on ordinary days."""
    tz = ZoneInfo(timezone)
    first = naive.replace(tzinfo=tz, fold=0).utcoffset()
    second = naive.replace(tzinfo=tz, fold=1).utcoffset()
    return first or timedelta(), second or timedelta()


def _gap_words(naive: datetime, timezone: str) -> str:
    _, end = _odd_span(naive, timezone)
    return (
        f"{_clock(naive)} on {_day(naive)} does not happen {_where(timezone)}: "
        f"clocks go forward. Choose {_clock(end)} or later."
    )


def _overlap_words(naive: datetime, timezone: str) -> str:
    start, end = _odd_span(naive, timezone)
    return (
        f"{_clock(naive)} on {_day(naive)} happens twice {_where(timezone)}: "
        f"clocks go back. Choose a time before {_clock(start)}, or {_clock(end)} or later."
    )


def _odd_span(naive: datetime, timezone: str) -> tuple[datetime, datetime]:
    """The first skipped or doubled minute around `naive`, and the first ordinary one after it."""
    minute = timedelta(minutes=1)

    def is_odd(at: datetime) -> bool:
        first, second = _offsets(at, timezone)
        return first != second

    start = end = naive.replace(second=0, microsecond=0, fold=0)
    while is_odd(start - minute):
        start -= minute
    while is_odd(end):
        end += minute
    return start, end


def _where(timezone: str) -> str:
    place = zone_row(timezone).place
    return f"on {place}" if place.endswith("Island") else f"in {place}"


def _clock(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"


def _day(at: datetime) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
