"""The rule for items that are given to a group as a group."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from billing.facts import Attendee, GroupService
from billing.rules.finding import Case, Finding, Rule, minutes_text


@dataclass(frozen=True, kw_only=True)
class GroupTogether(Rule):
    """The patient was, for long enough and not too long, in a group of the right size with the clinician in the room.

    Whether people who cannot be billed count towards the group is not written anywhere. So the group counts only when
    it is large enough by billable patients and not too large by everyone, those of unknown arrival included. Minutes
    that the clinician spent with one patient alone are that patient's and do not surely belong to the group. Where
    the ways of counting differ, a person decides. `least_after_absence` is the smaller group that will do when
    somebody expected does not come.
    """

    kind: ClassVar[str] = "group-together"
    least: int
    most: int | None = None
    minutes: int
    under_minutes: int | None = None
    least_after_absence: int | None = None

    def __post_init__(self) -> None:
        if self.least < 1 or (self.most is not None and self.most < self.least):
            raise ValueError("least must be at least 1 and not above most")
        if self.under_minutes is not None and self.under_minutes <= self.minutes:
            raise ValueError("under_minutes must be above minutes")
        if self.least_after_absence is not None and not 1 <= self.least_after_absence < self.least:
            raise ValueError("least_after_absence must be below least")

    @property
    def size_text(self) -> str:
        if self.most is None:
            return f"{self.least} or more"
        return f"{self.least} to {self.most}" if self.least < self.most else f"{self.least}"

    def finding(self, case: Case) -> Finding:
        if case.attendee.arrived_at is None:
            return self.needs_a_person("the arrival time is not recorded", "Record when the person arrived.")
        length = f"{self.minutes}:00" + (f" and under {self.under_minutes}:00" if self.under_minutes else "")
        least, perhaps = self._least(case.service)
        surely, possibly, billable = self._count(case.service, case.attendee, least, perhaps)
        facts = f"{minutes_text(surely)} together, {billable} billable at most; "
        facts += f"the item needs {length} in a group of {self.size_text}"
        if self.under_minutes is not None and surely >= self.under_minutes * 60:
            return self.not_met(facts, "A longer item may fit. Check arrivals, departures and the clinician's times.")
        if surely >= self.minutes * 60:
            short = billable < self.least
            return self.met(facts, flag=f"group of {billable} after an absence" if short else None)
        if self.minutes * 60 <= possibly and (self.under_minutes is None or possibly < self.under_minutes * 60):
            return self.needs_a_person(
                f"{facts}; {minutes_text(possibly)} if people not billed or not timed, and minutes with one patient "
                "alone, are counted the other way",
                "Decide which people and minutes count towards the group, and note the reason.",
            )
        return self.not_met(facts, "Check arrivals, departures and the clinician's times.")

    def _least(self, service: GroupService) -> tuple[int, int]:
        """Return how many people surely are enough, and how many may be, when somebody expected did not come."""
        listed = len(service.attendees)
        absent = sum(1 for each in service.attendees if not each.attended)
        if self.least_after_absence is None or not absent or listed < self.least:
            return self.least, self.least
        # The exception is written for one person missing from the smallest group; with more missing, a person decides.
        exact = listed == self.least and listed - absent == self.least_after_absence
        return self.least_after_absence if exact else self.least, self.least_after_absence

    def _count(self, service: GroupService, attendee: Attendee, least: int, perhaps: int) -> tuple[int, int, int]:
        """Return seconds that surely count, seconds that may count, and the most billable people at once."""
        untimed = sum(1 for each in service.attendees if each.attended and each.arrived_at is None)
        most = len(service.attendees) if self.most is None else self.most
        surely = possibly = timedelta(0)
        peak = 0
        for stretch in service.stretches:
            if attendee.reference not in stretch.present:
                continue
            there = len(stretch.present) + untimed
            peak = max(peak, stretch.billable)
            if least <= stretch.billable and there <= most and not stretch.alone:
                surely += stretch.lasts
            if perhaps <= there and stretch.billable <= most:
                possibly += stretch.lasts
        second = timedelta(seconds=1)
        return surely // second, possibly // second, peak
