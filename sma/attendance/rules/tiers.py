"""From how many minutes on a consult reaches the next timed item: shown beside the clock as information only."""

from datetime import date
from functools import lru_cache

from billing import NoVersion, load_rulebook
from billing.rules import Minutes


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
