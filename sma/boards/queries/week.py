"""One week as a table: a row for each starting time, a column for each day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sma.boards.queries.entries import Entry, entries_between
from sma.core.db import ReadSession
from sma.identity import CurrentUser
from sma.web.templating import day as day_words


@dataclass(frozen=True)
class Week:
    """`rows` holds a starting time and, for each of `days`, the entries that start then."""

    monday: date
    days: list[date]
    rows: list[tuple[str, list[list[Entry]]]]

    @property
    def labels(self) -> list[str]:
        return [day_words(each, year=False) for each in self.days]

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)


def week_board(
    db: ReadSession, day: date, user: CurrentUser, *, now: datetime, location_id: UUID | None = None
) -> Week:
    """Return the week that holds `day`; Saturday and Sunday only when something is planned then. Three statements."""
    monday = day - timedelta(days=day.weekday())
    entries = entries_between(db, monday, monday + timedelta(days=6), user, now=now, location_id=location_id)
    last = max((entry.held_on.weekday() for entry in entries), default=4)
    days = [monday + timedelta(days=offset) for offset in range(max(last, 4) + 1)]
    by_time: dict[tuple[int, int], dict[date, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    words = {}
    for entry in entries:
        at = (entry.starts.hour, entry.starts.minute)
        words[at] = entry.starts_text
        by_time[at][entry.held_on].append(entry)
    rows = [(words[at], [by_time[at].get(each, []) for each in days]) for at in sorted(by_time)]
    return Week(monday, days, rows)
