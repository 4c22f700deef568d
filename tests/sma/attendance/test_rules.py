from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sma.attendance.rules import (
    Marked,
    NotRecordable,
    Presence,
    Span,
    check_consult,
    clock_text,
    duration_text,
    is_recorded_after,
    late_minutes,
    minute_marks,
    standing,
    status_for,
)
from tests.sma.attendance.scene import INTERVALS, at

SYDNEY = "Australia/Sydney"
STAY = Span(at("10:25:30"), at("11:27"))


def spans(least: int = 1) -> st.SearchStrategy[Span]:
    seconds = st.integers(0, 3600)
    pairs = st.tuples(seconds, seconds).filter(lambda pair: pair[1] - pair[0] >= least)
    base = at("10:26")
    return pairs.map(lambda pair: Span(base + timedelta(seconds=pair[0]), base + timedelta(seconds=pair[1])))


@given(spans(), spans())
def test_two_stretches_overlap_exactly_when_they_share_a_second(one: Span, other: Span) -> None:
    assert one.ends_at is not None
    assert other.ends_at is not None
    shared = min(one.ends_at, other.ends_at) - max(one.starts_at, other.starts_at)
    assert one.overlaps(other) == other.overlaps(one) == (shared > timedelta())


@given(spans())
def test_whatever_is_let_in_beside_a_full_day_shares_no_second_with_it(wanted: Span) -> None:
    day = [Span(at(starts), at(ends)) for starts, ends in INTERVALS]
    try:
        check_consult(wanted, others=day, presences=[STAY], zone=SYDNEY, now=at("12:00"))
    except NotRecordable:
        return
    assert not any(wanted.overlaps(other) for other in day)
    assert STAY.holds(wanted)


presses = st.lists(st.tuples(st.sampled_from([*Presence, None]), st.integers(0, 90)), max_size=8)


@given(presses)
def test_the_newest_press_holds_and_an_absent_person_has_no_times(log: list[tuple[Presence | None, int]]) -> None:
    marks = [Marked(presence, at("10:00") + timedelta(minutes=minute)) for presence, minute in log]
    now = standing(marks)
    assert now.presence == (log[-1][0] if log else None)
    if now.presence in (None, Presence.ABSENT):
        assert (now.arrived_at, now.left_at) == (None, None)
    assert (now.left_at is not None) == (now.presence is Presence.LEFT)


def test_consults_may_touch_but_a_running_one_reaches_on() -> None:
    first = Span(at("10:26"), at("10:33"))
    assert not first.overlaps(Span(at("10:33"), at("10:40")))
    assert Span(at("10:20")).overlaps(first)
    running = [Span(at("10:20"))]
    with pytest.raises(NotRecordable) as refusal:
        check_consult(first, others=running, presences=[STAY], zone=SYDNEY, now=at("12:00"))
    words = "That overlaps the consult that began at 10:20 am and is still running."
    assert refusal.value.fields == {"starts": words}


def test_late_is_counted_in_whole_minutes_after_the_start() -> None:
    starts = at("10:00")
    assert late_minutes(at("10:38:59"), starts) == 38
    assert late_minutes(at("09:50"), starts) == 0
    assert late_minutes(None, starts) is None


def test_what_is_written_more_than_a_quarter_hour_later_says_so() -> None:
    assert not is_recorded_after(at("10:00"), at("10:15"))
    assert is_recorded_after(at("10:00"), at("10:15:01"))


def test_not_recorded_is_never_read_as_absent() -> None:
    assert status_for(None, is_closed=True) == "booked"
    assert status_for("absent", is_closed=False) == "noshow"
    assert status_for("left", is_closed=False) == "arrived"
    assert status_for("late", is_closed=True) == "fulfilled"


def test_times_and_lengths_keep_their_seconds() -> None:
    assert clock_text(at("10:25:30"), SYDNEY) == "10:25:30 am"
    assert clock_text(at("14:02"), SYDNEY) == "2:02 pm"
    assert clock_text(at("11:02"), "Australia/Brisbane") == "10:02 am"
    assert (duration_text(415), duration_text(360)) == ("6 min 55 s", "6 min")


def test_the_marks_of_the_clock_are_those_of_the_days_items() -> None:
    marks = minute_marks(frozenset({"gp-attendance"}), date(2026, 11, 24))
    assert marks == tuple(sorted(marks))
    assert marks
    assert minute_marks(frozenset(), date(2026, 11, 24)) == ()
