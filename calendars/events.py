"""The one thing an invitation is about: one person's appointment, as plain values.

An Event that exists can be sent: whatever a calendar program would read wrongly is refused here.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from calendars.text import plain_address
from calendars.zones import wall_time, zone_row

_UID = re.compile(r"[A-Za-z0-9._@:+-]{1,64}")


class NotAnEvent(ValueError):
    """Values that cannot become an invitation. `message` names the field, never its content."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One person's appointment in one revision.

    `uid` stays for the appointment's life and names nobody. `sequence` and `revised_at` rise with every
    message; both come from the stored revision, so that sending again gives the same bytes. `revised_at` and
    `created_at` are UTC in whole seconds. `starts` and `ends` are times on the clock of `timezone`. Exactly
    one person, `attendee_…`, is named besides the clinic.

    Raises: NotAnEvent, UnknownZone, WallTimeGap, WallTimeOverlap, NotAnAddress.
    """

    uid: str
    sequence: int
    revised_at: datetime
    created_at: datetime
    starts: datetime
    ends: datetime
    timezone: str
    summary: str
    description: str
    location: str
    organiser_name: str
    organiser_address: str
    attendee_name: str
    attendee_address: str

    def __post_init__(self) -> None:
        if not _UID.fullmatch(self.uid):
            raise NotAnEvent("uid must be 1 to 64 letters, digits or . _ @ : + -")
        if self.sequence < 0:
            raise NotAnEvent("sequence starts at 0 and only rises")
        _check_stamp(self.revised_at, "revised_at")
        _check_stamp(self.created_at, "created_at")
        self._check_times()
        # Outlook tells someone who is both "as the organiser you need not respond" and hides the buttons.
        organiser, attendee = plain_address(self.organiser_address), plain_address(self.attendee_address)
        if organiser.lower() == attendee.lower():
            raise NotAnEvent("the clinic cannot invite its own mailbox")

    def _check_times(self) -> None:
        if self.starts.microsecond or self.ends.microsecond:
            raise NotAnEvent("starts and ends are whole seconds")
        if self.starts.date() < zone_row(self.timezone).valid_from:
            raise NotAnEvent("starts lies before the days for which the time zone table is right")
        if wall_time(self.ends, self.timezone) <= wall_time(self.starts, self.timezone):
            raise NotAnEvent("ends must come after starts")


def _check_stamp(at: datetime, field: str) -> None:
    if at.tzinfo is not UTC:
        raise NotAnEvent(f"{field} must be in UTC (datetime.UTC)")
    if at.microsecond:
        raise NotAnEvent(f"{field} must be whole seconds")
