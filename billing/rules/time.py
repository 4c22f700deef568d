"""Rules about the clinician's own time with one patient. Shared teaching time belongs to nobody here."""

from dataclasses import dataclass
from datetime import time
from typing import ClassVar
from zoneinfo import ZoneInfo

from billing.facts import Consult, GroupService, Interval, clock
from billing.rules.finding import Case, Finding, Rule, minutes_text

CORRECT_TIMES = "Correct the recorded times, giving the reason, then assess again."


def merged(intervals: tuple[Interval, ...]) -> list[Interval]:
    """Join intervals that touch or overlap, earliest first."""
    joined: list[Interval] = []
    for interval in sorted(intervals, key=lambda each: each.starts_at):
        if joined and interval.starts_at <= joined[-1].ends_at:
            last = joined.pop()
            interval = Interval(starts_at=last.starts_at, ends_at=max(last.ends_at, interval.ends_at))
        joined.append(interval)
    return joined


def _span(service: GroupService, interval: Interval) -> str:
    return f"{service.local(interval.starts_at)} to {service.local(interval.ends_at)}"


@dataclass(frozen=True, kw_only=True)
class Minutes(Rule):
    """The patient's own time with the clinician lies between the item's edges, in whole seconds.

    `at_least` and `at_most` include the edge, `over` and `under` leave it out. A time less than `doubtful_seconds`
    above the lower edge is met and flagged: `doubt` says why some would disagree. So is a time that meets the edge to
    the second: an auditor would look twice.
    """

    kind: ClassVar[str] = "minutes"
    at_least: int | None = None
    over: int | None = None
    at_most: int | None = None
    under: int | None = None
    doubtful_seconds: int = 0
    doubt: str | None = None

    def __post_init__(self) -> None:
        if self.at_least is not None and self.over is not None:
            raise ValueError("a minutes rule has one lower edge: at_least or over")
        if self.at_most is not None and self.under is not None:
            raise ValueError("a minutes rule has one upper edge: at_most or under")
        if self.edges_text == "any time":
            raise ValueError("a minutes rule needs an edge")
        if bool(self.doubtful_seconds) != bool(self.doubt):
            raise ValueError("doubtful_seconds and doubt go together")

    @property
    def edges_text(self) -> str:
        edges = (
            ("at least", self.at_least),
            ("more than", self.over),
            ("at most", self.at_most),
            ("under", self.under),
        )
        return " and ".join(f"{say} {minutes}:00" for say, minutes in edges if minutes is not None) or "any time"

    def shortfall(self, seconds: int) -> int:
        """Return the seconds missing to the lower edge; below zero, the seconds beyond the upper; else 0."""
        if self.at_least is not None and seconds < self.at_least * 60:
            return self.at_least * 60 - seconds
        if self.over is not None and seconds <= self.over * 60:
            return self.over * 60 + 1 - seconds
        if self.under is not None and seconds >= self.under * 60:
            return self.under * 60 - 1 - seconds
        if self.at_most is not None and seconds > self.at_most * 60:
            return self.at_most * 60 - seconds
        return 0

    def finding(self, case: Case) -> Finding:
        seconds = case.attendee.consult_seconds
        facts = f"{minutes_text(seconds)} with the clinician; the item needs {self.edges_text}"
        shortfall = self.shortfall(seconds)
        if shortfall > 0:
            return self.not_met(facts, f"{minutes_text(shortfall)} short. {CORRECT_TIMES}")
        if shortfall < 0:
            return self.not_met(facts, f"{minutes_text(-shortfall)} too long for this item. {CORRECT_TIMES}")
        lower = (self.at_least or self.over or 0) * 60
        if self.doubt and seconds < lower + self.doubtful_seconds:
            return self.met(f"{facts}; at threshold: {self.doubt}", flag="at threshold")
        if self.at_least is not None and seconds == lower:
            return self.met(f"{facts}; at threshold: to the second", flag="at threshold")
        return self.met(facts)


@dataclass(frozen=True, kw_only=True)
class IndividualTime(Rule):
    """A person recorded that the clinician saw this patient alone, within the patient's own stay."""

    kind: ClassVar[str] = "individual-time"
    about_attendance: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        if not case.attendee.consults:
            return self.not_met(
                "attended, no individual consult",
                "If the clinician did see this person, they enter the times themselves; these are marked as late.",
            )
        for consult in case.attendee.consults:
            early = case.attendee.arrived_at is not None and consult.starts_at < case.attendee.arrived_at
            late = case.attendee.left_at is not None and consult.ends_at > case.attendee.left_at
            if early or late:
                return self.needs_a_person(
                    f"the consult {_span(case.service, consult)} lies outside the person's recorded stay", CORRECT_TIMES
                )
        stretches = ", ".join(_span(case.service, consult) for consult in case.attendee.consults)
        after = any(consult.recorded_after for consult in case.attendee.consults)
        facts = f"seen {stretches}" + ("; entered after the session" if after else "")
        return self.met(facts, flag="entered after the session" if after else None)


