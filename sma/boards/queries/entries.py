"""One session as one entry of a board: every word decided here, so that fifty rows cost the template little."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sma.appointments import Counts, counts_between
from sma.core import clock
from sma.core.db import ReadSession
from sma.identity import CurrentUser, Permission
from sma.scheduling import (
    STATE_WORDS,
    BoardRow,
    BoardWorker,
    Modality,
    SessionState,
    SessionStatus,
    missing_on,
    sessions_between,
    staff_between,
    state_of,
)
from sma.web.templating import time12, zone_words


class Entry(NamedTuple):
    """A session in a list. `title` names the topic only where the reader may see it; else nothing hints at it.

    `line` is the session after its start and title in a day of the week: one text, because each text costs an escape.
    Every state but open is said before the start there, so that nobody counts on a session that is not held.
    """

    id: UUID
    url: str
    code: str
    held_on: date
    starts: datetime
    starts_text: str
    ends_text: str
    zone_words: str
    label: str
    title: str
    where: str
    meta: str
    status: str
    state: SessionState
    state_word: str
    state_kind: str
    booked: int
    waiting: int
    least: int
    booked_text: str
    needs_text: str
    line: str
    is_over: bool

    def __hash__(self) -> int:
        # Twenty fields are dear to hash. A text keeps its hash, and this one holds nearly all there is to say.
        return hash(self.line)

    @property
    def is_under_minimum(self) -> bool:
        return self.status == SessionStatus.OPEN and not self.is_over and self.booked < self.least


class Looking(NamedTuple):
    """Who looks at a board, and when. `has_zones`: the clinic's places go by more than one clock, so each is named."""

    user: CurrentUser
    now: datetime
    has_zones: bool


def entries_between(
    db: ReadSession, start: date, end: date, looking: Looking, *, location_id: UUID | None = None
) -> list[Entry]:
    """Return the sessions of some days as entries, earliest first. Three statements."""
    rows = sessions_between(db, start, end, location_id)
    if not rows:
        return []
    staff = staff_between(db, start, end, location_id, reader_id=looking.user.id)
    counts = counts_between(db, start, end)
    today = {zone: clock.local_date(looking.now, zone) for zone in {row.timezone for row in rows}}
    sees_all = looking.user.may(Permission.SEE_SETTINGS)
    found = []
    for row in rows:
        workers = staff.get(row.key, ())
        sees = sees_all or any(worker.is_reader for worker in workers)
        seen = _Seen(today[row.timezone], _moment(row, looking.now), sees=sees, has_zones=looking.has_zones)
        found.append(_entry(row, workers, counts.get(row.key, Counts()), seen))
    return found


_LONG_BEFORE = datetime.min.replace(tzinfo=UTC)


class _Seen(NamedTuple):
    """From where a session is looked at: the day at its place, the moment, and what the reader may see."""

    today: date
    moment: datetime
    sees: bool
    has_zones: bool


def _moment(row: BoardRow, now: datetime) -> datetime:
    """Return a moment at which the session stands as it does now, the same one until it begins or ends."""
    if now >= row.ends_at:
        return row.ends_at
    return row.starts_at if now >= row.starts_at else _LONG_BEFORE


# Kept by all that it says, so a session is put into words again only once something about it has changed.
@lru_cache(maxsize=2048)
def _entry(row: BoardRow, staff: tuple[BoardWorker, ...], counts: Counts, seen: _Seen) -> Entry:
    starts, ends = clock.local(row.starts_at, row.timezone), clock.local(row.ends_at, row.timezone)
    places = row.places(staff)
    state = state_of(
        row.status,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        now=seen.moment,
        taken=counts.booked,
        places=places,
    )
    word, kind = STATE_WORDS[state]
    where = ", ".join(filter(None, (row.place, "by video" if row.modality == Modality.VIDEO else row.room)))
    zone = zone_words(row.timezone) if seen.has_zones else ""
    ends_text, people = time12(ends), ", ".join(worker.name for worker in staff) or "nobody chosen to run it"
    is_over = seen.moment >= row.ends_at
    path = f"/sessions/{row.id}"
    needs = ", ".join(_needs(row, staff, counts, seen, is_over))
    booked_text, starts_text = f"{counts.booked} of {places} booked", time12(starts)
    waiting = f", {counts.waiting} waiting" if counts.waiting else ""
    said = (needs[:1].upper() + needs[1:]) if state != SessionState.OPEN else f"{word}{f': {needs}' if needs else ''}"
    until = f"until {ends_text}{f' {zone}' if zone else ''}"
    return Entry(
        id=row.id,
        url=f"{path}/plan" if row.status == SessionStatus.DRAFT else path,
        code=row.code,
        held_on=row.held_on,
        starts=starts,
        starts_text=starts_text,
        ends_text=ends_text,
        zone_words=zone,
        label=row.neutral_label,
        title=f"{row.neutral_label} · {row.program_name}" if seen.sees else row.neutral_label,
        where=where,
        meta=" · ".join(filter(None, (where, zone, f"until {ends_text}", people))),
        status=row.status,
        state=state,
        state_word=word,
        state_kind=kind,
        booked=counts.booked,
        waiting=counts.waiting,
        least=row.least,
        booked_text=booked_text,
        needs_text=needs,
        line=f"{until}, {where}, {booked_text}{waiting}.{f' {said}' if said else ''}",
        is_over=is_over,
    )


def _needs(row: BoardRow, staff: Sequence[BoardWorker], counts: Counts, seen: _Seen, is_over: bool) -> Iterable[str]:
    if is_over:
        if row.status == SessionStatus.OPEN:
            yield "needs closing"
        return
    for need in missing_on(row, staff, today=seen.today):
        if seen.sees or not need.is_about_setting:
            yield f"needs {need.short}"
    if row.status == SessionStatus.OPEN and counts.booked < row.least:
        yield f"needs {row.least - counts.booked} more for the minimum of {row.least}"
