"""When somebody who left a seat has it back at once, and when they go by the queue."""

from datetime import datetime, timedelta

from sma.appointments.rules.fit import Barrier, Finding, Fit

# An undo takes back a slip of the hand, so it puts things as they were, whoever waits. Ten minutes is too short for
# the desk to have rung through the list and promised the seat; later, somebody may have been told that it is theirs.
OWN_SEAT_FOR = timedelta(minutes=10)


def has_own_seat(ended_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether an undo still gives a person the seat they left at `ended_at`, if nobody has it."""
    return ended_at is not None and now - ended_at < OWN_SEAT_FOR


def in_the_way(checked: Fit) -> Finding | None:
    """Return what keeps somebody from their own seat: only what nobody may pass. They are no newcomer."""
    return next((found for found in checked.findings if found.barrier is Barrier.HARD), None)
