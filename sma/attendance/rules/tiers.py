"""What the timed items of a session make of a consult: its marks beside the clock, and whether anybody needs one."""

from datetime import date
from functools import lru_cache

from billing import NoVersion, load_rulebook
from billing.rules import Minutes
from billing.rules.group import GroupTogether


@lru_cache(maxsize=64)
def minute_marks(families: frozenset[str], on: date) -> tuple[int, ...]:
    """Return the lower edges, in minutes and rising, of the timed items that a session of these families may propose.

    Source: the minutes rules of the shipped rulebook, each with its own source.
    """
    edges: set[int] = set()
    for item in load_rulebook().items:
        if item.family not in families:
            continue
        try:
            rules = item.on(on).rules
        except NoVersion:
            continue
        edges.update(rule.at_least or rule.over or 0 for rule in rules if isinstance(rule, Minutes))
    return tuple(sorted(edges - {0}))


@lru_cache(maxsize=64)
def needs_consults(families: frozenset[str], on: date) -> bool:
    """Tell whether a family of items is claimed by a person's own minutes and not by the group's time together.

    Source: the minutes and the group rules of the shipped rulebook, each with its own source.
    """
    timed: set[str] = set()
    together: set[str] = set()
    for item in load_rulebook().items:
        try:
            rules = item.on(on).rules
        except NoVersion:
            continue
        if any(isinstance(rule, GroupTogether) for rule in rules):
            together.add(item.family)
        if any(isinstance(rule, Minutes) for rule in rules):
            timed.add(item.family)
    return bool((timed - together) & families)
