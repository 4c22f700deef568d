"""The time zone table against the zone database, as a calendar program would read our files.

The evaluator here follows RFC 5545 section 3.6.5 and reads the VTIMEZONE from the bytes we send.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars import TIMEZONES, Event, invitation

QUARTER = 900
Onset = tuple[int, int, str]  # instant, offset in seconds from then on, name


def _first_sunday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7)


def _seconds(offset: str) -> int:
    sign = -1 if offset[0] == "-" else 1
    return sign * (int(offset[1:3]) * 3600 + int(offset[3:5]) * 60)


def _onsets(lines: list[str]) -> list[Onset]:
    """Every change of clocks that the VTIMEZONE describes until 2037, earliest first."""
    found: list[Onset] = []
    for kind in ("STANDARD", "DAYLIGHT"):
        if f"BEGIN:{kind}" not in lines:
            continue
        part = lines[lines.index(f"BEGIN:{kind}") + 1 : lines.index(f"END:{kind}")]
        values = dict(line.split(":", 1) for line in part)
        starts = datetime.strptime(values["DTSTART"], "%Y%m%dT%H%M%S")
        walls = [starts]
        if rule := values.get("RRULE"):
            parts = dict(item.split("=") for item in rule.split(";"))
            assert parts["FREQ"] == "YEARLY"
            assert parts["BYDAY"] == "1SU"
            assert set(parts) == {"FREQ", "BYDAY", "BYMONTH"}
            days = [_first_sunday(year, int(parts["BYMONTH"])) for year in range(starts.year, 2038)]
            walls = [datetime.combine(day, starts.time()) for day in days]
            assert walls[0] == starts, "DTSTART must be the rule's first instance"
        before, after = _seconds(values["TZOFFSETFROM"]), _seconds(values["TZOFFSETTO"])
        found += [(int(wall.replace(tzinfo=UTC).timestamp()) - before, after, values["TZNAME"]) for wall in walls]
    return sorted(found)


def _differences(zone: str, onsets: list[Onset], instants: Iterator[int]) -> list[str]:
    tz = ZoneInfo(zone)
    times = [onset[0] for onset in onsets]
    wrong = []
    for instant in instants:
        assert instant >= times[0], "before the first onset a file says nothing"
        local = datetime.fromtimestamp(instant, tz)
        _, offset, name = onsets[bisect_right(times, instant) - 1]
        if local.utcoffset() != timedelta(seconds=offset) or local.tzname() != name:
            wrong.append(f"{local.isoformat()} {local.tzname()}: file says {offset} {name}")
    return wrong


def _span(zone: str) -> tuple[int, int]:
    """From the first midnight of the row's validity to the end of 2036, as seconds."""
    first = datetime.combine(TIMEZONES[zone].valid_from, time.min, tzinfo=ZoneInfo(zone))
    return int(first.timestamp()), int(datetime(2037, 1, 1, tzinfo=UTC).timestamp())


@pytest.fixture
def onsets(
    request: pytest.FixtureRequest, make_event: Callable[..., Event], unfolded: Callable[[bytes], list[str]]
) -> list[Onset]:
    zone = request.getfixturevalue("zone")
    return _onsets(unfolded(invitation(make_event(timezone=zone))))


@pytest.mark.parametrize("zone", TIMEZONES)
def test_the_file_agrees_with_the_zone_database_around_every_change_and_four_times_a_day(
    zone: str, onsets: list[Onset]
) -> None:
    start, end = _span(zone)
    changes = {_first_sunday(year, month) for year in range(2008, 2037) for month in range(1, 13)}

    def instants() -> Iterator[int]:
        yield from range(start, end, 6 * 3600)
        for day in changes:
            sunday = int(datetime.combine(day, time.min, tzinfo=UTC).timestamp())
            yield from (at for at in range(sunday - 86400, sunday + 43200, QUARTER) if start < at < end)

    assert _differences(zone, onsets, instants()) == []


@pytest.mark.slow
@pytest.mark.parametrize("zone", TIMEZONES)
def test_the_file_agrees_with_the_zone_database_in_every_quarter_hour(zone: str, onsets: list[Onset]) -> None:
    start, end = _span(zone)

    assert _differences(zone, onsets, iter(range(start, end, QUARTER))) == []


@pytest.mark.parametrize("zone", [name for name, row in TIMEZONES.items() if row.daylight])
def test_the_evaluator_sees_a_change_written_an_hour_late(zone: str, onsets: list[Onset]) -> None:
    names = [TIMEZONES[zone].standard.name]
    late = [(at if name in names else at + 3600, offset, name) for at, offset, name in onsets]
    start = int(datetime(2026, 10, 3, tzinfo=UTC).timestamp())

    assert len(_differences(zone, late, iter(range(start, start + 2 * 86400, QUARTER)))) == 4


def test_every_place_of_medicare_has_its_zone() -> None:
    assert sorted(TIMEZONES) == [
        "Australia/Adelaide",
        "Australia/Brisbane",
        "Australia/Broken_Hill",
        "Australia/Darwin",
        "Australia/Eucla",
        "Australia/Hobart",
        "Australia/Lindeman",
        "Australia/Lord_Howe",
        "Australia/Melbourne",
        "Australia/Perth",
        "Australia/Sydney",
        "Indian/Christmas",
        "Indian/Cocos",
        "Pacific/Norfolk",
    ]
    assert TIMEZONES["Pacific/Norfolk"].valid_from == date(2019, 4, 8)
    assert max(row.valid_from for row in TIMEZONES.values()) == date(2019, 4, 8)


@pytest.mark.parametrize("zone", [name for name, row in TIMEZONES.items() if row.daylight is None])
def test_a_place_without_daylight_saving_has_no_rule(
    zone: str, make_event: Callable[..., Event], unfolded: Callable[[bytes], list[str]]
) -> None:
    lines = unfolded(invitation(make_event(timezone=zone)))

    assert "BEGIN:DAYLIGHT" not in lines
    assert not [line for line in lines if line.startswith("RRULE")]
