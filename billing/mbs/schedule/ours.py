"""Our items in the shape a comparison needs, taken from the rulebook for one day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from billing.items import ItemVersion, NoVersion
from billing.money import format_cents
from billing.rulebook import Rulebook

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, kw_only=True)
class OurItem:
    """One of our items on one day.

    `covers` says whether a version of ours was in force that day; without one the nearest version stands here, so
    that both fees can be printed. `derived_terms` are the words the published text of a derived fee must contain.
    """

    number: str
    covers: bool
    version_from: date
    benefit_type: str
    schedule_fee_cents: int | None = None
    benefit_cents_by_percent: Mapping[int, int]
    derived_terms: tuple[str, ...] = ()

    @property
    def is_derived(self) -> bool:
        return self.schedule_fee_cents is None


def ours_on(rulebook: Rulebook, day: date) -> dict[str, OurItem]:
    """Every item we hold as it stood on a day; one that ended before, or starts later, comes with `covers` False."""
    found = {}
    for item in rulebook.items:
        try:
            version, covers = item.on(day), True
        except NoVersion:
            version, covers = min(item.versions, key=lambda each: abs(each.starts_on - day)), False
        found[item.number] = _taken(version, covers=covers)
    return found


@cache
def looked_at() -> frozenset[str]:
    """Numbers published beside our items that someone looked at and left out of the rulebook."""
    table = tomllib.loads(files("billing.mbs.schedule").joinpath("looked_at.toml").read_text(encoding="utf-8"))
    return frozenset(table["numbers"])


def _taken(version: ItemVersion, *, covers: bool) -> OurItem:
    terms: tuple[str, ...] = ()
    if fee := version.derived_fee:
        terms = (
            f"item {fee.base_item},",
            f"{format_cents(fee.shared_cents)} divided",
            f"maximum of {_word(fee.shared_up_to)} patients",
            f"{_word(fee.shared_up_to + 1)} or more",
            f"plus {format_cents(fee.flat_cents)} per patient",
        )
    return OurItem(
        number=version.number,
        covers=covers,
        version_from=version.starts_on,
        benefit_type=version.benefit_type,
        schedule_fee_cents=version.schedule_fee_cents,
        benefit_cents_by_percent=version.benefit_cents_by_percent,
        derived_terms=terms,
    )


def _word(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)
