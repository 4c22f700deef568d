"""What looks wrong inside a published file: each oddity as a warning, none of them a reason to stop reading.

All of these held for every one of the 5,989 items of 1 July 2025, so a warning deserves a look at the file itself.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from billing.items import PERCENTS_BY_BENEFIT_TYPE
from billing.mbs.schedule.reader import PublishedItem, Schedule
from billing.money import benefit_of, format_cents

# A release changes a few items in a hundred; more means a cut or a wrong file.
USUAL_CHANGE_PERCENT = 5


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """One oddity: the item (None for the whole file), the field and a sentence."""

    item_number: str | None
    field: str
    message: str


def anomalies(schedule: Schedule, earlier: Schedule | None = None) -> list[Anomaly]:
    """Name what contradicts itself in a file, in file order; with an earlier file, an unusual number of items too."""
    found = [
        Anomaly(item_number=number, field="ItemNum", message="the item stands in the file more than once")
        for number in schedule.repeated
    ]
    gap = _greatest_gap(schedule)
    for item in schedule.items.values():
        for field, message in _of_item(item, gap):
            found.append(Anomaly(item_number=item.number, field=field, message=message))
    if earlier is not None:
        before, now = len(earlier.items), len(schedule.items)
        if abs(now - before) * 100 > before * USUAL_CHANGE_PERCENT:
            message = f"{now:,} items where the earlier file has {before:,}: one of them may be incomplete"
            found.append(Anomaly(item_number=None, field="count", message=message))
    return found


def _of_item(item: PublishedItem, gap: int | None) -> Iterator[tuple[str, str]]:
    for field, text in item.unreadable:
        yield field, f"{text!r} cannot be read"
    unreadable = {field for field, _ in item.unreadable}
    if item.benefit_type not in PERCENTS_BY_BENEFIT_TYPE:
        yield "BenefitType", f"{item.benefit_type!r} is not a benefit type we know"
    if item.fee_type == "N":
        if item.schedule_fee_cents is None and "ScheduleFee" not in unreadable:
            yield "ScheduleFee", "a normal fee is missing"
        yield from _benefits(item, gap, unreadable)
    elif item.fee_type == "D":
        if not item.derived_fee:
            yield "DerivedFee", "the text of the derived fee is missing"
        if item.schedule_fee_cents is not None:
            yield "ScheduleFee", "a derived fee comes with an amount"
    else:
        yield "FeeType", f"{item.fee_type!r} is not a fee type we know"


def _benefits(item: PublishedItem, gap: int | None, unreadable: set[str]) -> Iterator[tuple[str, str]]:
    expected = PERCENTS_BY_BENEFIT_TYPE.get(item.benefit_type)
    present = tuple(item.benefit_cents_by_percent)
    if expected is not None and present != expected and not any(name.startswith("Benefit") for name in unreadable):
        yield "BenefitType", f"type {item.benefit_type} does not match the benefits given: {_percents(present)}"
    fee = item.schedule_fee_cents
    if fee is None:
        return
    for percent, cents in item.benefit_cents_by_percent.items():
        usual = benefit_of(fee, percent)
        if cents != usual and not (percent == 85 and gap is not None and cents == fee - gap):
            message = f"{format_cents(cents)} is not {percent} % of {format_cents(fee)}, which is {format_cents(usual)}"
            yield f"Benefit{percent}", message


def _greatest_gap(schedule: Schedule) -> int | None:
    """The most a person is left to pay on an 85 % benefit: taken from the file, since it changes every November."""
    gaps = Counter(
        item.schedule_fee_cents - cents
        for item in schedule.items.values()
        if item.schedule_fee_cents is not None
        and (cents := item.benefit_cents_by_percent.get(85)) is not None
        and cents > benefit_of(item.schedule_fee_cents, 85)
    )
    if not gaps:
        return None
    (gap, times), *_ = gaps.most_common(1)
    # One odd benefit must not pass for the cap; the real one shows on many items.
    return gap if times > 1 else None


def _percents(percents: tuple[int, ...]) -> str:
    return ", ".join(f"{percent} %" for percent in percents) or "none"
