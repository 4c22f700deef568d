"""The rulebook in use in this process: the shipped one with the fees that the clinic accepted since.

The only state in this package, set once at the start of a process like the clock and the keys.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache

from billing.fees import FeeUpdate, with_fees
from billing.mbs.releases import releases
from billing.rulebook import Rulebook, shipped_rulebook

_updates: tuple[FeeUpdate, ...] = ()


def use_fees(updates: Iterable[FeeUpdate]) -> None:
    """Lay accepted fees over the shipped rulebook from now on.

    An update of a release that the shipped items already hold counts no longer: they were read from it whole.
    Raises: BadRulebook, and leaves everything as it was.
    """
    global _updates
    fresh = tuple(each for each in updates if each.effective_on > releases().held_on)
    if fresh != _updates:
        with_fees(shipped_rulebook(), fresh)
        _updates = fresh
        load_rulebook.cache_clear()


@cache
def load_rulebook() -> Rulebook:
    """Return the rulebook in use.

    Raises: BadRulebook.
    """
    return with_fees(shipped_rulebook(), _updates)


def fees_in_use() -> tuple[FeeUpdate, ...]:
    """Return the accepted fees that count, in no particular order."""
    return _updates


def newest_schedule() -> date:
    """Return the day of the newest release known: shipped or accepted."""
    return max([releases().held_on, *(each.effective_on for each in _updates)])
