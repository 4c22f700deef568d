"""Rules about what the patient had before. A clinic sees only its own history, so the answers say so."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from billing.facts import EarlierService
from billing.rules.finding import Case, Finding, Rule, day_text, words
from billing.rules.pools import Exclusion, Pool, add_months

UNSEEN = (
    "Only Medicare knows of services given elsewhere. We know our own history and what was entered here: "
    "check with Medicare before claiming."
)


@dataclass(frozen=True, kw_only=True)
class Frequency(Rule):
    """The shared counter still has room. Room is never certain: services given elsewhere cannot be seen from here.

    A limit that may be passed for a stated reason goes to a person instead of stopping the line.
    """

    kind: ClassVar[str] = "frequency"
    pool: Pool

    def __post_init__(self) -> None:
        if self.pool.most is None:
            raise ValueError(f"pool {self.pool.name} has no limit to count against")

    def misplaced(self, number: str) -> str | None:
        return None if number in self.pool.items else f"pool {self.pool.name} does not count item {number}"

    def finding(self, case: Case) -> Finding:
        day, history = case.service.date_of_service, case.attendee.history
        plan_on = self.pool.plan_on(history, day)
        if self.pool.plan_items and plan_on is None:
            return self.needs_a_person(
                f"no plan in force is known; at most {self._limit(day, None)}",
                "Enter the plan and its day: the services are counted from it.",
            )
        counted = [each for each in self.pool.of(history) if self.pool.counts(each.date_of_service, day, plan_on)]
        listed = ", ".join(map(_told, counted))
        limit = self._limit(day, plan_on)
        most = self.pool.most or 0
        if len(counted) < most:
            return self.cannot_know(
                f"{listed or 'none known'}; at most {limit}", UNSEEN, flag="history elsewhere unknown"
            )
        earliest = self.pool.free_from(plan_on or counted[-most].date_of_service)
        free = day_text(earliest)
        if self.pool.override is not None:
            return self.ask_the_clinician(
                f"{listed}; at most {limit}; before {free} only {self.pool.override}",
                f"Wait until {free}, or note the reason for coming earlier and approve.",
                earliest=earliest,
            )
        return self.not_met(f"{listed}; at most {limit}; earliest {free}", f"Wait until {free}.", earliest=earliest)

    def _limit(self, day: date, plan_on: date | None) -> str:
        if self.pool.months is None:
            period = f"in {day.year}"
        elif self.pool.plan_items:
            period = f"in the {self.pool.months} months from the plan" + (f" of {day_text(plan_on)}" if plan_on else "")
        else:
            period = f"in {self.pool.months} months"
        limit = f"{self.pool.most} {period} across {self.pool.members}"
        return f"{limit}, {self.pool.doubt}" if self.pool.doubt else limit


@dataclass(frozen=True, kw_only=True)
class Prerequisite(Rule):
    """An earlier service that the item builds on is known, within some months where the item says so.

    `or_pool` is another way to meet it, with months of its own. Not finding it goes to a person: it may have been
    given elsewhere. So does a service under an item that has ended and still counts for a while.
    """

    kind: ClassVar[str] = "prerequisite"
    pool: Pool
    what: str
    within_months: int | None = None
    or_pool: Pool | None = None
    or_within_months: int | None = None

    def __post_init__(self) -> None:
        if self.or_within_months is not None and self.or_pool is None:
            raise ValueError("or_within_months needs or_pool")

    def finding(self, case: Case) -> Finding:
        day, history = case.service.date_of_service, case.attendee.history
        ways = [(self.pool, self.within_months)]
        ways += [(self.or_pool, self.or_within_months)] if self.or_pool is not None else []
        for pool, months in ways:
            if found := [each for each in pool.of(history) if _reaches(each.date_of_service, day, months)]:
                return self.met(f"{self.what}: {_told(found[-1])}")
        for pool, _ in ways:
            old = pool.transitional(history, day)
            if old is not None and pool.transitional_until is not None:
                return self.ask_the_clinician(
                    f"{self.what}: {_told(old)}, an item that ended; such plans count until "
                    f"{day_text(pool.transitional_until)}",
                    "Check that it is the plan the item asks for, with its arrangements where the item needs them.",
                )
        later = min(
            (each for pool, _ in ways for each in pool.of(history) if each.date_of_service > day),
            key=_day,
            default=None,
        )
        if later is not None:
            return self.ask_the_clinician(
                f"{self.what}: none known by this day; {_told(later)}",
                f"Enter an earlier one if there was one; this one counts from {day_text(later.date_of_service)}.",
                earliest=later.date_of_service,
            )
        since = f" in the last {self.within_months} months" if self.within_months else ""
        numbers = [number for pool, _ in ways for number in pool.items]
        return self.ask_the_clinician(
            f"{self.what}: none known{since}",
            f"Confirm that it was done, here or elsewhere ({words(numbers, 'or')}), and enter it.",
        )


def _day(service: EarlierService) -> date:
    return service.date_of_service


def _told(service: EarlierService) -> str:
    source = "" if service.known_from == "here" else f" (from {service.known_from})"
    return f"{service.item_number} on {day_text(service.date_of_service)}{source}"


def _reaches(used_on: date, day: date, months: int | None) -> bool:
    if used_on > day:
        return False
    return months is None or add_months(used_on, months) >= day


@dataclass(frozen=True, kw_only=True)
class NotSameDay(Rule):
    """The patient did not have a service on the same day that the same practitioner may not claim beside this one.

    `against` names the side of the exclusion that the item itself is not on: "these" or "those".
    """

    kind: ClassVar[str] = "not-same-day"
    exclusion: Exclusion
    against: str = "these"

    def __post_init__(self) -> None:
        if self.against not in ("these", "those"):
            raise ValueError('against is "these" or "those"')

    def misplaced(self, number: str) -> str | None:
        own = self.exclusion.those if self.against == "these" else self.exclusion.these
        return None if number in own else f"exclusion {self.exclusion.name} does not have item {number} on its side"

    def finding(self, case: Case) -> Finding:
        others = self.exclusion.these if self.against == "these" else self.exclusion.those
        day = case.service.date_of_service
        clash = [each.item_number for each in case.attendee.had_on(day) if each.item_number in others]
        if not clash:
            return self.met("no service known on this day that excludes it")
        return self.needs_a_person(
            f"{words(clash, 'and')} on the same day",
            "One practitioner can claim only one of them for the day; a different practitioner may claim the other.",
        )


@dataclass(frozen=True, kw_only=True)
class SameDayAgain(Rule):
    """The patient had no other attendance of the pool that day; a second one must not continue the first."""

    kind: ClassVar[str] = "same-day-again"
    pool: Pool

    def misplaced(self, number: str) -> str | None:
        return None if number in self.pool.items else f"pool {self.pool.name} does not name item {number}"

    def finding(self, case: Case) -> Finding:
        day = case.service.date_of_service
        others = self.pool.of(case.attendee.had_on(day))
        if not others:
            return self.met("no other attendance known on this day")
        return self.ask_the_clinician(
            f"a further attendance on the day of {words(map(_told, others), 'and')}",
            "Confirm when approving that it does not continue the other one; the account shows the times of both.",
        )