@dataclass(frozen=True, kw_only=True)
class NoOverlap(Rule):
    """The clinician was with one patient at a time, in this session and in others of the day.

    Together with `InsidePresence` this keeps the sum of what is proposed within the clinician's presence: stretches
    that lie inside it and never overlap cannot add up to more.
    """

    kind: ClassVar[str] = "no-overlap"
    about_attendance: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        others = [
            consult
            for each in case.service.attendees
            if each.reference != case.attendee.reference
            for consult in each.consults
        ]
        own = list(case.attendee.consults)
        for index, consult in enumerate(own):
            for other in (*others, *own[index + 1 :]):
                if consult.overlaps(other):
                    return self._clash(case.service, consult, other)
            for elsewhere in case.service.elsewhere:
                if consult.overlaps(elsewhere):
                    return self._clash(case.service, consult, elsewhere, "in another session ")
        return self.met("no other consult of this clinician at the same time")

    def _clash(self, service: GroupService, consult: Consult, other: Interval, where: str = "") -> Finding:
        return self.not_met(
            f"the consult {_span(service, consult)} overlaps another one {where}of {_span(service, other)}",
            CORRECT_TIMES,
        )


@dataclass(frozen=True, kw_only=True)
class InsidePresence(Rule):
    """The consults lie inside the time that the clinician was recorded in the room."""

    kind: ClassVar[str] = "inside-presence"
    about_attendance: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        presence = merged(case.service.presence)
        for consult in case.attendee.consults:
            if not any(each.starts_at <= consult.starts_at and consult.ends_at <= each.ends_at for each in presence):
                recorded = ", ".join(_span(case.service, each) for each in presence) or "not recorded"
                return self.not_met(
                    f"the consult {_span(case.service, consult)} is outside the clinician's presence ({recorded})",
                    CORRECT_TIMES,
                )
        return self.met("inside the clinician's recorded presence")


@dataclass(frozen=True, kw_only=True)
class Uninterrupted(Rule):
    """No consult was broken off; one that was is never proposed without a person's decision."""

    kind: ClassVar[str] = "uninterrupted"
    about_attendance: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        broken = [consult for consult in case.attendee.consults if consult.interrupted]
        if not broken:
            return self.met("no consult was interrupted")
        spans = ", ".join(f"{_span(case.service, consult)} ({minutes_text(consult.seconds)})" for consult in broken)
        return self.ask_the_clinician(
            f"interrupted: {spans}",
            "The clinician decides whether the interrupted consult can be claimed, and as what.",
        )


@dataclass(frozen=True, kw_only=True)
class UniformTimes(Rule):
    """The consult's length was taken from the clock, not from a habit: few others have the very same seconds.

    Always met. From `alike` consults of equal length in one session on, a flag asks for a second look; `doubt` says
    where that number comes from.
    """

    kind: ClassVar[str] = "uniform-times"
    alike: int
    doubt: str

    def __post_init__(self) -> None:
        if self.alike < 2:
            raise ValueError("alike must be at least 2")

    def finding(self, case: Case) -> Finding:
        lengths = case.service.consult_lengths
        same = max((each for each in case.attendee.consults), key=lambda each: lengths[each.seconds], default=None)
        if same is None or lengths[same.seconds] < self.alike:
            return self.met("its length is its own")
        facts = f"{lengths[same.seconds]} consults of this session took exactly {minutes_text(same.seconds)}"
        return self.met(f"{facts}; {self.doubt}", flag="same length as others")


@dataclass(frozen=True, kw_only=True)
class AfterHours(Rule):
    """The patient was seen on a Sunday, or before or after the hours that the item names, by the clock of the place.

    Public holidays count too and are not known here, so in ordinary hours the answer is no, with a hint.
    """

    kind: ClassVar[str] = "after-hours"
    until: time
    weekday_after: time
    saturday_after: time

    def finding(self, case: Case) -> Finding:
        service = case.service
        instant = min((each.starts_at for each in case.attendee.consults), default=service.starts_at)
        local = instant.astimezone(ZoneInfo(service.timezone))
        late = self.saturday_after if local.weekday() == 5 else self.weekday_after
        facts = f"seen from {service.local(instant)} on a {local:%A}"
        if local.weekday() == 6 or local.time() < self.until or local.time() > late:
            return self.met(facts)
        return self.not_met(
            f"{facts}; the item is for Sunday, before {clock(self.until)} or after {clock(late)}",
            "In ordinary hours the ordinary item applies; a public holiday is not known here.",
        )
