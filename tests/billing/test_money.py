import gzip
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import iterparse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.money import benefit_of, cents_from_decimal_text, format_cents, round_half_up, round_up_5c

SCHEDULE = Path(__file__).parents[3] / "shared/data/mbs/MBS-XML-20250701.XML.gz"
GAP_CAPPED_FROM_CENTS = 68300


@pytest.mark.parametrize(
    ("fee", "percent", "benefit"),
    [(880, 85, 750), (8465, 75, 6350), (16050, 85, 13645), (16050, 75, 12040), (9565, 85, 8135), (4505, 100, 4505)],
)
def test_published_benefits_come_out_to_the_cent(fee: int, percent: int, benefit: int) -> None:
    assert benefit_of(fee, percent) == benefit


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**8), st.sampled_from([75, 85]))
def test_a_benefit_is_rounded_up_to_five_cents_and_never_by_more(fee: int, percent: int) -> None:
    benefit = benefit_of(fee, percent)

    exact = Fraction(fee * percent, 100)
    assert benefit % 5 == 0
    assert exact <= benefit < exact + 5


@settings(deadline=None)
@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_written_money_reads_back_as_the_same_cents(cents: int) -> None:
    written = format_cents(cents).replace("$", "").replace(",", "")

    assert cents_from_decimal_text(written.lstrip("-")) == abs(cents)
    assert written.startswith("-") == (cents < 0)


def test_money_is_written_as_people_write_it() -> None:
    assert format_cents(4505) == "$45.05"
    assert format_cents(5) == "$0.05"
    assert format_cents(123456789) == "$1,234,567.89"
    assert format_cents(-31535) == "-$315.35"


@pytest.mark.parametrize("text", ["", "45.5", "45.055", "-1.00", "$45.05", "1,000.00", "4e2", "٤٥.٠٥", "nan"])
def test_what_is_no_plain_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        cents_from_decimal_text(text)


def test_rounding_of_parts_of_a_cent() -> None:
    assert round_up_5c(4505) == 4505
    assert round_up_5c(4506) == 4510
    assert round_half_up(Fraction(10585, 2)) == 5293
    assert round_half_up(Fraction(10584, 2)) == 5292


def test_the_bulk_billing_practice_payment_is_an_eighth_of_the_benefit_without_the_incentive() -> None:
    # Two published totals of November 2025; the incentive itself is not part of the eighth.
    for incentive, total in ((2135, 6956), (3870, 8691)):
        assert 4285 + incentive + round_half_up(Fraction(4285, 8)) == total


@pytest.mark.skipif(not SCHEDULE.exists(), reason="the published schedule of July 2025 is not beside the repository")
def test_every_published_benefit_of_july_2025_follows_the_rounding() -> None:
    checked = 0
    with gzip.open(SCHEDULE) as stream:
        for _, record in iterparse(stream):
            if record.tag != "Data":
                continue
            if fee := record.findtext("ScheduleFee"):
                cents = cents_from_decimal_text(fee)
                for percent in (75, 85):
                    amount = record.findtext(f"Benefit{percent}")
                    if amount and not (percent == 85 and cents >= GAP_CAPPED_FROM_CENTS):
                        assert cents_from_decimal_text(amount) == benefit_of(cents, percent)
                        checked += 1
            record.clear()
    assert checked > 7000
