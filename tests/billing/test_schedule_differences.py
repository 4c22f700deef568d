"""What `sma mbs check` has to tell: every real difference once, and nothing else."""

from datetime import date
from typing import Any

from billing import load_rulebook
from billing.mbs.schedule import Difference, OurItem, changes, differences, ours_on
from tests.billing.schedules import DAY, derived, normal, schedule

TEXT = "The fee for item 90001, plus $9.30 divided by the number of patients seen."


def ours(number: str = "90001", **changes: Any) -> dict[str, OurItem]:
    facts: dict[str, Any] = {
        "number": number,
        "covers": True,
        "version_from": DAY,
        "benefit_type": "E",
        "schedule_fee_cents": 4390,
        "benefit_cents_by_percent": {100: 4390},
    }
    return {number: OurItem(**{**facts, **changes})}


def kinds(found: list[Difference]) -> list[tuple[str, str]]:
    return [(one.item_number, one.kind) for one in found]


def test_equal_files_have_nothing_to_tell() -> None:
    assert changes(schedule(normal("90001", "1.00")), schedule(normal("90001", "1.00"))) == []


def test_a_raised_fee_is_told_once_with_its_factor_and_its_benefits() -> None:
    found = changes(schedule(normal("90001", "43.90")), schedule(normal("90001", "45.05")))
    assert kinds(found) == [("90001", "fee")]
    assert (found[0].theirs, found[0].ours) == ("$45.05", "$43.90")
    assert found[0].note == "factor 1.026, benefits 100 % $43.90 to 100 % $45.05"


def test_each_kind_of_change_is_named() -> None:
    before = schedule(
        normal("90001", "10.00"),
        normal("90002", "10.00"),
        normal("90003", "10.00"),
        derived("90004", TEXT),
        normal("90005", "10.00"),
        normal("90006", "10.00"),
        normal("90007", "10.00"),
    )
    after = schedule(
        normal("90001", "10.00", Benefit100="9.95"),
        normal("90002", "10.00", BenefitType="B", Benefit100=None, Benefit85="8.50"),
        derived("90003", TEXT),
        derived("90004", TEXT.replace("$9.30", "$9.55")),
        normal("90005", "10.00", Description="Attendance of the invented sort—each attendance"),
        normal("90007", "10.00", Description="Attendance of the   invented kind—each attendance "),
        normal("90008", "10.00"),
    )
    found = changes(before, after)
    assert kinds(found) == [
        ("90001", "benefit"),
        ("90002", "benefit-type"),
        ("90003", "fee-type"),
        ("90004", "derived-fee"),
        ("90005", "descriptor"),
        ("90006", "vanished"),
        ("90008", "new"),
    ]
    assert "sort" in found[4].theirs
    assert "kind" in found[4].ours


def test_our_item_that_agrees_is_not_mentioned() -> None:
    assert differences(schedule(normal("90001", "43.90")), ours()) == []


def test_our_item_with_another_fee_is_told_in_one_sentence() -> None:
    found = differences(schedule(normal("90001", "45.05")), ours())
    assert kinds(found) == [("90001", "fee")]
    assert found[0].sentence == (
        "item 90001: fee: ScheduleFee: file $45.05; ours $43.90 (factor 0.974, our version of 2025-07-01)"
    )


def test_without_a_version_on_that_day_both_fees_and_the_factor_are_shown() -> None:
    later = ours(covers=False, version_from=date(2026, 7, 1), schedule_fee_cents=4505)
    found = differences(schedule(normal("90001", "43.90")), later)
    assert kinds(found) == [("90001", "no-version")]
    assert (found[0].theirs, found[0].ours) == ("$43.90", "$45.05")
    assert found[0].note.startswith("factor 1.026")


def test_benefits_types_and_kinds_of_fee_are_compared_with_ours() -> None:
    file = schedule(
        normal("90001", "43.90", Benefit100="43.85"),
        normal("90002", "43.90", BenefitType="B", Benefit100=None, Benefit85="37.35"),
        derived("90003", TEXT),
    )
    held = {**ours("90001"), **ours("90002"), **ours("90003")}
    assert kinds(differences(file, held)) == [
        ("90001", "benefit"),
        ("90002", "benefit-type"),
        ("90003", "fee-type"),
    ]


def test_a_derived_fee_is_compared_by_its_terms() -> None:
    held = ours(
        "90004", schedule_fee_cents=None, benefit_cents_by_percent={}, benefit_type="D", derived_terms=("$9.30 div",)
    )
    assert differences(schedule(derived("90004", TEXT)), held) == []
    found = differences(schedule(derived("90004", TEXT.replace("9.30", "9.55"))), held)
    assert (kinds(found), found[0].ours) == ([("90004", "derived-fee")], "$9.30 div")


def test_an_item_that_left_the_schedule_and_a_new_one_beside_ours_are_told() -> None:
    file = schedule(normal("90001", "43.90"), normal("90010", "5.00"), normal("90011", "5.00", Group="Z9"))
    held = {**ours(), **ours("90002"), **ours("90003", covers=False)}
    assert kinds(differences(file, held)) == [("90002", "vanished"), ("90010", "new")]
    assert kinds(differences(file, held, looked_at={"90010"})) == [("90002", "vanished")]


def test_our_items_stand_for_the_day_asked_or_say_that_they_do_not() -> None:
    today = ours_on(load_rulebook(), date(2026, 11, 23))
    long_ago = ours_on(load_rulebook(), date(1999, 1, 1))
    assert today.keys() == long_ago.keys()
    ended = {item.number for item in load_rulebook().items if item.versions[-1].ends_on}
    assert {number for number, item in today.items() if not item.covers} == ended
    assert all(item.version_from <= date(2026, 11, 23) for item in today.values())
    assert not any(item.covers for item in long_ago.values())
    assert all(item.derived_terms for item in today.values() if item.is_derived)
