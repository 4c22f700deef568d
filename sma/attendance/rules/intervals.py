"""Stretches of time: a clinician's stay in the room and each person's own consult. Kept to the second.

Refusals name times on the clock of the place and never a person: the sentence may be read on a shared screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sma.core.errors import Invalid

# Whoever could not press at the moment catches up within the next two consults or so; what is written down later
# than that comes from memory, and the evidence sheet says so.
RECORDED_AFTER = timedelta(minutes=15)


class NotRecordable(Invalid):
    """These times can't be recorded like this; `fields` says why beside each answer."""

    code = "not-recordable"


@dataclass(frozen=True)
class Span:
    """From when to when; `ends_at` None is still running."""

    starts_at: datetime
    ends_at: datetime | None = None

    def overlaps(self, other: "Span") -> bool:
        """Tell whether both share time; one that ends as the other starts does not."""
        starts_first = other.ends_at is None or self.starts_at < other.ends_at
        return starts_first and (self.ends_at is None or other.starts_at < self.ends_at)

    def holds(self, other: "Span") -> bool:
        """Tell whether the other lies wholly inside; a running one only inside one that runs as well."""
        if other.starts_at < self.starts_at:
            return False
        return self.ends_at is None or (other.ends_at is not None and other.ends_at <= self.ends_at)


def to_second(instant: datetime) -> datetime:
    """Cut an instant to its second, as sheets, forms and claims have it."""
    return instant.replace(microsecond=0)


def is_recorded_after(happened_at: datetime, recorded_at: datetime) -> bool:
    """Tell whether something was written down so long after it happened that the record has to say so."""
    return recorded_at - happened_at > RECORDED_AFTER


def clock_text(instant: datetime, zone: str) -> str:
    """Write a time of day at the place: "2:25 pm", with its seconds where it has any: "2:25:20 pm"."""
    wall = instant.astimezone(ZoneInfo(zone))
    seconds = f":{wall.second:02}" if wall.second else ""
    return f"{wall.hour % 12 or 12}:{wall.minute:02}{seconds} {'am' if wall.hour < 12 else 'pm'}"


def span_text(span: Span, zone: str) -> str:
    if span.ends_at is None:
        return f"that began at {clock_text(span.starts_at, zone)} and is still running"
    return f"from {clock_text(span.starts_at, zone)} to {clock_text(span.ends_at, zone)}"


def must_be_past(span: Span, *, now: datetime) -> None:
    """Let a typed stretch stand only if it ends after it starts and has happened already.

    Raises: NotRecordable.
    """
    if span.starts_at > now:
        raise NotRecordable(fields={"starts": "That time is still to come. Check the hour."})
    if span.ends_at is None:
        return
    if span.ends_at <= span.starts_at:
        raise NotRecordable(fields={"ends": "The end must be later than the start."})
    if span.ends_at > now:
        raise NotRecordable(fields={"ends": "That time is still to come. Check the hour."})


def check_consult(wanted: Span, *, others: Sequence[Span], presences: Sequence[Span], zone: str, now: datetime) -> None:
    """Let a consult stand if it happened, shares no time with the clinician's others, and the clinician was there.

    Raises: NotRecordable naming the times in the way, beside the answer that would have to change.
    """
    must_be_past(wanted, now=now)
    for other in sorted(others, key=lambda span: span.starts_at):
        if wanted.overlaps(other):
            field = "ends" if wanted.starts_at < other.starts_at else "starts"
            raise NotRecordable(fields={field: f"That overlaps the consult {span_text(other, zone)}."})
    if any(presence.holds(wanted) for presence in presences):
        return
    if not presences:
        raise NotRecordable(fields={"starts": "Record first from when to when the clinician was in the room."})
    begun = any(stay.holds(Span(wanted.starts_at, wanted.starts_at)) for stay in presences)
    stays = ", and ".join(_stay_text(presence, zone) for presence in presences)
    sentence = f"The clinician was in the room {stays}. If that is wrong, correct it first."
    raise NotRecordable(fields={"ends" if begun else "starts": sentence})


def check_presence(wanted: Span, *, others: Sequence[Span], consults: Sequence[Span], zone: str, now: datetime) -> None:
    """Let a clinician's stay stand if it happened, is not counted twice, and no consult is left outside it.

    `others` are the clinician's stays besides the one replaced; `consults` those the stays together must hold.
    Raises: NotRecordable.
    """
    must_be_past(wanted, now=now)
    for other in others:
        if wanted.overlaps(other):
            field = "ends" if wanted.starts_at < other.starts_at else "starts"
            raise NotRecordable(fields={field: f"That overlaps the stay {span_text(other, zone)}."})
    for consult in consults:
        if not any(stay.holds(consult) for stay in (wanted, *others)):
            field = "starts" if consult.starts_at < wanted.starts_at else "ends"
            sentence = f"That would leave the consult {span_text(consult, zone)} outside. Correct the consult first."
            raise NotRecordable(fields={field: sentence})


def _stay_text(stay: Span, zone: str) -> str:
    return f"from {clock_text(stay.starts_at, zone)} on" if stay.ends_at is None else span_text(stay, zone)


def duration_text(seconds: int) -> str:
    """Write a length of time: "7 min", "6 min 30 s"."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
