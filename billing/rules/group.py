"""The rule for items that are given to a group as a group."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import ClassVar

from billing.facts import Attendee, GroupService, Interval
from billing.rules.finding import Case, Finding, Rule, minutes_text


def _stay(service: GroupService, attendee: Attendee) -> Interval | None:
    """The part of the service that this patient was there for, or None when it is not recorded."""
    if not attendee.attended or attendee.arrived_at is None:
        return None
    starts = max(attendee.arrived_at, service.starts_at)
    ends = min(attendee.left_at or service.ends_at, service.ends_at)
    return Interval(starts_at=starts, ends_at=ends) if starts < ends else None


def _covers(interval: Interval, segment: Interval) -> bool:
    return interval.starts_at <= segment.starts_at and segment.ends_at <= interval.ends_at


@dataclass(frozen=True, kw_only=True)
class GroupTogether(Rule):
    """The patient was, for long enough, in a group of the right size with the clinician in the room.

    Whether people who cannot be billed count towards the group is not written anywhere. So the group counts only when
    it is large enough by billable patients and not too large by everyone; where the two ways of counting differ, a
    person decides.
    """

    kind: ClassVar[str] = "group-together"
    least: int
    most: int
    minutes: int

    def finding(self, case: Case) -> Finding:
        if case.attendee.arrived_at is None:
            return self.needs_a_person("the arrival time is not recorded", "Record when the person arrived.")
        needed = f"the item needs {self.minutes}:00 in a group of {self.least} to {self.most}"
        surely, possibly, billable = self._count(case.service, case.attendee)
        facts = f"{minutes_text(surely)} together, {billable} billable at most; {needed}"
        if surely >= self.minutes * 60:
            return self.met(facts)
        if possibly >= self.minutes * 60:
            return self.needs_a_person(
                f"{facts}; {minutes_text(possibly)} if people who cannot be billed are counted differently",
                "Decide whether people who are not billed count towards the group, and note the reason.",
            )
        return self.not_met(facts, "Check arrivals, departures and the clinician's times.")

    def _count(self, service: GroupService, attendee: Attendee) -> tuple[int, int, int]:
        """Return seconds that surely count, seconds that may count, and the most billable people at once."""
        stays = [(each, stay) for each in service.attendees if (stay := _stay(service, each)) is not None]
        edges = {instant for _, stay in stays for instant in (stay.starts_at, stay.ends_at)}
        edges |= {instant for each in service.presence for instant in (each.starts_at, each.ends_at)}
        marks = sorted(edges)
        surely = possibly = timedelta(0)
        peak = 0
        for starts, ends in pairwise(marks):
            segment = Interval(starts_at=starts, ends_at=ends)
            present = [each for each, stay in stays if _covers(stay, segment)]
            if attendee not in present or not any(_covers(each, segment) for each in service.presence):
                continue
            billable = sum(1 for each in present if each.coverage == "medicare")
            peak = max(peak, billable)
            if self.least <= billable and len(present) <= self.most:
                surely += ends - starts
            if self.least <= len(present) and billable <= self.most:
                possibly += ends - starts
        second = timedelta(seconds=1)
        return surely // second, possibly // second, peak
