"""One week: the sessions of each day, earliest first. A table with a column for each day; on a phone, day after day."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sma.boards.queries.entries import Entry, Looking, entries_between
from sma.core.db import ReadSession


@dataclass(frozen=True)
class Week:
    """`entries` holds, for each of `days`, its sessions by starting time."""

    monday: date
    days: list[date]
    entries: list[list[Entry]]

    @property
    def is_empty(self) -> bool:
        return not any(self.entries)

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)


def week_board(db: ReadSession, day: date, looking: Looking, *, location_id: UUID | None = None) -> Week:
    """Return the week that holds `day`; Saturday and Sunday only when something is planned then. Three statements."""
    monday = day - timedelta(days=day.weekday())
    entries = entries_between(db, monday, monday + timedelta(days=6), looking, location_id=location_id)
    last = max((entry.held_on.weekday() for entry in entries), default=4)
    days = [monday + timedelta(days=offset) for offset in range(max(last, 4) + 1)]
    by_day: list[list[Entry]] = [[] for _ in days]
    # By the clock on each place's own wall: that is what people at the desk read out.
    for entry in sorted(entries, key=lambda entry: (entry.starts.hour, entry.starts.minute)):
        by_day[entry.held_on.weekday()].append(entry)
    return Week(monday, days, by_day)
