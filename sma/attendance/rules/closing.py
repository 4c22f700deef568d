"""May a session be closed? Not while anybody is unrecorded; every other doubt is said, and passes with a kept yes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sma.attendance.rules.intervals import Span, clock_text
from sma.core.errors import Conflict

# A slip of the finger, not a consult: nobody says why they came in less. The schedule draws no such line (item 3 has no
# least length), so a stretch under a minute is asked about and never refused.
SHORTEST = timedelta(minutes=1)


class Doubt(StrEnum):
    """What makes closing worth a second look."""

    NOT_BEGUN = "not-begun"
    NOT_OVER = "not-over"
    NO_CONSULT = "no-consult"
    SHORT_CONSULT = "short-consult"
    EARLY_CONSULT = "early-consult"
    RUNNING = "running"
    STILL_IN = "still-in"


@dataclass(frozen=True)
class Doubted:
    """One doubt: a sentence without names, and the rows a page can name: places (appointments), or clinicians."""

    doubt: Doubt
    sentence: str
    about: tuple[UUID, ...] = ()

    @property
    def mark(self) -> str:
        """What a yes to this sends: the kind of doubt, and a digest of whom it is about."""
        whom = sha256(" ".join(sorted(each.hex for each in self.about)).encode()).hexdigest()
        return f"{self.doubt.value}.{whom[:12]}"


@dataclass(frozen=True)
class Attended:
    """What one place shows at the end: the presence, when the person came, and their consults as they stand."""

    appointment_id: UUID
    presence: str | None
    arrived_at: datetime | None
    consults: tuple[Span, ...]

    @property
    def came(self) -> bool:
        return self.arrived_at is not None

    def is_seen_early(self) -> bool:
        """Tell whether a consult begins before the person came, to the minute in which they did."""
        came = self.arrived_at
        return came is not None and any(span.starts_at < came.replace(second=0) for span in self.consults)


class NotComplete(Conflict):
    """Somebody is not recorded. `unrecorded` carries whose places, for a page that may name them."""

    code = "not-complete"
    message = "This session can't be closed yet. Record everyone first."

    def __init__(self, unrecorded: Sequence[UUID]) -> None:
        self.unrecorded = tuple(unrecorded)
        super().__init__()


class NotSure(Conflict):
    """There are doubts that nobody has said yes to. `doubted` carries them."""

    code = "not-sure"
    message = "Not everything is settled. Put it right, or say yes to each point below."

    def __init__(self, doubted: Sequence[Doubted]) -> None:
        self.doubted = tuple(doubted)
        super().__init__()


def unrecorded(people: Sequence[Attended]) -> tuple[UUID, ...]:
    """Return the places of those about whom nobody has said anything."""
    return tuple(person.appointment_id for person in people if person.presence is None)


def doubts(
    people: Sequence[Attended],
    still_in: Sequence[UUID],
    *,
    uncovered: int,
    expects_consults: bool,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    now: datetime,
) -> tuple[Doubted, ...]:
    """Return what makes closing worth a second look, in the order in which a page asks about it.

    `uncovered`: how many consults nothing but a stay without an end holds. `expects_consults`: somebody's own minutes
    are to be claimed. A group item asks for none, so nobody is missed there.
    """
    seen = any(person.consults for person in people)
    missed = [each for each in people if each.came and not each.consults and (expects_consults or seen)]
    short = [each for each in people if any(_is_short(span) for span in each.consults)]
    early = [each for each in people if each.is_seen_early()]
    running = [each for each in people if any(span.ends_at is None for span in each.consults)]
    found = _too_soon(starts_at, ends_at, zone, now)
    for doubt, rows, one, many in (
        (Doubt.NO_CONSULT, missed, "came and has no consult recorded.", "came and have no consult recorded."),
        (Doubt.SHORT_CONSULT, short, "has a consult of less than a minute.", "have a consult of less than a minute."),
        (Doubt.EARLY_CONSULT, early, f"has a consult {_EARLY}", f"have a consult {_EARLY}"),
        (Doubt.RUNNING, running, f"has a consult whose {_UNENDED}", f"have a consult whose {_UNENDED}"),
    ):
        if rows:
            count = "1 person" if len(rows) == 1 else f"{len(rows)} people"
            about = tuple(each.appointment_id for each in rows)
            found.append(Doubted(doubt, f"{count} {one if len(rows) == 1 else many}", about))
    if still_in:
        found.append(Doubted(Doubt.STILL_IN, f"{_NO_TIME_OUT} {_unbilled(uncovered)}".strip(), tuple(still_in)))
    return tuple(found)


def _too_soon(starts_at: datetime, ends_at: datetime, zone: str, now: datetime) -> list[Doubted]:
    if now < starts_at:
        begins = f"It has not begun: the session starts at {clock_text(starts_at, zone)}."
        return [Doubted(Doubt.NOT_BEGUN, begins)]
    ends = f"The session runs until {clock_text(ends_at, zone)}. That is still to come."
    return [Doubted(Doubt.NOT_OVER, ends)] if now < ends_at else []


def _unbilled(consults: int) -> str:
    if consults == 0:
        return ""
    which = "Their one consult can’t" if consults == 1 else f"None of these {consults} consults can"
    return f"{which} be proposed for billing until it is recorded."


_NO_TIME_OUT = "It is not recorded when the clinician left the room. The record will say so."
_EARLY = "that begins before they arrived."
_UNENDED = "clock still runs. Closing takes it back, because its end is not known; the clinician can enter the times."


def must_be_sure(doubted: Sequence[Doubted], sure: Collection[str]) -> None:
    """Let a session be closed when every doubt has its yes. Raises: NotSure.

    A mark is a yes for the people it was shown with only; the mere kind is one for whoever it concerns.
    """
    if any(each.doubt not in sure and each.mark not in sure for each in doubted):
        raise NotSure(doubted)


def _is_short(span: Span) -> bool:
    return span.ends_at is not None and span.ends_at - span.starts_at < SHORTEST
