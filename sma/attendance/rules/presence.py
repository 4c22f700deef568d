"""One person's presence: what each press means, what stands after a row of presses, how late somebody came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sma.appointments.rules import AppointmentStatus
from sma.attendance.rules.intervals import NotRecordable


class Presence(StrEnum):
    ARRIVED = "arrived"
    LATE = "late"
    ABSENT = "absent"
    LEFT = "left"


HERE = (Presence.ARRIVED, Presence.LATE)
# Who was in the session at all, whether or not to its end.
CAME = (*HERE, Presence.LEFT)
NOT_RECORDED = "Not recorded"
PRESENCE_WORDS = {
    Presence.ARRIVED: "Arrived",
    Presence.LATE: "Late",
    Presence.ABSENT: "Absent",
    Presence.LEFT: "Left",
}


@dataclass(frozen=True)
class Marked:
    """One press: what was said (None: not recorded after all) and when it happened."""

    presence: str | None
    happened_at: datetime


@dataclass(frozen=True)
class Standing:
    """What holds for one person now."""

    presence: Presence | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None


def standing(marks: Sequence[Marked]) -> Standing:
    """Read what holds now from the whole log, oldest press first. The newest press wins.

    Somebody marked as left keeps the arrival that was recorded before, also when a wrong press lies between.
    """
    now = Standing()
    came: datetime | None = None
    for mark in marks:
        match mark.presence:
            case Presence.ARRIVED | Presence.LATE:
                came = mark.happened_at
                now = Standing(Presence(mark.presence), came)
            case Presence.LEFT:
                now = Standing(Presence.LEFT, came, mark.happened_at)
            case Presence.ABSENT:
                now = Standing(Presence.ABSENT)
            case _:
                now = Standing()
    return now


def check_marks(marks: Sequence[Marked], *, now: datetime) -> Standing:
    """Return what would hold after these presses.

    Raises: NotRecordable when the last one lies in the future, or somebody would leave without, or before, arriving.
    """
    after = standing(marks)
    if marks and marks[-1].happened_at > now:
        raise NotRecordable(fields={"at": "That time is still to come. Check the hour."})
    if after.presence is Presence.LEFT and after.arrived_at is None:
        raise NotRecordable(fields={"presence": "Record that they arrived first, then that they left."})
    if after.arrived_at and after.left_at and after.left_at < after.arrived_at:
        raise NotRecordable(fields={"at": "They can't leave before they arrived. Check both times."})
    return after


def late_minutes(arrived_at: datetime | None, starts_at: datetime) -> int | None:
    """Return whole minutes after the planned start, 0 for somebody on time, None for somebody who did not come."""
    if arrived_at is None:
        return None
    return max(0, int((arrived_at - starts_at).total_seconds()) // 60)


def status_for(presence: str | None, *, is_closed: bool) -> AppointmentStatus:
    """Return the state of the place that goes with a presence. Once the session is closed, who came has attended."""
    if presence is None:
        return AppointmentStatus.BOOKED
    if presence == Presence.ABSENT:
        return AppointmentStatus.NOSHOW
    return AppointmentStatus.FULFILLED if is_closed else AppointmentStatus.ARRIVED
