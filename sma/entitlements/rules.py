"""The words of a person's Medicare history, what may be entered, and how long a referral holds.

Item numbers are read from the rulebook: a kind of plan is named by the counter that its items share there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from billing import Rulebook
from billing.rules.pools import add_months
from sma.core.clock import day_words
from sma.core.errors import Conflict, Invalid, NotFound

EXPIRES_SOON_DAYS = 30
_NUMBER = re.compile(r"[0-9]{1,5}")


class Given(StrEnum):
    """Where an earlier service was given. `here` is from our own files, before this program or outside it."""

    HERE = "here"
    ELSEWHERE = "elsewhere"


class RecordSource(StrEnum):
    ENTERED = "entered"
    IMPORTED = "imported"


class ReferralPeriod(StrEnum):
    """For how long a referral was written (codes S, N and I of a claim)."""

    STANDARD = "standard"
    MONTHS = "months"
    INDEFINITE = "indefinite"


class Registered(StrEnum):
    """With which practice a person is registered under MyMedicare."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    NO = "no"


@dataclass(frozen=True)
class PlanKind:
    """A kind of plan of care: its words, and the counter of the rulebook whose items make or review such a plan.

    `is_ended` takes the items of the counter that have ended and still count for a while.
    """

    words: str
    hint: str
    pool: str
    is_ended: bool = False


PLAN_KINDS: Mapping[str, PlanKind] = {
    "gpccmp-made": PlanKind("Chronic condition plan, prepared", "GPCCMP, from 1 July 2025", "plan-preparation"),
    "gpccmp-reviewed": PlanKind("Chronic condition plan, reviewed", "GPCCMP, from 1 July 2025", "plan-review"),
    "gp-management-plan": PlanKind(
        "GP management plan (old)", "Made before 1 July 2025", "chronic-condition-plan", is_ended=True
    ),
    "mental-health-made": PlanKind(
        "Mental health treatment plan, prepared", "By a GP or another doctor", "mental-health-plan"
    ),
    "mental-health-reviewed": PlanKind(
        "Mental health treatment plan, reviewed", "By a GP or another doctor", "mental-health-review"
    ),
}


def plan_item(kind: str, rulebook: Rulebook) -> str:
    """Return the item that stands for a plan of that kind: the first of its counter. Raises: Invalid."""
    plan = PLAN_KINDS.get(kind)
    if plan is None:
        raise Invalid(fields={"kind": "Choose the kind of plan from the list."})
    pool = rulebook.pools[plan.pool]
    return (pool.transitional_items or pool.items)[0] if plan.is_ended else pool.items[0]


def plan_kind_of(item_number: str, rulebook: Rulebook) -> str | None:
    """Return the kind of plan that an item makes or reviews; None for an item that does neither."""
    for kind, plan in PLAN_KINDS.items():
        pool = rulebook.pools[plan.pool]
        if item_number in ((pool.transitional_items or ()) if plan.is_ended else pool.items):
            return kind
    return None


def known_items(rulebook: Rulebook) -> frozenset[str]:
    """Return every item number that some rule here counts or looks for."""
    pools = rulebook.pools.values()
    sides = [side for each in rulebook.exclusions.values() for side in (each.these, each.those)]
    counted = [(*pool.items, *(pool.plan_items or ()), *(pool.transitional_items or ())) for pool in pools]
    own = [item.number for item in rulebook.items]
    return frozenset(own).union(*counted, *sides)


def is_item_number(text: str) -> bool:
    """Say whether a text has the shape of an item number: one to five digits."""
    return _NUMBER.fullmatch(text) is not None


def day_problem(day: date, born_on: date | None, today: date) -> str | None:
    """Say what is wrong with the day of something that happened to a person; None where nothing is."""
    if day > today:
        return "That day has not come yet. Check the date."
    if born_on is not None and day < born_on:
        return "That day is before this person was born. Check the date."
    return None


class HeldReferral(Protocol):
    """What decides how long a referral holds."""

    issued_on: date
    period: str
    months: int | None
    ended_on: date | None


@dataclass(frozen=True)
class Validity:
    """How a referral stands on a day: `state` is good, soon or past, `words` a sentence."""

    state: str
    words: str


def validity(referral: HeldReferral, today: date) -> Validity:
    """Say how long a referral holds, as far as the letter tells.

    Its months run from the first service under it, which need not be known here; counted from the day on the letter
    they end at the earliest. Source: Services Australia, education guide on referrals (2017-08-27).
    """
    if referral.ended_on is not None and referral.ended_on <= today:
        return Validity("past", f"Ended on {day_words(referral.ended_on)}.")
    if referral.period == ReferralPeriod.INDEFINITE:
        return Validity("good", "Holds without an end.")
    if referral.period == ReferralPeriod.STANDARD or referral.months is None:
        return Validity("good", "Standard period of its kind, from the first service under it.")
    end = add_months(referral.issued_on, referral.months)
    months = f"{referral.months} month{'' if referral.months == 1 else 's'}"
    if end < today:
        return Validity(
            "past",
            f"Expired on {day_words(end)} if counted from its date. It holds longer only if the first service under it "
            f"came later: {months} run from that service.",
        )
    state = "soon" if (end - today).days <= EXPIRES_SOON_DAYS else "good"
    head = "Expires soon" if state == "soon" else "Holds"
    return Validity(state, f"{head}: {months} from the first service under it, so until {day_words(end)} at least.")


class RecordNotFound(NotFound):
    code = "entitlement-not-found"
    message = "We could not find that entry. Open the person's Medicare history again."


class AlreadyRecorded(Conflict):
    code = "already-recorded"
    message = "That item on that day is recorded for this person already."


class AlreadyEnded(Conflict):
    code = "referral-ended"
    message = "That referral has ended already."
