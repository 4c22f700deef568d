"""What happens to everybody's place when the session itself is cancelled, or its time or place changes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments.actions.changes import end_place
from sma.appointments.actions.telling import What, details_of, invite, newest_details, says_the_same, tell
from sma.appointments.models import Appointment, Invitation
from sma.appointments.rules import AppointmentStatus, CancelReason, CannotChange
from sma.core import audit, outbox
from sma.core.db import Database, ReadSession, WriteSession
from sma.core.outbox import Work
from sma.identity import CurrentUser
from sma.scheduling import GroupSession, lock_session, mark_cancelled
from sma.scheduling.rules import SessionStatus

_TOLD = (AppointmentStatus.BOOKED, AppointmentStatus.WAITLIST)


def cancel_session(db: WriteSession, session_id: UUID, *, by: CurrentUser, now: datetime) -> int:
    """Cancel a session for everyone, people on the waiting list too; each of them is told once. Returns how many.

    Locks the session (every change of a place in it waits for that lock). Publishes: invitation.revised for each.
    Raises: NotFound; SessionLocked when it is closed or cancelled; CannotChange once somebody has arrived.
    """
    session = lock_session(db, session_id)
    mark_cancelled(db, session, by=by, now=now)
    places = _live(db, session_id)
    if any(place.status not in _TOLD for place in places):
        raise CannotChange("Somebody has come already. Record who was here and close the session instead.")
    invitations = _invitations(db, places)
    for place in places:
        was_waiting = place.status == AppointmentStatus.WAITLIST
        end_place(place, CancelReason.SESSION_CANCELLED, now=now)
        invitation = invitations.get(place.id) or invite(db, place, now=now)
        tell(db, invitation, session, What.CANCEL, now=now, was_waiting=was_waiting)
    return len(places)


def revise_invitations(database: Database, work: Work, *, now: datetime) -> None:
    """Tell people that the time or place of their session changed. Handler of session.changed.

    One new revision for each person whose last message no longer says the truth, also for those waiting: they keep
    that time free. Whoever already read the same, or booked after the change, is told nothing; so a second run of the
    same work writes nothing. Nobody is told about a session that is over, cancelled or not published.
    Locks the session. Publishes: invitation.revised for each.
    """
    with database.write() as db:
        session = lock_session(db, work.subject_id)
        if session.status == SessionStatus.OPEN and session.ends_at > now:
            told = _tell_what_changed(db, session, now=now)
            if told:
                audit.record(db, by=None, did="tell-change", on=session, now=now, told=told)
        outbox.finish(db, work, now=now)


def _tell_what_changed(db: WriteSession, session: GroupSession, *, now: datetime) -> int:
    places = [place for place in _live(db, session.id) if place.status in _TOLD]
    invitations = _invitations(db, places)
    said = newest_details(db, [invitation.id for invitation in invitations.values()])
    present = details_of(db, session)
    told = 0
    for place in places:
        invitation = invitations.get(place.id) or invite(db, place, now=now)
        if says_the_same(said.get(invitation.id, {}), present):
            continue
        is_waiting = place.status == AppointmentStatus.WAITLIST
        tell(db, invitation, session, What.WAITING if is_waiting else What.REQUEST, now=now)
        told += 1
    return told


def _live(db: ReadSession, session_id: UUID) -> Sequence[Appointment]:
    ended = (AppointmentStatus.CANCELLED, AppointmentStatus.ENTERED_IN_ERROR)
    query = select(Appointment).where(
        col(Appointment.group_session_id) == session_id, col(Appointment.status).not_in(ended)
    )
    return db.exec(query.order_by(col(Appointment.booked_at), col(Appointment.id))).all()


def _invitations(db: ReadSession, places: Sequence[Appointment]) -> dict[UUID, Invitation]:
    wanted = [place.id for place in places]
    rows = db.exec(select(Invitation).where(col(Invitation.appointment_id).in_(wanted)))
    return {row.appointment_id: row for row in rows}
