"""Compares a published file with an earlier one, or with the items we hold on the day the file takes effect.

One cause gives one difference: a changed fee takes its benefits along, a changed benefit type its percentages.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from billing.mbs.schedule.ours import OurItem
from billing.mbs.schedule.reader import PublishedItem, Schedule
from billing.money import format_cents

Kind = Literal[
    "fee", "benefit", "benefit-type", "fee-type", "derived-fee", "descriptor", "vanished", "new", "no-version"
]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference: `theirs` is what the file says, `ours` what we hold or what the earlier file said."""

    kind: Kind
    item_number: str
    field: str
    theirs: str
    ours: str
    note: str = ""

    @property
    def sentence(self) -> str:
        """The difference on one line, for a terminal."""
        note = f" ({self.note})" if self.note else ""
        return f"item {self.item_number}: {self.kind}: {self.field}: file {self.theirs}; ours {self.ours}{note}"


def changes(earlier: Schedule, later: Schedule) -> list[Difference]:
    """What changed from one published file to the next, by item number: exactly one difference per changed fact.

    Compared are fee, benefits, both types, the derived fee's text, the descriptor, and which items there are.
    """
    found: list[Difference] = []
    for number in sorted(earlier.items.keys() | later.items.keys(), key=_by_number):
        before, now = earlier.items.get(number), later.items.get(number)
        if before is None and now is not None:
            found.append(_difference("new", number, "item", _offer(now), "not there"))
        elif now is None and before is not None:
            found.append(_difference("vanished", number, "item", "not there", _offer(before)))
        elif before is not None and now is not None and before != now:
            found.extend(_changed(before, now))
    return found


def differences(
    published: Schedule, ours: Mapping[str, OurItem], *, looked_at: Collection[str] = frozenset()
) -> list[Difference]:
    """Where a published file disagrees with our items as `ours_on(rulebook, published.effective_on)` gives them.

    An item we have no version of on that day is shown with both fees and their factor. An item published beside
    ours that we neither hold nor `looked_at` is new. Order: by item number.
    """
    found: list[Difference] = []
    for number, mine in ours.items():
        theirs = published.items.get(number)
        if theirs is not None:
            found.extend(_against(theirs, mine) if mine.covers else _no_version(theirs, mine))
        elif mine.covers:
            found.append(_difference("vanished", number, "item", "not there", _amount(mine.schedule_fee_cents)))
    families = {item.family for number in ours if (item := published.items.get(number))}
    for number, item in published.items.items():
        if item.family in families and number not in ours and number not in looked_at:
            found.append(_difference("new", number, "item", _offer(item), "not held"))
    return sorted(found, key=lambda one: _by_number(one.item_number))


def _changed(before: PublishedItem, now: PublishedItem) -> Iterator[Difference]:
    number = now.number
    new_kind_of_fee = before.fee_type != now.fee_type
    new_fee = before.schedule_fee_cents != now.schedule_fee_cents
    new_benefits = before.benefit_cents_by_percent != now.benefit_cents_by_percent
    new_type = before.benefit_type != now.benefit_type
    benefits = _benefits(now.benefit_cents_by_percent), _benefits(before.benefit_cents_by_percent)
    note = f"benefits {benefits[1]} to {benefits[0]}" if new_benefits else ""
    types = now.benefit_type, before.benefit_type
    if new_kind_of_fee:
        moved = f"benefit type {types[1]} to {types[0]}" if new_type else ""
        yield _difference("fee-type", number, "FeeType", _offer(now), _offer(before), _joined(moved, note))
    elif new_fee:
        pair = _amount(now.schedule_fee_cents), _amount(before.schedule_fee_cents)
        factor = _factor(before.schedule_fee_cents, now.schedule_fee_cents)
        yield _difference("fee", number, "ScheduleFee", *pair, _joined(factor, note))
    if new_type and not new_kind_of_fee:
        yield _difference("benefit-type", number, "BenefitType", *types, note)
    if new_benefits and not (new_kind_of_fee or new_fee or new_type):
        yield _difference("benefit", number, "Benefit", *benefits)
    if not new_kind_of_fee and _words(before.derived_fee) != _words(now.derived_fee):
        yield _difference("derived-fee", number, "DerivedFee", now.derived_fee, before.derived_fee)
    texts = _words(now.description), _words(before.description)
    if texts[0] != texts[1]:
        yield _difference("descriptor", number, "Description", *_around(*texts))


