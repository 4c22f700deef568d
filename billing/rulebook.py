"""Loads the schedule data, refuses what contradicts itself, and answers for an item on a date.

A folder of data has `shared.toml` (counters, exclusions, sets of rules that many items have alike) and `items/`.
"""

import hashlib
import json
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

from billing.incentives import PracticeIncentive
from billing.items import DerivedFee, Item, ItemVersion, NoVersion, UnknownItem
from billing.reading import fill
from billing.rules import Exclusion, Pool, Rule, Shelf, build

# What an item says once for all its versions; a version that differs says it again.
_COMMON_KEYS = {"number", "title", "family", "benefit_type", "claim_shape", "confidence", "rule_sets", "rules"}
_BENEFIT_KEYS = {75: "benefit_75_cents", 85: "benefit_85_cents", 100: "benefit_100_cents"}


class BadRulebook(ValueError):
    """Schedule data that cannot be trusted. The text names the file and what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Every item we hold. `content_hash` changes when any fact of any file changes, and not with layout or comments.

    `pools`, `exclusions` and `practice_incentive` are what several items have alike.
    """

    items: tuple[Item, ...]
    content_hash: str
    pools: Mapping[str, Pool]
    exclusions: Mapping[str, Exclusion]
    practice_incentive: PracticeIncentive

    @cached_property
    def _by_number(self) -> dict[str, Item]:
        return {item.number: item for item in self.items}

    def item(self, number: str) -> Item:
        """Return the item of that number.

        Raises: UnknownItem.
        """
        try:
            return self._by_number[number]
        except KeyError:
            raise UnknownItem(f"item {number} is not in the rulebook") from None

    @cached_property
    def _first_days(self) -> list[date]:
        """Every day on which some item changes, earliest first: between two of them nothing does."""
        days = {version.starts_on for item in self.items for version in item.versions}
        ends = {version.ends_on for item in self.items for version in item.versions}
        return sorted(days | {day + timedelta(days=1) for day in ends if day is not None})

    def stretch(self, day: date) -> int:
        """Return the number of the stretch of days a date lies in; within one no item changes."""
        return bisect_right(self._first_days, day)

    @cached_property
    def shortlists(self) -> dict[Any, Any]:
        """What the engine worked out once from these items; kept here so that it ends with them."""
        return {}

    def versions_on(self, day: date, families: frozenset[str]) -> tuple[ItemVersion, ...]:
        """Return the versions in force on a date of service of the items in these families, by item number."""
        return tuple(
            version
            for item in self.items
            for version in item.versions
            if version.covers(day) and version.family in families
        )

    def fee_cents(self, version: ItemVersion, day: date, patients_seen: int) -> int:
        """Return the fee for one patient on a date of service; the head count matters to derived fees only."""
        if version.derived_fee is None:
            return version.schedule_fee_cents or 0
        base = self.item(version.derived_fee.base_item).on(day).schedule_fee_cents or 0
        return version.derived_fee.fee_cents(base, max(patients_seen, 1))


@dataclass(frozen=True)
class _Shared:
    shelf: Shelf
    rule_sets: Mapping[str, tuple[Rule, ...]]
    practice_incentive: PracticeIncentive


@cache
def shipped_rulebook() -> Rulebook:
    """Return the rulebook shipped with this package, without what a clinic accepted since.

    Raises: BadRulebook.
    """
    return read_rulebook(files("billing.mbs"))


def read_rulebook(folder: Traversable) -> Rulebook:
    """Read a folder of schedule data.

    Raises: BadRulebook naming the file and the fault.
    """
    shared_table = _toml(folder.joinpath("shared.toml"))
    with _blaming("shared.toml"):
        shared = _shared(shared_table)
    names = sorted(file.name for file in folder.joinpath("items").iterdir() if file.name.endswith(".toml"))
    tables = {name: _toml(folder.joinpath("items", name)) for name in names}
    items = []
    for name, table in tables.items():
        with _blaming(name):
            items.append(_item(name, table, shared))
    canonical = json.dumps([shared_table, tables], sort_keys=True, ensure_ascii=True, default=str)
    rulebook = Rulebook(
        items=tuple(sorted(items, key=lambda item: int(item.number))),
        content_hash=hashlib.sha256(canonical.encode()).hexdigest(),
        pools=shared.shelf.pools,
        exclusions=shared.shelf.exclusions,
        practice_incentive=shared.practice_incentive,
    )
    for item in rulebook.items:
        with _blaming(f"{item.number}.toml"):
            _check_bases(item, rulebook)
    return rulebook


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRulebook(f"{file.name}: not readable as TOML: {error}") from error


