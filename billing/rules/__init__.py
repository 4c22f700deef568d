"""The closed set of rule kinds. Item files name a kind and its numbers; only this folder gives them a meaning."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.reading import fill
from billing.rules.finding import Case, Finding, Rule, Verdict
from billing.rules.group import GroupTogether
from billing.rules.history import Frequency, NotSameDay, Prerequisite, SameDayAgain
from billing.rules.incentive import Beside, ModifiedMonash
from billing.rules.pools import Exclusion, Pool
from billing.rules.practice import MyMedicare, PracticePolicy
from billing.rules.record import Attended, BenefitAssigned, Confirmation, Coverage, NoteDone, ProviderNumber
from billing.rules.referral import Referred
from billing.rules.scope import Age, IndigenousStatus, Mode, Place, ProfessionOf, Telehealth
from billing.rules.time import (
    AfterHours,
    IndividualTime,
    InsidePresence,
    Minutes,
    NoOverlap,
    UniformTimes,
    Uninterrupted,
)

__all__ = [
    "KINDS",
    "Beside",
    "Case",
    "Exclusion",
    "Finding",
    "Minutes",
    "Pool",
    "Rule",
    "Shelf",
    "Verdict",
    "build",
]

KINDS: Mapping[str, type[Rule]] = {
    rule.kind: rule
    for rule in (
        AfterHours,
        Age,
        Attended,
        BenefitAssigned,
        Beside,
        Confirmation,
        Coverage,
        Frequency,
        GroupTogether,
        IndigenousStatus,
        IndividualTime,
        InsidePresence,
        Minutes,
        Mode,
        ModifiedMonash,
        MyMedicare,
        NoOverlap,
        NotSameDay,
        NoteDone,
        Place,
        PracticePolicy,
        Prerequisite,
        ProfessionOf,
        ProviderNumber,
        Referred,
        SameDayAgain,
        Telehealth,
        UniformTimes,
        Uninterrupted,
    )
}


_NAMED = {"pool", "or_pool", "not_when_registered", "exclusion"}  # what a rule takes from the shelf by its name


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The shared counters and exclusions that rules refer to by name."""

    pools: Mapping[str, Pool]
    exclusions: Mapping[str, Exclusion]


def build(table: Mapping[str, Any], shelf: Shelf, source: str) -> Rule:
    """Make a rule from its table; `source` stands in where the table names none of its own.

    Raises: ValueError saying what is wrong with the table.
    """
    given = {"source": source, **table}
    kind = given.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"unknown rule kind {kind!r}; known are {', '.join(sorted(KINDS))}")
    for key in _NAMED & given.keys():
        named: Mapping[str, Pool | Exclusion] = shelf.exclusions if key == "exclusion" else shelf.pools
        if given[key] not in named:
            raise ValueError(f"rule {kind}: unknown {key} {given[key]!r}")
        given[key] = named[given[key]]
    try:
        return fill(KINDS[kind], given)
    except ValueError as error:
        raise ValueError(f"rule {kind}: {error}") from error