def _against(theirs: PublishedItem, mine: OurItem) -> Iterator[Difference]:
    number, since = mine.number, f"our version of {mine.version_from}"
    if (theirs.fee_type == "D") != mine.is_derived:
        held = "derived" if mine.is_derived else _amount(mine.schedule_fee_cents)
        yield _difference("fee-type", number, "FeeType", _offer(theirs), held, since)
        return
    if mine.is_derived:
        missing = [term for term in mine.derived_terms if term not in _words(theirs.derived_fee)]
        if missing:
            yield _difference("derived-fee", number, "DerivedFee", theirs.derived_fee, "; ".join(missing), since)
    new_fee = theirs.schedule_fee_cents != mine.schedule_fee_cents
    if new_fee:
        pair = _amount(theirs.schedule_fee_cents), _amount(mine.schedule_fee_cents)
        factor = _factor(theirs.schedule_fee_cents, mine.schedule_fee_cents)
        yield _difference("fee", number, "ScheduleFee", *pair, _joined(factor, since))
    if theirs.benefit_type != mine.benefit_type:
        yield _difference("benefit-type", number, "BenefitType", theirs.benefit_type, mine.benefit_type, since)
    elif not new_fee and theirs.benefit_cents_by_percent != mine.benefit_cents_by_percent:
        pair = _benefits(theirs.benefit_cents_by_percent), _benefits(mine.benefit_cents_by_percent)
        yield _difference("benefit", number, "Benefit", *pair, since)


def _no_version(theirs: PublishedItem, mine: OurItem) -> Iterator[Difference]:
    held = "; ".join(mine.derived_terms) if mine.is_derived else _amount(mine.schedule_fee_cents)
    factor = _factor(theirs.schedule_fee_cents, mine.schedule_fee_cents)
    note = _joined(factor, f"our nearest version starts {mine.version_from}")
    yield _difference("no-version", mine.number, "ScheduleFee", _offer(theirs), held, note)


def _difference(kind: Kind, number: str, field: str, theirs: str, ours: str, note: str = "") -> Difference:
    return Difference(kind=kind, item_number=number, field=field, theirs=theirs, ours=ours, note=note)


def _offer(item: PublishedItem) -> str:
    return item.derived_fee if item.fee_type == "D" else _amount(item.schedule_fee_cents)


def _amount(cents: int | None) -> str:
    return "no amount" if cents is None else format_cents(cents)


def _benefits(cents_by_percent: Mapping[int, int]) -> str:
    amounts = (f"{percent} % {format_cents(cents)}" for percent, cents in sorted(cents_by_percent.items()))
    return ", ".join(amounts) or "none"


def _factor(earlier: int | None, later: int | None) -> str:
    return f"factor {later / earlier:.3f}" if earlier and later else ""


def _joined(*notes: str) -> str:
    return ", ".join(filter(None, notes))


def _words(text: str) -> str:
    """Text without the line breaks and double spaces that differ between releases and mean nothing."""
    return " ".join(text.split())


def _around(theirs: str, ours: str) -> tuple[str, str]:
    """Two different texts from shortly before they part: descriptors run to thousands of letters."""
    same = next(at for at, (one, other) in enumerate(zip_longest(theirs, ours)) if one != other)
    start = max(same - 30, 0)
    return theirs[start : start + 90], ours[start : start + 90]


def _by_number(number: str) -> tuple[int, str]:
    return int(number), number
