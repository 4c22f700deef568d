"""How long a referral holds, in words, and which item stands for a plan."""

from dataclasses import dataclass
from datetime import date

import pytest

from billing import load_rulebook
from sma.core.errors import Invalid
from sma.entitlements.rules import PLAN_KINDS, day_problem, is_item_number, known_items, plan_item, validity

TODAY = date(2026, 11, 24)


@dataclass
class Letter:
    issued_on: date
    period: str = "months"
    months: int | None = 12
    ended_on: date | None = None


@pytest.mark.parametrize(
    ("letter", "state", "words"),
    [
        (Letter(date(2026, 3, 3)), "good", "12 months from the first service under it, so until 3 March 2027 at least"),
        (Letter(date(2025, 12, 24)), "soon", "Expires soon: 12 months"),
        (Letter(date(2025, 12, 25)), "good", "Holds: 12 months"),
        (Letter(date(2025, 11, 24)), "soon", "until 24 November 2026 at least"),
        (Letter(date(2025, 11, 23)), "past", "Expired on 23 November 2026 if counted from its date"),
        (Letter(date(2026, 11, 1), months=1), "soon", "1 month from"),
        (Letter(date(2020, 1, 1), "indefinite", None), "good", "Holds without an end."),
        (Letter(date(2020, 1, 1), "standard", None), "good", "Standard period of its kind"),
        (Letter(date(2026, 3, 3), ended_on=TODAY), "past", "Ended on 24 November 2026."),
        (Letter(date(2026, 3, 3), ended_on=date(2026, 11, 25)), "good", "Holds: 12 months"),
    ],
)
def test_the_page_says_in_words_how_long_a_referral_holds(letter: Letter, state: str, words: str) -> None:
    found = validity(letter, TODAY)

    assert found.state == state
    assert words in found.words


def test_an_expired_referral_may_still_hold_because_its_months_run_from_the_first_service() -> None:
    assert "only if the first service under it came later" in validity(Letter(date(2025, 3, 3)), TODAY).words


def test_each_kind_of_plan_is_one_that_the_rulebook_counts() -> None:
    rulebook = load_rulebook()

    chosen = {kind: plan_item(kind, rulebook) for kind in PLAN_KINDS}

    assert set(chosen.values()) <= known_items(rulebook)
    assert len(set(chosen.values())) == len(PLAN_KINDS)
    prerequisite = rulebook.pools["chronic-condition-plan"]
    assert {chosen["gpccmp-made"], chosen["gpccmp-reviewed"]} <= set(prerequisite.items)
    assert chosen["gp-management-plan"] in (prerequisite.transitional_items or ())


def test_a_kind_of_plan_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Invalid):
        plan_item("wellness", load_rulebook())


def test_a_service_can_be_neither_tomorrow_nor_before_birth() -> None:
    born = date(1990, 5, 1)

    assert day_problem(TODAY, born, TODAY) is None
    assert day_problem(born, born, TODAY) is None
    assert "has not come" in (day_problem(date(2026, 11, 25), born, TODAY) or "")
    assert "before this person was born" in (day_problem(date(1990, 4, 30), born, TODAY) or "")


@pytest.mark.parametrize(
    ("text", "is_one"), [("3", True), ("81105", True), ("123456", False), ("", False), ("7a", False)]
)
def test_an_item_number_has_one_to_five_digits(text: str, is_one: bool) -> None:
    assert is_item_number(text) is is_one
