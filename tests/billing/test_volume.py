"""A clinician is warned of the days that, repeated, make a pattern which the law looks at."""

from datetime import date, timedelta

import pytest

from billing import load_rulebook
from billing.volume import DayCount, VolumeStanding, load_limits, read_limits, volume_standings

TODAY = date(2026, 11, 24)


def standing(name: str, *days: tuple[date, str, int], until: date = TODAY) -> VolumeStanding:
    services = [(day, item_number) for day, item_number, count in days for _ in range(count)]
    return next(each for each in volume_standings(services, until) if each.limit.name == name)


def test_eighty_attendances_a_day_count_and_seventy_nine_do_not() -> None:
    found = standing("80/20", (TODAY, "23", 80), (TODAY - timedelta(days=1), "23", 79))

    assert found.days_at_limit == (DayCount(TODAY, 80),)
    assert found.days_left == 19
    assert not found.is_reached


def test_services_of_several_groups_add_up_and_those_of_others_do_not() -> None:
    found = standing("80/20", (TODAY, "23", 40), (TODAY, "965", 20), (TODAY, "91800", 20), (TODAY, "81105", 12))

    assert found.counts == (DayCount(TODAY, 80),)


@pytest.mark.parametrize(("days", "left", "reached"), [(19, 1, False), (20, 0, True), (21, 0, True)])
def test_twenty_such_days_make_the_pattern(days: int, left: int, *, reached: bool) -> None:
    found = standing("80/20", *((TODAY - timedelta(days=number), "23", 80) for number in range(days)))

    assert (len(found.days_at_limit), found.days_left, found.is_reached) == (days, left, reached)


def test_twelve_months_end_with_the_day_itself() -> None:
    first, before = date(2025, 11, 25), date(2025, 11, 24)
    found = standing("80/20", (TODAY, "23", 80), (first, "23", 81), (before, "23", 90), (date(2026, 11, 25), "23", 90))

    assert found.since == first
    assert found.counts == (DayCount(first, 81), DayCount(TODAY, 80))
    assert found.busiest == DayCount(first, 81)


def test_a_leap_day_ends_twelve_months_that_began_with_march() -> None:
    assert standing("80/20", until=date(2028, 2, 29)).since == date(2027, 3, 1)


def test_thirty_phone_attendances_a_day_have_a_limit_of_their_own() -> None:
    found = standing("30/20", (TODAY, "91891", 30), (TODAY, "91800", 9), (TODAY - timedelta(days=1), "91891", 29))

    assert found.counts == (DayCount(TODAY - timedelta(days=1), 29), DayCount(TODAY, 30))
    assert len(found.days_at_limit) == 1
    assert found.days_left == 19


def test_of_two_days_alike_the_later_is_the_busiest_and_of_none_there_is_none() -> None:
    assert standing("80/20", (TODAY, "23", 3), (TODAY - timedelta(days=1), "3", 3)).busiest == DayCount(TODAY, 3)
    assert standing("80/20").busiest is None


def test_each_limit_says_how_sure_it_is_and_counts_only_items_of_the_rulebook() -> None:
    for limit in load_limits():
        assert limit.doubt
        assert limit.confidence != "high"
        assert all(load_rulebook().item(number) for number in limit.items)
        assert len(set(limit.items)) == len(limit.items)
    assert [(each.name, each.attendances, each.days, each.months) for each in load_limits()] == [
        ("80/20", 80, 20, 12),
        ("30/20", 30, 20, 12),
    ]


def test_every_attendance_of_a_doctor_in_the_room_counts_towards_eighty() -> None:
    eighty = load_limits()[0]
    families = {"gp-attendance", "gp-telehealth", "gp-after-hours", "other-doctor-attendance", "chronic-condition-plan"}
    families |= {"health-check", "health-assessment", "mental-health-plan", "other-doctor-telehealth"}

    counted = {item.number for item in load_rulebook().items if item.family in families}

    assert counted <= set(eighty.items)


def test_a_limit_on_an_unknown_group_is_refused() -> None:
    limit = {"name": "x", "attendances": 1, "days": 1, "months": 1, "groups": ["A9"], "doubt": "x", "source": "x"}
    with pytest.raises(ValueError, match="unknown group A9"):
        read_limits({"limit": [{**limit, "confidence": "low"}], "group": {"A1": {"items": ["3"]}}})
    with pytest.raises(ValueError, match="at least 1"):
        read_limits(
            {"limit": [{**limit, "groups": ["A1"], "days": 0, "confidence": "low"}], "group": {"A1": {"items": ["3"]}}}
        )
