"""Integer cents, and the only place where money is rounded or written out."""

import re
from fractions import Fraction
from math import floor

_AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{2})?")


def round_up_5c(cents: int | Fraction) -> int:
    """Round up to the next five cents; an exact multiple stays as it is.

    Source: every 75 % and 85 % benefit of the published schedule of 1 July 2025 fits this and no other rounding.
    """
    return -floor(-Fraction(cents) / 5) * 5


def round_half_up(cents: int | Fraction) -> int:
    """Round to the nearest cent, half a cent upwards."""
    return floor(Fraction(cents) + Fraction(1, 2))


def benefit_of(fee_cents: int, percent: int) -> int:
    """Return what Medicare pays of a schedule fee: all of it at 100 %, otherwise the share rounded up to 5 cents."""
    return fee_cents if percent == 100 else round_up_5c(Fraction(fee_cents * percent, 100))


def format_cents(cents: int) -> str:
    """Write cents as dollars: 4505 is "$45.05"."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${dollars:,}.{rest:02d}"


def cents_from_decimal_text(text: str) -> int:
    """Read "45.05" or "45" as cents, without passing through floating point.

    Raises: ValueError when the text is not a plain amount with two decimals or none.
    """
    stripped = text.strip()
    if not _AMOUNT.fullmatch(stripped):
        raise ValueError("not an amount of money: expected digits, and two decimals after a point")
    dollars, _, rest = stripped.partition(".")
    return int(dollars) * 100 + int(rest or 0)
