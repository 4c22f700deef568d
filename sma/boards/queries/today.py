"""Today's sessions, and the lists that the counts at the top lead to."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.boards.queries.entries import Entry, Looking, entries_between
from sma.boards.queries.tally import DAYS_AHEAD, lacks_agreement
from sma.core.db import ReadSession
from sma.scheduling import GroupSession, SessionStatus, next_day_with_sessions

# How far back a session that was never closed is still listed.
_LOOK_BACK = timedelta(days=92)

LISTS = {
    "under-minimum": "Under their minimum in the next 7 days",
    "waiting": "People waiting in the next 7 days",
    "agreement": "People without an agreement tomorrow",
    "not-closed": "Over, but not closed",
}


@dataclass(frozen=True)
class Today:
    """Today's sessions; when there are none, the next day that has some."""

    entries: list[Entry]
    next_day: date | None
    next_entries: list[Entry]

    @property
    def pairs(self) -> list[tuple[Entry, str]]:
        return [(entry, "") for entry in self.entries]

    @property
    def next_pairs(self) -> list[tuple[Entry, str]]:
        return [(entry, "") for entry in self.next_entries]


def today_board(db: ReadSession, looking: Looking, *, today: date) -> Today:
    """Return the sessions held today by the clocks of their own places. Three statements, seven on an empty day."""
    # A day on either side, because midnight is not the same instant at every place.
    near = entries_between(db, today - timedelta(days=1), today + timedelta(days=1), looking)
    entries = [entry for entry in near if entry.held_on == looking.now.astimezone(entry.starts.tzinfo).date()]
    if entries:
        return Today(entries, None, [])
    following = next_day_with_sessions(db, today)
    return Today([], following, entries_between(db, following, following, looking) if following else [])


def listed(db: ReadSession, which: str, looking: Looking, *, today: date) -> list[tuple[Entry, str]]:
    """Return the sessions behind one count, each with the words that say why it is there."""
    if which == "not-closed":
        past = entries_between(db, today - _LOOK_BACK, today, looking)
        return [(entry, "needs closing") for entry in past if entry.is_over and entry.status == SessionStatus.OPEN]
    if which == "agreement":
        tomorrow = today + timedelta(days=1)
        lacking = _without_agreement(db, tomorrow)
        entries = entries_between(db, tomorrow, tomorrow, looking)
        return [(entry, f"{lacking[entry.id]} without an agreement") for entry in entries if entry.id in lacking]
    coming = entries_between(db, today, today + timedelta(days=DAYS_AHEAD), looking)
    live = [entry for entry in coming if entry.status == SessionStatus.OPEN and not entry.is_over]
    if which == "waiting":
        return [(entry, f"{entry.waiting} waiting") for entry in live if entry.waiting]
    return [(entry, f"needs {entry.least - entry.booked} more") for entry in live if entry.is_under_minimum]


def _without_agreement(db: ReadSession, on: date) -> dict[UUID, int]:
    rows = db.connection().execute(
        select(col(Appointment.group_session_id), func.count())
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .where(
            col(GroupSession.held_on) == on,
            col(GroupSession.status) == SessionStatus.OPEN,
            col(Appointment.status).in_(TAKES_A_PLACE),
            lacks_agreement(on),
        )
        .group_by(col(Appointment.group_session_id))
    )
    return {row[0]: row[1] for row in rows}