@contextmanager
def _blaming(name: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise BadRulebook(f"{name}: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise BadRulebook(f"{name}: not shaped as expected: {error}") from error


def _shared(table: Mapping[str, Any]) -> _Shared:
    if unknown := table.keys() - {"pool", "exclusion", "rule-set", "practice-incentive"}:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    pools: dict[str, Pool] = {}
    for name, each in table.get("pool", {}).items():
        with _naming(f"pool {name}"):
            pools[name] = fill(Pool, {"name": name, **each})
    exclusions: dict[str, Exclusion] = {}
    for name, each in table.get("exclusion", {}).items():
        with _naming(f"exclusion {name}"):
            exclusions[name] = fill(Exclusion, {"name": name, **each})
    shelf = Shelf(pools=pools, exclusions=exclusions)
    rule_sets: dict[str, tuple[Rule, ...]] = {}
    for name, each in table.get("rule-set", {}).items():
        with _naming(f"rule-set {name}"):
            # A rule in a set has no version's source to fall back on, so each must bring its own.
            rule_sets[name] = tuple(build(rule, shelf, "") for rule in each["rules"])
    with _naming("practice-incentive"):
        incentive = fill(PracticeIncentive, table.get("practice-incentive", {}))
    return _Shared(shelf, rule_sets, incentive)


@contextmanager
def _naming(part: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{part}: {error}") from error


def _item(name: str, table: Mapping[str, Any], shared: _Shared) -> Item:
    if unknown := table.keys() - {*_COMMON_KEYS, "version"}:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    number = table.get("number")
    if not isinstance(number, str) or not number.isdecimal() or name != f"{number}.toml":
        raise ValueError("number must be text, digits only, and the name of the file")
    versions: list[ItemVersion] = []
    for each in sorted(table.get("version", []), key=lambda version: str(version.get("from"))):
        with _naming(f"version from {each.get('from', '(missing)')}"):
            common = {key: value for key, value in table.items() if key != "version"}
            versions.append(_version({**common, **each}, shared))
    if not versions:
        raise ValueError("has no version")
    for index, (version, following) in enumerate(pairwise(versions)):
        if version.ends_on is not None and version.ends_on >= following.starts_on:
            raise ValueError(f"the versions from {version.starts_on} and {following.starts_on} overlap")
        if version.starts_on == following.starts_on:
            raise ValueError(f"two versions start on {version.starts_on}")
        if version.ends_on is None:
            versions[index] = replace(version, ends_on=following.starts_on - timedelta(days=1))
    return Item(number=number, title=versions[-1].title, family=versions[-1].family, versions=tuple(versions))


def _version(table: dict[str, Any], shared: _Shared) -> ItemVersion:
    if "from" not in table or not table.get("source"):
        raise ValueError("needs both from (its first day) and source")
    rules: list[Rule] = []
    for name in table.pop("rule_sets", []):
        if name not in shared.rule_sets:
            raise ValueError(f"unknown rule set {name!r}")
        rules += shared.rule_sets[name]
    rules += [build(rule, shared.shelf, table["source"]) for rule in table.pop("rules", [])]
    for rule in rules:
        if complaint := rule.misplaced(table["number"]):
            raise ValueError(f"rule {rule.kind}: {complaint}")
    amounts = {percent: table.pop(key) for percent, key in _BENEFIT_KEYS.items() if key in table}
    if "derived_fee" in table:
        table["derived_fee"] = fill(DerivedFee, table["derived_fee"])
    for key, name in (("from", "starts_on"), ("to", "ends_on")):
        if key in table:
            table[name] = table.pop(key)
    version = fill(ItemVersion, {**table, "benefit_cents_by_percent": amounts, "rules": rules})
    version.check()
    return version


def _check_bases(item: Item, rulebook: Rulebook) -> None:
    for version in item.versions:
        if version.derived_fee is None:
            continue
        for day in filter(None, (version.starts_on, version.ends_on)):
            try:
                base = rulebook.item(version.derived_fee.base_item).on(day)
            except (UnknownItem, NoVersion) as error:
                raise ValueError(f"its base is missing: {error}") from error
            if base.schedule_fee_cents is None:
                raise ValueError(f"its base, item {base.number}, has no fee of its own")
