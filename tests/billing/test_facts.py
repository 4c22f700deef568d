from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest

from billing import Attendee, Consult, Interval
from billing.facts import clock
from tests.billing.scene import service

TEN = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # 10:00 on 24 November in Sydney


def attendee(**changes: Any) -> Attendee:
    facts: dict[str, Any] = {"reference": "P01", "attended": True, "coverage": "medicare"}
    return Attendee(**{**facts, "benefit_assigned": True, "note_done": True, **changes})


@pytest.mark.parametrize("kind", [Interval, Consult])
@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-6)])
def test_time_that_stands_still_or_runs_backwards_is_refused(kind: type[Interval], length: timedelta) -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        kind(starts_at=TEN, ends_at=TEN + length)


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=11))])
def test_an_instant_that_is_not_utc_is_refused(zone: timezone | None) -> None:
    with pytest.raises(ValueError, match="aware instant in UTC"):
        Interval(starts_at=TEN.replace(tzinfo=zone), ends_at=TEN + timedelta(hours=20))
    with pytest.raises(ValueError, match="arrived_at"):
        attendee(arrived_at=TEN.replace(tzinfo=zone))


def test_a_part_of_a_second_is_not_counted() -> None:
    assert Interval(starts_at=TEN, ends_at=TEN + timedelta(seconds=359, milliseconds=999)).seconds == 359


def test_nobody_leaves_before_arriving() -> None:
    with pytest.raises(ValueError, match="leave before arriving"):
        attendee(arrived_at=TEN, left_at=TEN - timedelta(seconds=1))


@pytest.mark.parametrize(("word", "value"), [("coverage", "gold"), ("indigenous_status", "5")])
def test_words_that_mean_nothing_are_refused(word: str, value: str) -> None:
    with pytest.raises(ValueError, match=word):
        attendee(**{word: value})


def test_the_date_of_service_is_the_local_one() -> None:
    good = service({"patient": [{}]})

    assert good.starts_at.date() != good.date_of_service
    with pytest.raises(ValueError, match="local date"):
        replace(good, date_of_service=good.starts_at.date())


@pytest.mark.parametrize("zone", ["", "Sydney", "../etc/passwd", "Australia/Nowhere"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="time zone database"):
        replace(service({"patient": [{}]}), timezone=zone)


def test_a_person_is_listed_once_and_the_service_moves_forward() -> None:
    good = service({"patient": [{}]})

    with pytest.raises(ValueError, match="only once"):
        replace(good, attendees=good.attendees * 2)
    with pytest.raises(ValueError, match="end after it starts"):
        replace(good, ends_at=good.starts_at)
    with pytest.raises(ValueError, match="modality"):
        replace(good, modality="letter")


@pytest.mark.parametrize(
    ("wall", "told"),
    [
        (time(0, 5), "12:05 am"),
        (time(9, 0), "9:00 am"),
        (time(11, 59, 59), "11:59:59 am"),
        (time(12, 0), "12:00 pm"),
        (time(12, 30), "12:30 pm"),
        (time(13, 5, 7), "1:05:07 pm"),
        (time(23, 59), "11:59 pm"),
    ],
)
def test_times_are_told_as_the_pages_tell_them(wall: time, told: str) -> None:
    assert clock(wall) == told
