"""What can still be undone in a session: for each person's place the newest change, while nothing came after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sma.appointments.queries.history import Line
from sma.appointments.queries.roster import RosterRow
from sma.appointments.rules import AppointmentStatus, has_own_seat

_ENDED = {"cancel": "is off this session", "move-away": "has moved to another session"}
_TAKEN = {"book": "is booked", "move": "has moved here", "give-place": "has a place now"}


@dataclass(frozen=True)
class Undo:
    """One change that a press takes back. `is_ended`: the place ended by it, and comes back.

    `by_queue`: it leads to a seat that was left too long ago to be the person's own.
    """

    place_id: UUID
    sentence: str
    at: datetime
    version: int
    is_ended: bool
    by_queue: bool


def undos(lines: Sequence[Line], rows: Sequence[RosterRow], *, now: datetime) -> dict[UUID, Undo]:
    """Return what can be undone, by place. Pure: it reads a session's history beside its roster."""
    by_place = {row.appointment_id: row for row in rows}
    found = {}
    for line in lines:
        row = by_place.get(line.place_id) if line.place_id and line.is_newest else None
        words = _words(line.did, row) if row else None
        if row and words:
            sentence, is_ended = f"{row.preferred} {words}.", line.did in _ENDED
            by_queue = (is_ended or line.did == "move") and not has_own_seat(line.at, now=now)
            found[row.appointment_id] = Undo(row.appointment_id, sentence, line.at, row.version, is_ended, by_queue)
    return found


def _words(did: str, row: RosterRow) -> str | None:
    if row.can_be_undone:
        return _ENDED.get(did)
    if row.status == AppointmentStatus.BOOKED:
        return _TAKEN.get(did)
    return "is on the waiting list" if row.is_waiting and did == "wait" else None
