"""Times on the clock: which instant they are, and which ones people cannot meet at."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars import (
    TIMEZONES,
    UnknownZone,
    WallTimeGap,
    WallTimeOverlap,
    WallTimeProblem,
    is_known_timezone,
    timezone_words,
    wall_time,
)

DAYLIGHT_ZONES = [name for name, row in TIMEZONES.items() if row.daylight]
MINUTE = timedelta(minutes=1)


def test_ten_in_the_morning_stays_ten_in_the_morning_all_year() -> None:
    assert wall_time(datetime(2026, 12, 1, 10), "Australia/Sydney") == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert wall_time(datetime(2026, 6, 1, 10), "Australia/Sydney") == datetime(2026, 6, 1, 0, tzinfo=UTC)
    assert wall_time(datetime(2026, 6, 1, 10), "Australia/Eucla").tzinfo is UTC


@pytest.mark.parametrize("zone", TIMEZONES)
@pytest.mark.parametrize("sunday", [datetime(2026, 10, 4), datetime(2027, 4, 4)])
def test_each_minute_of_a_change_is_accepted_only_if_clocks_show_it_once(zone: str, sunday: datetime) -> None:
    tz = ZoneInfo(zone)
    first = sunday.replace(tzinfo=UTC) - timedelta(hours=14)
    instants = [first + number * MINUTE for number in range(24 * 60)]
    showings = Counter(instant.astimezone(tz).replace(tzinfo=None, fold=0) for instant in instants)
    instant_of = {instant.astimezone(tz).replace(tzinfo=None, fold=0): instant for instant in instants}

    for number in range(5 * 60):
        wall = sunday + number * MINUTE
        if showings[wall] == 1:
            assert wall_time(wall, zone) == instant_of[wall]
        else:
            with pytest.raises(WallTimeOverlap if showings[wall] else WallTimeGap):
                wall_time(wall, zone)


@pytest.mark.parametrize("zone", DAYLIGHT_ZONES)
def test_every_zone_with_daylight_saving_has_a_gap_and_an_overlap(zone: str) -> None:
    with pytest.raises(WallTimeGap):
        wall_time(datetime(2026, 10, 4, 2, 15), zone)
    with pytest.raises(WallTimeOverlap):
        wall_time(datetime(2027, 4, 4, 1, 45) if "Howe" in zone else datetime(2027, 4, 4, 2, 45), zone)


@pytest.mark.parametrize(
    ("wall", "zone", "words"),
    [
        (
            datetime(2026, 10, 4, 2, 30),
            "Australia/Sydney",
            "2:30 am on 4 October 2026 does not happen in Sydney: clocks go forward. Choose 3:00 am or later.",
        ),
        (
            datetime(2026, 10, 4, 2, 0),
            "Australia/Lord_Howe",
            "2:00 am on 4 October 2026 does not happen on Lord Howe Island: clocks go forward. "
            "Choose 2:30 am or later.",
        ),
        (
            datetime(2027, 4, 4, 2, 30),
            "Australia/Hobart",
            "2:30 am on 4 April 2027 happens twice in Hobart: clocks go back. "
            "Choose a time before 2:00 am, or 3:00 am or later.",
        ),
        (
            datetime(2027, 4, 4, 1, 59, 30),
            "Australia/Lord_Howe",
            "1:59 am on 4 April 2027 happens twice on Lord Howe Island: clocks go back. "
            "Choose a time before 1:30 am, or 2:00 am or later.",
        ),
    ],
)
def test_a_refused_time_says_what_to_choose(wall: datetime, zone: str, words: str) -> None:
    with pytest.raises(WallTimeProblem) as refused:
        wall_time(wall, zone)

    assert refused.value.message == words


@pytest.mark.parametrize("zone", ["Europe/Paris", "AEST", "", "../etc/passwd", "australia/sydney"])
def test_a_zone_outside_the_table_is_refused_with_the_ones_to_choose(zone: str) -> None:
    assert not is_known_timezone(zone)
    with pytest.raises(UnknownZone) as refused:
        wall_time(datetime(2026, 12, 1, 10), zone)
    assert "Australia/Darwin" in refused.value.message
    with pytest.raises(UnknownZone):
        timezone_words(datetime(2026, 12, 1, 10), zone)


def test_a_time_that_already_has_a_zone_is_no_wall_time() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        wall_time(datetime(2026, 12, 1, 10, tzinfo=UTC), "Australia/Sydney")


@pytest.mark.parametrize(
    ("when", "zone", "words"),
    [
        (datetime(2026, 12, 1, 10), "Australia/Sydney", "AEDT, Sydney time"),
        (datetime(2026, 6, 1, 10), "Australia/Sydney", "AEST, Sydney time"),
        (datetime(2026, 10, 3, 15, 59, tzinfo=UTC), "Australia/Sydney", "AEST, Sydney time"),
        (datetime(2026, 10, 3, 16, 0, tzinfo=UTC), "Australia/Sydney", "AEDT, Sydney time"),
        (datetime(2026, 12, 1, 10), "Australia/Brisbane", "AEST, Brisbane time"),
        (datetime(2026, 12, 1, 10), "Australia/Broken_Hill", "ACDT, Broken Hill time"),
        (datetime(2026, 12, 1, 10), "Australia/Eucla", "UTC+8:45, Eucla time"),
        (datetime(2026, 12, 1, 10), "Australia/Lord_Howe", "UTC+11, Lord Howe Island time"),
        (datetime(2026, 6, 1, 10), "Australia/Lord_Howe", "UTC+10:30, Lord Howe Island time"),
        (datetime(2026, 12, 1, 10), "Pacific/Norfolk", "UTC+12, Norfolk Island time"),
        (datetime(2026, 12, 1, 10), "Indian/Cocos", "UTC+6:30, Cocos (Keeling) Islands time"),
    ],
)
def test_a_mail_names_the_zone_in_words(when: datetime, zone: str, words: str) -> None:
    assert timezone_words(when, zone) == words
