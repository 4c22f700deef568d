"""The minutes strip: the clinician's stay, this person's own minutes and everybody else's, drawn to one scale. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# What the drawing is wide, in its own units.
WIDTH = 1000


@dataclass(frozen=True)
class Bar:
    """One stretch of time, as a place on the drawing. `kind` is stay, own or other."""

    kind: str
    left: int
    width: int


@dataclass(frozen=True)
class Strip:
    """The bars between two instants."""

    starts_at: datetime
    ends_at: datetime
    bars: Sequence[Bar]

    def of(self, kind: str) -> list[Bar]:
        return [bar for bar in self.bars if bar.kind == kind]


Span = tuple[datetime, datetime]


def strip_of(session: Span, *, stays: Iterable[Span], own: Iterable[Span], others: Iterable[Span]) -> Strip:
    """Draw the spans over the session's planned time, and beyond it where the day was longer."""
    named = [("stay", span) for span in stays] + [("other", span) for span in others] + [("own", span) for span in own]
    starts = min([session[0], *(span[0] for _, span in named)])
    ends = max([session[1], *(span[1] for _, span in named)])
    whole = max(ends - starts, timedelta(seconds=1))

    def place(instant: datetime) -> int:
        return round((instant - starts) / whole * WIDTH)

    return Strip(
        starts, ends, [Bar(kind, place(begin), max(place(end) - place(begin), 2)) for kind, (begin, end) in named]
    )
