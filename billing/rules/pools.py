"""Shared counters and same-day exclusions, as the data names them. Rules refer to them and do the judging."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from billing.facts import EarlierService

CONFIDENCES = ("low", "medium", "high")  # least first
_LONGEST_MONTH = 31
MOST_NAMED = 8  # more item numbers than this say nothing in a sentence
PERIODS = ("calendar-year", "rolling-months", "months-from-plan")


def known_confidence(confidence: str) -> None:
    """Refuse a word for confidence that we do not use. Raises: ValueError."""
    if confidence not in CONFIDENCES:
        raise ValueError(f"confidence must be one of {', '.join(CONFIDENCES)}")


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or that month's last day when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Items that share one counter. Without `most` it is only a list that other rules refer to.

    `period` is "calendar-year" (counted by date of service), "rolling-months", or "months-from-plan", which starts on
    the day of the latest of the `plan_items`. `boundary` says when a rolling limit ends: on the "day-after" the same
    day some months later, or on the "same-day". `override` says in a few words when a service may come earlier, and
    `doubt` what is not sure about the limit, which low confidence must name.
    `transitional_items` no longer exist, and as a prerequisite still count up to and including `transitional_until`.
    """

    name: str
    items: tuple[str, ...]
    source: str
    confidence: str
    most: int | None = None
    period: str | None = None
    months: int | None = None
    boundary: str = "day-after"
    plan_items: tuple[str, ...] | None = None
    override: str | None = None
    doubt: str | None = None
    transitional_items: tuple[str, ...] | None = None
    transitional_until: date | None = None

    def __post_init__(self) -> None:
        known_confidence(self.confidence)
        if self.boundary not in ("day-after", "same-day"):
            raise ValueError('boundary is "day-after" or "same-day"')
        if (self.most is None) != (self.period is None):
            raise ValueError("most and period go together")
        if self.most is not None and self.most < 1:
            raise ValueError("most must be at least 1")
        if self.period not in (None, *PERIODS):
            raise ValueError(f"period is one of {', '.join(PERIODS)}")
        if (self.period in PERIODS[1:]) != (self.months is not None):
            raise ValueError("rolling-months and months-from-plan need months, and nothing else does")
        if (self.period == "months-from-plan") != (self.plan_items is not None):
            raise ValueError("months-from-plan needs plan_items, and nothing else does")
        if self.override is not None and self.most is None:
            raise ValueError("an override needs a limit")
        if self.most is not None and self.confidence == CONFIDENCES[0] and self.doubt is None:
            raise ValueError("a limit of low confidence needs a doubt")
        if (self.transitional_items is None) != (self.transitional_until is None):
            raise ValueError("transitional_items and transitional_until go together")

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(self.items)

    @property
    def members(self) -> str:
        """The items as a sentence names them: one by one, or of a long list its number and name."""
        if len(self.items) <= MOST_NAMED:
            return "/".join(self.items)
        return f"the {len(self.items)} items of {self.name.replace('-', ' ')}"

    def counts(self, used_on: date, day: date, plan_on: date | None = None) -> bool:
        """Say whether a service of `used_on` uses up the limit of `day`."""
        if plan_on is not None:
            return plan_on <= used_on <= day
        if self.months is None:
            return used_on.year == day.year
        if used_on > day or (day - used_on).days > self.months * _LONGEST_MONTH + 1:
            return False  # most of a long history, told without a calendar
        return day < self.free_from(used_on)

    def free_from(self, used_on: date) -> date:
        """Return the first day on which a service, or a plan, of `used_on` no longer counts."""
        if self.months is None:
            return date(used_on.year + 1, 1, 1)
        end = add_months(used_on, self.months)
        return end if self.boundary == "same-day" or self.plan_items else end + timedelta(days=1)

    def plan_on(self, history: tuple[EarlierService, ...], day: date) -> date | None:
        """Return the day of the plan whose months cover `day`, or None when none is known."""
        if self.plan_items is None:
            return None
        known = [
            each.date_of_service
            for each in history
            if each.item_number in self.plan_items and each.date_of_service <= day
        ]
        return max((used_on for used_on in known if day < self.free_from(used_on)), default=None)

    def of(self, history: Sequence[EarlierService]) -> list[EarlierService]:
        """Return the services of this pool, oldest first."""
        numbers = self._numbers
        found = [each for each in history if each.item_number in numbers]
        found.sort(key=lambda each: each.date_of_service)
        return found

    def transitional(self, history: tuple[EarlierService, ...], day: date) -> EarlierService | None:
        """Return the latest service under an item that has ended and still counts on `day`."""
        if self.transitional_until is None or day > self.transitional_until:
            return None
        old = [each for each in history if each.item_number in (self.transitional_items or ())]
        return max((each for each in old if each.date_of_service <= day), key=lambda e: e.date_of_service, default=None)


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """Two lists of items of which one patient cannot have both on one day from one practitioner."""

    name: str
    these: tuple[str, ...]
    those: tuple[str, ...]
    source: str
    confidence: str

    def __post_init__(self) -> None:
        known_confidence(self.confidence)
        if both := set(self.these) & set(self.those):
            raise ValueError(f"{min(both)} stands on both sides")
