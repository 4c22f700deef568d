"""The rule for items that somebody else must have referred the patient for."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from billing.facts import EarlierService, Referral
from billing.rules.finding import Case, Finding, Rule, day_text
from billing.rules.pools import Pool, add_months

NEW_REFERRAL = "Ask the referring doctor for a new referral; a practice never writes one for them."


@dataclass(frozen=True, kw_only=True)
class Referred(Rule):
    """A referral to the provider's profession is on record, written by the day and not run out.

    A referral runs for its own months, or else for `months`, from the first service given under it; without either it
    runs until its services are used. It covers the services it was written for, or else `services`, counted in `pool`.
    One written before `until_used_before` lasts until its services are used. Nothing on record goes to a person: the
    letter may lie in another system. Who referred is not judged here.
    """

    kind: ClassVar[str] = "referral"
    pool: Pool | None = None
    months: int | None = None
    services: int | None = None
    until_used_before: date | None = None

    def __post_init__(self) -> None:
        if any(each is not None and each < 1 for each in (self.months, self.services)):
            raise ValueError("months and services must be at least 1")
        if self.services is not None and self.pool is None:
            raise ValueError("services are counted in a pool")

    def finding(self, case: Case) -> Finding:
        profession = case.service.provider.profession
        held = [each for each in case.attendee.referrals if each.profession == profession]
        if not held:
            return self.ask_the_clinician(
                f"no referral to a {profession.words} is on record",
                "Enter the referral and its date, or confirm that a valid one is on file.",
            )
        held.sort(key=lambda each: each.issued_on)
        for referral in reversed(held):
            if self._fault(referral, case) is None:
                return self.met(self._told(referral, case))
        latest = held[-1]
        return self.not_met(f"referral of {day_text(latest.issued_on)}: {self._fault(latest, case)}", NEW_REFERRAL)

    def _fault(self, referral: Referral, case: Case) -> str | None:
        """Say why a referral does not cover the service; None where it does."""
        day = case.service.date_of_service
        if referral.issued_on > day:
            return "written after the day of the service"
        services = referral.services or self.services
        used = len(self._used(referral, case))
        if services is not None and used >= services:
            return f"{used} of its {services} services are used"
        end = self._end(referral, case)
        return None if end is None or day < end else f"ran out on {day_text(end)}"

    def _end(self, referral: Referral, case: Case) -> date | None:
        """Return the first day on which a referral is no longer valid; None where no day ends it."""
        if referral.is_indefinite:
            return None
        if self.until_used_before is not None and referral.issued_on < self.until_used_before:
            return None
        months = referral.months or self.months
        if months is None:
            return None
        used = self._used(referral, case)
        first = referral.first_used_on or (used[0].date_of_service if used else case.service.date_of_service)
        return add_months(first, months)

    def _used(self, referral: Referral, case: Case) -> list[EarlierService]:
        if self.pool is None:
            return []
        since = referral.first_used_on or referral.issued_on
        return [
            each
            for each in self.pool.of(case.attendee.history)
            if since <= each.date_of_service <= case.service.date_of_service
        ]

    def _told(self, referral: Referral, case: Case) -> str:
        end = self._end(referral, case)
        facts = f"referral of {day_text(referral.issued_on)}"
        facts += ", no end" if end is None else f", ends on {day_text(end)}"
        services = referral.services or self.services
        if services is not None:
            facts += f", {len(self._used(referral, case))} of {services} services used"
        return facts
