"""Rules about what the patient had before. A clinic sees only its own history, so the answers say so."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from billing.facts import EarlierService
from billing.rules.finding import Case, Finding, Rule, day_text, words

CONFIDENCES = ("low", "medium", "high")  # least first
UNSEEN = "We only know our own history and what was entered here: check with Medicare before claiming."


def _known_confidence(confidence: str) -> None:
    if confidence not in CONFIDENCES:
        raise ValueError(f"confidence must be one of {', '.join(CONFIDENCES)}")


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Items that share one counter. Without `most` it is only a list that prerequisites refer to.

    `period` is "calendar-year" (counted by date of service) or "rolling-months". `boundary` says when a rolling limit
    ends: on the "day-after" the same day some months later, or on the "same-day".
    """

    name: str
    items: tuple[str, ...]
    source: str
    confidence: str
    most: int | None = None
    period: str | None = None
    months: int | None = None
    boundary: str = "day-after"

    def __post_init__(self) -> None:
        _known_confidence(self.confidence)
        if self.boundary not in ("day-after", "same-day"):
            raise ValueError('boundary is "day-after" or "same-day"')
        if (self.most is None) != (self.period is None):
            raise ValueError("most and period go together")
        if self.period not in (None, "calendar-year", "rolling-months"):
            raise ValueError('period is "calendar-year" or "rolling-months"')
        if (self.period == "rolling-months") != (self.months is not None):
            raise ValueError("rolling-months needs months, and nothing else does")

    def free_from(self, used_on: date) -> date:
        """Return the first day on which a service of `used_on` no longer counts."""
        if self.months is None:
            return date(used_on.year + 1, 1, 1)
        end = add_months(used_on, self.months)
        return end if self.boundary == "same-day" else end + timedelta(days=1)

    def of(self, history: tuple[EarlierService, ...]) -> list[EarlierService]:
        """Return the services of this pool, oldest first."""
        return sorted((each for each in history if each.item_number in self.items), key=lambda e: e.date_of_service)


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """Two lists of items of which one patient cannot have both on one day from one practitioner."""

    name: str
    these: tuple[str, ...]
    those: tuple[str, ...]
    source: str
    confidence: str

    def __post_init__(self) -> None:
        _known_confidence(self.confidence)


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or that month's last day when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, kw_only=True)
class Frequency(Rule):
    """The shared counter still has room. Room is never certain: services given elsewhere cannot be seen from here."""

    kind: ClassVar[str] = "frequency"
    pool: Pool

    def __post_init__(self) -> None:
        if self.pool.most is None:
            raise ValueError(f"pool {self.pool.name} has no limit to count against")

    def finding(self, case: Case) -> Finding:
        day, most = case.service.date_of_service, self.pool.most or 0
        counted = [each for each in self.pool.of(case.attendee.history) if self._counts(each.date_of_service, day)]
        listed = ", ".join(
            f"{each.item_number} on {day_text(each.date_of_service)}"
            + ("" if each.known_from == "here" else f" (from {each.known_from})")
            for each in counted
        )
        limit = f"{most} {self._period_text(day)} across {'/'.join(self.pool.items)}"
        if self.pool.confidence == "low":
            limit += ", that these count together is assumed"
        if len(counted) >= most:
            free = self.pool.free_from(counted[-most].date_of_service)
            return self.not_met(
                f"{listed}; at most {limit}; earliest {day_text(free)}", f"Wait until {day_text(free)}."
            )
        known = listed or "none known"
        return self.cannot_know(f"{known}; at most {limit}", UNSEEN, flag="history elsewhere unknown")

    def _counts(self, used_on: date, day: date) -> bool:
        if self.pool.months is None:
            return used_on.year == day.year
        return used_on <= day < self.pool.free_from(used_on)

    def _period_text(self, day: date) -> str:
        return f"in {day.year}" if self.pool.months is None else f"in {self.pool.months} months"


@dataclass(frozen=True, kw_only=True)
class Prerequisite(Rule):
    """An earlier service that the item builds on is known, within some months where the item says so.

    Not finding it goes to a person: it may have been given elsewhere.
    """

    kind: ClassVar[str] = "prerequisite"
    pool: Pool
    what: str
    within_months: int | None = None

    def finding(self, case: Case) -> Finding:
        found = [
            each
            for each in self.pool.of(case.attendee.history)
            if self._counts(each.date_of_service, case.service.date_of_service)
        ]
        if found:
            last = found[-1]
            return self.met(f"{self.what}: {last.item_number} on {day_text(last.date_of_service)}")
        since = f" in the last {self.within_months} months" if self.within_months else ""
        return self.needs_a_person(
            f"{self.what}: none known{since}",
            f"Confirm that it was done, here or elsewhere ({words(self.pool.items, 'or')}), and enter it.",
        )

    def _counts(self, used_on: date, day: date) -> bool:
        if used_on > day:
            return False
        return self.within_months is None or add_months(used_on, self.within_months) >= day


@dataclass(frozen=True, kw_only=True)
class NotSameDay(Rule):
    """The patient did not have a service on the same day that the same practitioner may not claim beside this one."""

    kind: ClassVar[str] = "not-same-day"
    exclusion: Exclusion

    def finding(self, case: Case) -> Finding:
        clash = [
            each.item_number
            for each in case.attendee.history
            if each.date_of_service == case.service.date_of_service and each.item_number in self.exclusion.these
        ]
        if not clash:
            return self.met("no service known on this day that excludes it")
        return self.needs_a_person(
            f"{words(clash, 'and')} on the same day",
            "One practitioner can claim only one of them for the day; a different practitioner may claim the other.",
        )
