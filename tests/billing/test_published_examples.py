"""Worked examples that others published come out to the cent. Each names who published it.

Where an example is only arithmetic, its amounts are given here; where it is about an item, they come from the rulebook.
"""

from datetime import date
from fractions import Fraction
from math import ceil

import pytest

from billing import load_rulebook
from billing.money import benefit_of, format_cents
from billing.rules import Minutes

JULY_2025, NOVEMBER_2025, JULY_2026 = date(2025, 7, 1), date(2025, 11, 1), date(2026, 7, 1)


def fee(item_number: str, day: date, patients_seen: int = 1) -> str:
    rulebook = load_rulebook()
    return format_cents(rulebook.fee_cents(rulebook.item(item_number).on(day), day, patients_seen))


@pytest.mark.parametrize(
    ("patients_seen", "loading_each", "fee_each"),
    [
        (1, 3150, "$76.55"),
        (2, 1575, "$60.80"),
        (3, 1050, "$55.55"),
        (5, 630, "$51.35"),
        (6, 525, "$50.30"),
        (7, 250, "$47.55"),
        (12, 250, "$47.55"),
    ],
)
def test_item_24_shares_its_loading_up_to_six_and_is_flat_from_seven(
    patients_seen: int, loading_each: int, fee_each: str
) -> None:
    # billingcodes.com.au on item 24 (July 2026): the fee of item 23 plus $31.50 divided by the patients seen, to a
    # maximum of six; for seven or more $2.50 each.
    alone = load_rulebook().item("23").on(JULY_2026).schedule_fee_cents

    assert fee("24", JULY_2026, patients_seen) == fee_each == format_cents((alone or 0) + loading_each)


def test_the_seventh_patient_lowers_the_loading_of_everyone_together() -> None:
    # The same page: six have $5.25 each and $31.50 together, seven have $2.50 each and $17.50 together.
    rulebook = load_rulebook()
    alone = rulebook.item("23").on(JULY_2026).schedule_fee_cents or 0
    version = rulebook.item("24").on(JULY_2026)

    assert [count * (rulebook.fee_cents(version, JULY_2026, count) - alone) for count in (6, 7)] == [3150, 1750]


def test_item_24_of_july_2025_as_the_published_file_has_it() -> None:
    # MBS-XML-20250701, item 24: item 23 plus $30.70 divided by the patients seen, to six; for more $2.45 each.
    assert [fee("24", JULY_2025, count) for count in (1, 2, 5, 7)] == ["$74.60", "$59.25", "$50.04", "$46.35"]


@pytest.mark.parametrize(("benefit", "incentive", "total"), [(4285, 2135, 6956), (4285, 3870, 8691)])
def test_a_bulk_billed_level_b_with_both_incentives(benefit: int, incentive: int, total: int) -> None:
    # Australian Medical Association and Primary Health Networks on the changes of 1 November 2025: $69.56 and $86.91.
    practice = load_rulebook().practice_incentive

    assert practice.cents(benefit, NOVEMBER_2025) == 536
    assert benefit + incentive + practice.cents(benefit, NOVEMBER_2025) == total


def test_the_share_is_taken_on_the_benefit_alone_since_only_that_gives_the_published_totals() -> None:
    practice = load_rulebook().practice_incentive

    assert 4285 + 2135 + practice.cents(4285 + 2135, NOVEMBER_2025) != 6956


def test_nothing_was_paid_the_day_before_it_began_and_half_goes_to_the_practice() -> None:
    practice = load_rulebook().practice_incentive

    assert practice.cents(4285, date(2025, 10, 31)) == 0
    assert (practice.practice_percent, practice.paid_every_months) == (50, 3)


@pytest.mark.parametrize(
    ("fee_cents", "percent", "benefit"),
    [(880, 85, 750), (8465, 75, 6350), (16050, 85, 13645), (16050, 75, 12040)],
)
def test_benefits_round_up_to_five_cents(fee_cents: int, percent: int, benefit: int) -> None:
    # billingcodes.com.au, pages of July 2026: $8.80 pays $7.50, $84.65 pays $63.50, $160.50 pays $136.45 or $120.40.
    assert benefit_of(fee_cents, percent) == benefit


@pytest.mark.parametrize(
    ("item_number", "published"),
    [
        ("36", "$87.10"),  # billingcodes.com.au and Medcast, July 2026
        ("44", "$128.35"),
        ("123", "$207.90"),
        ("715", "$254.10"),
        ("75858", "$16.95"),
    ],
)
def test_fees_that_others_print_are_ours(item_number: str, published: str) -> None:
    assert fee(item_number, JULY_2026) == published


def test_level_b_was_indexed_by_two_point_six_percent_to_five_cents() -> None:
    # The indexation of 1 July 2026, read from both releases: $43.90 became $45.05.
    old = load_rulebook().item("23").on(JULY_2025).schedule_fee_cents or 0

    assert fee("23", JULY_2026) == format_cents(5 * int(Fraction(old * 1026, 5000) + Fraction(1, 2))) == "$45.05"


@pytest.mark.parametrize(
    ("benefit", "minutes", "costs", "break_even", "most_that_fit"),
    [
        (None, 60, 18000, 8, 10),
        (None, 60, 24000, 10, 10),
        (None, 60, 30000, 11, 10),
        (None, 70, 24000, 10, 11),
        (6700, 60, 24000, 8, 10),
        (6700, 70, 30000, 10, 11),
    ],
)
def test_how_many_make_a_session_pay_and_how_many_fit(
    benefit: int | None, minutes: int, costs: int, break_even: int, most_that_fit: int
) -> None:
    # Our notes on what managers measure: four one-to-one appointments an hour given up, costs of the session added,
    # and nobody seen for less than the shortest Level B. $67 is a rounded rate with an incentive.
    level_b = load_rulebook().item("23").on(JULY_2026)
    each = benefit or level_b.benefit_cents(level_b.schedule_fee_cents or 0)
    shortest = next(rule.at_least or 0 for rule in level_b.rules if isinstance(rule, Minutes))

    assert ceil(Fraction(minutes, 15) + Fraction(costs, each)) == break_even
    assert minutes // shortest == most_that_fit
