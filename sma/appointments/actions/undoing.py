"""Undo: what was done to a person's place last is taken back. What they were told cannot be unsaid, so each undo is a
change of its own, with one message that follows the first.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments.actions.booking import refuse_if_closed, set_status
from sma.appointments.actions.changes import cancel
from sma.appointments.actions.holding import hold, hold_person
from sma.appointments.actions.returning import restore
from sma.appointments.actions.telling import What, invitation_of, tell
from sma.appointments.models import Appointment
from sma.appointments.rules import AppointmentStatus, CancelReason, CannotChange
from sma.core import audit
from sma.core.db import WriteSession
from sma.identity import CurrentUser


def undo(db: WriteSession, appointment_id: UUID, *, version: int, by: CurrentUser, now: datetime) -> Appointment:
    """Take back how a person came to their place, or to their turn on the list. Returns the place as it is then.

    Moved here, they go back to where they were; given the place from the waiting list, they wait again with their old
    turn; booked or put on the list, the entry ends as a mistake. `version` is what the page showed, so that nobody
    undoes a colleague's later change unseen.
    Locks the patient, then the session (both, after a move). Publishes: invitation.revised.
    Raises: NotFound, NotBookable, CannotChange, AlreadyBooked; NoWayBack, Stopped or NeedsReason when a move cannot
    go back.
    """
    hold_person(db, appointment_id)
    query = select(Appointment).where(col(Appointment.id) == appointment_id)
    place = db.exec(query.execution_options(populate_existing=True)).one()
    has_place = place.status == AppointmentStatus.BOOKED
    if place.version != version or not (has_place or place.status == AppointmentStatus.WAITLIST):
        raise CannotChange
    # Somebody who was moved here may have waited here since: the place they were given came last.
    if has_place and place.waited_since:
        return _wait_again(db, appointment_id, by=by, now=now)
    if has_place and place.moved_from_id:
        return restore(db, place.moved_from_id, by=by, now=now)
    return cancel(db, appointment_id, reason=CancelReason.ENTERED_BY_MISTAKE, by=by, now=now)


def _wait_again(db: WriteSession, appointment_id: UUID, *, by: CurrentUser, now: datetime) -> Appointment:
    held = hold(db, appointment_id)
    place, session = held.appointment, held.session
    refuse_if_closed(session, walk_in=False, now=now)
    set_status(place, AppointmentStatus.WAITLIST)
    place.waiting_since, place.waited_since = place.waited_since, None
    # Their calendar shows the place by now; that they wait, they knew before.
    tell(db, invitation_of(db, place, now=now), session, What.CANCEL, now=now)
    audit.record(db, by=by, did="back-to-list", on=place, now=now)
    return place
