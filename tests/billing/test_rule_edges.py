"""The numbers a rule accepts at all: what lies a step beyond an edge is refused when the data is read."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billing import EarlierService, assess, load_rulebook
from billing.assessment import ItemFinding
from billing.incentives import PracticeIncentive
from billing.items import DerivedFee
from billing.rules import Finding, Verdict
from billing.rules.group import GroupTogether
from billing.rules.pools import Exclusion, Pool
from billing.rules.referral import Referred
from billing.rules.scope import Telehealth
from billing.rules.time import UniformTimes
from billing.summary import undecided
from billing.volume import VolumeLimit
from tests.billing.scene import service


def group(**changes: Any) -> GroupTogether:
    return GroupTogether(**{"source": "invented", "least": 4, "most": 10, "minutes": 60, **changes})


def pool(**changes: Any) -> Pool:
    facts = {"name": "invented", "items": ("1",), "source": "invented", "confidence": "high", "period": "calendar-year"}
    return Pool(**{**facts, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"least": 1},
        {"most": 4},
        {"most": None},
        {"under_minutes": 61},
        {"least_after_absence": 1},
        {"least_after_absence": 3},
    ],
)
def test_a_group_rule_accepts_its_edges(changes: dict[str, Any]) -> None:
    assert group(**changes).minutes == 60


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"least": 0}, "least must be at least 1"),
        ({"least": 0, "most": None}, "least must be at least 1"),
        ({"most": 3}, "not above most"),
        ({"under_minutes": 60}, "under_minutes must be above minutes"),
        ({"least_after_absence": 0}, "least_after_absence must be below least"),
        ({"least_after_absence": 4}, "least_after_absence must be below least"),
    ],
)
def test_a_group_rule_refuses_what_lies_beyond(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        group(**changes)


def test_a_limit_is_at_least_one() -> None:
    assert pool(most=1).most == 1
    with pytest.raises(ValueError, match="most must be at least 1"):
        pool(most=0)


def test_no_item_excludes_itself_and_the_first_is_named() -> None:
    with pytest.raises(ValueError, match="3 stands on both sides"):
        Exclusion(name="invented", these=("3", "4"), those=("4", "3"), source="invented", confidence="high")


def test_telehealth_is_by_video_or_phone() -> None:
    assert Telehealth(source="invented", by="phone").by == "phone"
    with pytest.raises(ValueError, match="by must be one of video, phone"):
        Telehealth(source="invented", by="in-person")


def test_a_limit_of_low_confidence_says_what_is_doubtful() -> None:
    assert pool(most=1, confidence="low", doubt="which nobody confirmed").most == 1
    assert pool(confidence="low", period=None).most is None
    with pytest.raises(ValueError, match="doubt"):
        pool(most=1, confidence="low")


def test_a_service_of_an_ended_item_counts_from_its_own_day_to_the_last() -> None:
    old = pool(period=None, transitional_items=("9",), transitional_until=date(2027, 6, 30))
    service = EarlierService(item_number="9", date_of_service=date(2025, 6, 1))

    assert old.transitional((service,), date(2025, 5, 31)) is None
    assert old.transitional((service,), date(2025, 6, 1)) == service
    assert old.transitional((service,), date(2027, 6, 30)) == service
    assert old.transitional((service,), date(2027, 7, 1)) is None


def test_a_referral_covers_at_least_one_month_and_one_service_counted_somewhere() -> None:
    assert Referred(source="invented", months=1, services=1, pool=pool(most=1)).months == 1
    for wrong in ({"months": 0}, {"services": 0, "pool": pool(most=1)}):
        with pytest.raises(ValueError, match="at least 1"):
            Referred(source="invented", **wrong)
    with pytest.raises(ValueError, match="counted in a pool"):
        Referred(source="invented", services=1)


def test_two_lengths_can_be_alike_and_one_cannot() -> None:
    assert UniformTimes(source="invented", doubt="invented", alike=2).alike == 2
    with pytest.raises(ValueError, match="at least 2"):
        UniformTimes(source="invented", doubt="invented", alike=1)


def test_eight_items_are_named_and_nine_are_counted() -> None:
    numbers = tuple(str(number) for number in range(1, 10))

    assert pool(most=1, items=numbers[:8]).members == "1/2/3/4/5/6/7/8"
    assert pool(most=1, items=numbers).members == "the 9 items of invented"


def test_somebody_may_leave_at_the_moment_they_came() -> None:
    (person,) = service({"patient": [{"arrived": "10:30", "left": "10:30"}]}).attendees

    assert person.left_at == person.arrived_at


def test_one_patient_can_be_the_most_that_share() -> None:
    fee = {"base_item": "1", "shared_cents": 10, "flat_cents": 1, "rounding": "half-up-to-cent"}
    doubt = {"rounding_confidence": "low", "rounding_source": "invented"}

    assert DerivedFee(**fee, **doubt, shared_up_to=1).fee_cents(100, 2) == 101  # type: ignore[arg-type] # from tables
    with pytest.raises(ValueError, match="at least 1"):
        DerivedFee(**fee, **doubt, shared_up_to=0)  # type: ignore[arg-type] # from tables


@pytest.mark.parametrize(
    ("per_mille", "percent", "fits"),
    [(1, 0, True), (999, 100, True), (0, 50, False), (1000, 50, False), (125, 101, False), (125, -1, False)],
)
def test_a_practice_incentive_is_a_share(per_mille: int, percent: int, *, fits: bool) -> None:
    def made() -> PracticeIncentive:
        return PracticeIncentive(
            name="invented",
            starts_on=date(2025, 11, 1),
            per_mille=per_mille,
            practice_percent=percent,
            paid_every_months=3,
            conditions=("invented",),
            source="invented",
            confidence="low",
        )

    if fits:
        assert made().per_mille == per_mille
    else:
        with pytest.raises(ValueError, match="shares"):
            made()


def test_one_service_on_one_day_in_one_month_can_be_a_limit() -> None:
    limit = {"name": "x", "attendances": 1, "days": 1, "months": 1, "doubt": "x", "source": "x", "confidence": "low"}

    assert VolumeLimit(**limit, groups=("A1",), items=("3",)).days == 1  # type: ignore[arg-type] # from a table


def test_a_summary_that_names_every_reason_counts_no_more_of_them() -> None:
    (assessment,) = assess(service({"patient": [{"seen": ["10:20-10:27"], "note": False}]}), load_rulebook())

    assert assessment.summary == (
        "A person must decide about item 23: the patient's own clinical note is not ticked as done."
    )


@pytest.mark.parametrize(("count", "told"), [(1, "1 reason beside the items."), (2, "2 reasons beside the items.")])
def test_reasons_too_long_for_a_list_are_counted(count: int, told: str) -> None:
    long = tuple(Finding("x", Verdict.NEEDS_A_PERSON, f"{number}" + "x" * 300, "invented") for number in range(count))

    item = ItemFinding("1", date(2026, 7, 1), "invented", "one-per-patient", 100, 100, None, long, "low")

    assert undecided((item,)) == f"A person must decide about item 1: {told}"


def test_an_item_without_a_fee_is_refused() -> None:
    version = load_rulebook().item("23").versions[-1]

    with pytest.raises(ValueError, match="above zero"):
        replace(version, schedule_fee_cents=0).check()
