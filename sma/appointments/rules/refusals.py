"""The ways in which a place is refused. Whatever the cause is in the person, all read alike at the desk."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sma.appointments.rules.fit import Finding
from sma.core.errors import Conflict
from sma.scheduling.rules import SessionStatus

DOES_NOT_SUIT = "This session may not suit. Nothing has been booked."
BUSY_BY_NOW = "They have another appointment at that time by now. Nothing was changed."


class NotBookable(Conflict):
    """The session takes no bookings: not published, paused, cancelled, begun or closed."""

    code = "not-bookable"
    message = "This session is not taking bookings. Choose another date."


class AlreadyBooked(Conflict):
    """The person already has a live place, or a spot on the list, in this session."""

    code = "already-booked"
    message = "They are already on this session's list. Open the session to see their place."


class CannotChange(Conflict):
    """The place is no longer in a state in which this act makes sense."""

    code = "cannot-change"
    message = "This place has changed since the page was opened. Look at the session again, then decide."


class AlreadyAnswered(Conflict):
    """The cultural lead's answer stands: whoever asked may have acted on it."""

    code = "already-answered"
    message = "This question has an answer already. Speak with whoever asked if it should change."


class Stopped(Conflict):
    """The one refusal behind the one stop page.

    Everything a client can see (status, code, message) is the same for every cause; `cause` is for the audit only.
    """

    code = "may-not-suit"
    message = DOES_NOT_SUIT

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__()


class NoWayBack(Conflict):
    """An undo came too late: somebody else has the seat, or the person is elsewhere at that time by now.

    Nothing was changed. `place_id` is the place they left, in `session_id`, for which they may wait with their turn.
    """

    code = "no-way-back"
    message = "Their seat has been given to somebody else meanwhile. Nothing was changed."

    def __init__(self, cause: str, *, place_id: UUID, session_id: UUID) -> None:
        self.is_busy, self.place_id, self.session_id = cause == "time", place_id, session_id
        super().__init__(BUSY_BY_NOW if self.is_busy else None)


class NeedsReason(Conflict):
    """Warnings that this user may pass, but has given no reason for yet."""

    code = "needs-reason"
    message = "Say why this booking should go ahead. The reason is kept with it."

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__()


_CLOSED = {
    SessionStatus.DRAFT: "This session is still a draft. Publish it before booking anybody.",
    SessionStatus.PAUSED: "This session is paused. Choose another date.",
    SessionStatus.CANCELLED: "This session was cancelled. Choose another date.",
    SessionStatus.CLOSED: "This session is closed and its record is locked. Choose another date.",
}


def closed_to_booking(status: str, starts_at: datetime, *, walk_in: bool, now: datetime) -> str | None:
    """Say why a session takes no bookings, or None when it does. A walk-in may join until the session is closed."""
    if status != SessionStatus.OPEN:
        return _CLOSED[SessionStatus(status)]
    if now >= starts_at and not walk_in:
        return "This session has begun. Add the person as a walk-in, or choose another date."
    return None
