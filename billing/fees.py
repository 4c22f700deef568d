"""Fees of a later release that a clinic accepted, laid over the shipped rulebook.

An update brings fees and benefits, never conditions. Where a release changed more than the fee of an item, the item
keeps what we hold and its version from that day on is of low confidence, which pages show. Pure: values in, values out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from billing.items import Item, ItemVersion, NoVersion
from billing.rulebook import BadRulebook, Rulebook
from billing.rules.pools import CONFIDENCES


@dataclass(frozen=True, kw_only=True)
class NewFee:
    """The published fee and benefits of one item from a day on, and the fee we held before."""

    item: str
    starts_on: date
    was_cents: int
    schedule_fee_cents: int
    benefit_cents_by_percent: Mapping[int, int]


@dataclass(frozen=True, kw_only=True)
class ToRead:
    """What a release changed besides a fee: never applied, for a person to read.

    `in_doubt_from` is the day from which what we hold of one of our items may no longer be right.
    """

    item: str
    kind: str
    sentence: str
    in_doubt_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class FeeUpdate:
    """What one published file means for our items; a proposal until somebody accepted it.

    `based_on` is the content hash of the rulebook it was compared with.
    """

    effective_on: date
    file_name: str
    sha256: str
    item_count: int
    based_on: str
    proposed_at: datetime
    fees: tuple[NewFee, ...]
    to_read: tuple[ToRead, ...]
    accepted_by: str | None = None
    accepted_at: datetime | None = None

    @property
    def source(self) -> str:
        return f"{self.file_name} (sha-256 {self.sha256[:12]}); https://www.mbsonline.gov.au/"


def with_fees(rulebook: Rulebook, updates: Iterable[FeeUpdate]) -> Rulebook:
    """Return the rulebook with updates laid over it, oldest first; without any, the same one.

    Raises: BadRulebook naming the update and the item that do not fit.
    """
    items = {item.number: item for item in rulebook.items}
    content = rulebook.content_hash
    for update in sorted(updates, key=lambda each: each.effective_on):
        for fee in update.fees:
            items[fee.item] = _changed(items, fee.item, fee.starts_on, update, fee)
        for each in update.to_read:
            if each.in_doubt_from is not None:
                items[each.item] = _changed(items, each.item, each.in_doubt_from, update, each)
        content = _hashed(content, update)
    if content == rulebook.content_hash:
        return rulebook
    return replace(rulebook, items=tuple(items[item.number] for item in rulebook.items), content_hash=content)


def _changed(items: Mapping[str, Item], number: str, day: date, update: FeeUpdate, change: NewFee | ToRead) -> Item:
    """Begin a version on a day, like the one in force then but for the change."""
    try:
        item = items[number]
        before = item.on(day)
        fresh = _version(replace(before, starts_on=day), update, change)
        fresh.check()
    except (KeyError, NoVersion, ValueError) as error:
        raise BadRulebook(f"fees of {update.effective_on}: item {number}: {error}") from error
    at = item.versions.index(before)
    until_then = [replace(before, ends_on=day - timedelta(days=1))] if before.starts_on < day else []
    return replace(item, versions=(*item.versions[:at], *until_then, fresh, *item.versions[at + 1 :]))


def _version(version: ItemVersion, update: FeeUpdate, change: NewFee | ToRead) -> ItemVersion:
    if isinstance(change, ToRead):
        return replace(version, confidence=CONFIDENCES[0], source=f"{change.sentence} {update.source}")
    return replace(
        version,
        schedule_fee_cents=change.schedule_fee_cents,
        benefit_cents_by_percent=dict(change.benefit_cents_by_percent),
        source=f"{update.source}, item {change.item}; its conditions: {version.source}",
    )


def _hashed(before: str, update: FeeUpdate) -> str:
    """Say what the rulebook holds now: the facts of the update count, not who accepted it or when."""
    fees = [
        [each.item, str(each.starts_on), each.schedule_fee_cents, sorted(each.benefit_cents_by_percent.items())]
        for each in update.fees
    ]
    doubts = [[each.item, each.sentence, str(each.in_doubt_from)] for each in update.to_read if each.in_doubt_from]
    facts = [before, str(update.effective_on), update.sha256, fees, doubts]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=True).encode()).hexdigest()
