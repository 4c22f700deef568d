"""What a death does to a person's places, and what taking a mistaken one back does. No death is ever written about.

The person's page, the import and the worker come by here. Past sessions, their evidence and their claims stay as they
are; so does the place of somebody who had already come.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments.actions.booking import check_held, set_status
from sma.appointments.actions.changes import end_place
from sma.appointments.actions.holding import Held
from sma.appointments.actions.telling import What, details_of, invitation_of, newest_details, says_the_same, tell
from sma.appointments.models import Appointment
from sma.appointments.rules import AppointmentStatus, Barrier, CancelReason
from sma.core import audit
from sma.core.audit import Actor
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people import ToldBy, mark_deceased, unmark_deceased
from sma.scheduling import GroupSession, lock_session
from sma.scheduling.rules import SessionStatus

_LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.WAITLIST)
_SETTLED = (SessionStatus.CLOSED, SessionStatus.CANCELLED)


@dataclass(frozen=True)
class PutBack:
    """How many places came back when a death was corrected, as places or spots on the list, and how many did not."""

    back: int
    lost: int


def record_death(
    db: WriteSession, patient_id: UUID, *, told_by: ToldBy, died_on: date | None, by: CurrentUser, now: datetime
) -> int:
    """Keep that a person has died, and end every place they have from now on. Returns how many places ended.

    Locks the patient, then the sessions in id order. Publishes: patient.died.
    Raises: PersonNotFound, DeathAlreadyRecorded, Invalid.
    """
    mark_deceased(db, patient_id, told_by=told_by, died_on=died_on, by=by, now=now)
    return end_places(db, patient_id, by=by, now=now)


def end_places(db: WriteSession, patient_id: UUID, *, by: Actor | None, now: datetime) -> int:
    """End the places of somebody who has died in all sessions that are not over; each is free at once.

    The caller holds the patient's row. Locks the sessions in id order. Returns how many places ended.
    """
    wanted = col(GroupSession.ends_at) > now, col(GroupSession.status).not_in(_SETTLED)
    held = _hold(db, patient_id, _LIVE, *wanted)
    for each in held:
        was_waiting = each.appointment.status == AppointmentStatus.WAITLIST
        end_place(each.appointment, CancelReason.DECEASED, now=now)
        reason = CancelReason.DECEASED
        audit.record(db, by=by, did="cancel", on=each.appointment, now=now, reason=reason, was_waiting=was_waiting)
    db.flush()  # counts of places are read without the session's own memory
    return len(held)


def correct_death(db: WriteSession, patient_id: UUID, *, by: CurrentUser, now: datetime) -> PutBack:
    """Take back a death that was entered by mistake, and give the person their coming places again where that can be.

    A seat that somebody else has by now is waited for. Nothing was said about the end of a place, so nothing is said
    about its return, unless it now differs from what the person last heard. In a session that is cancelled, or that
    began without a seat for them, the place stays ended as the clinic's doing.
    Locks the patient, then the sessions in id order. Publishes: patient.death-corrected, invitation.revised.
    Raises: PersonNotFound, NoDeathRecorded.
    """
    unmark_deceased(db, patient_id, by=by, now=now)
    wanted = col(Appointment.reason) == CancelReason.DECEASED, col(GroupSession.status) != SessionStatus.CLOSED
    held = _hold(db, patient_id, (AppointmentStatus.CANCELLED,), *wanted)
    back = sum(_put_back(db, each, by=by, now=now) for each in held)
    return PutBack(back, len(held) - back)


def _hold(
    db: WriteSession, patient_id: UUID, statuses: Collection[AppointmentStatus], *conditions: object
) -> list[Held]:
    """Lock the sessions of a person's places in id order, and read those places afresh."""
    query = (
        select(Appointment)
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .where(col(Appointment.patient_id) == patient_id, col(Appointment.status).in_(statuses), *conditions)  # type: ignore[arg-type]
        .order_by(col(GroupSession.id), col(Appointment.id))
        .execution_options(populate_existing=True)
    )
    sessions = {key: lock_session(db, key) for key in sorted({each.group_session_id for each in db.exec(query)})}
    # Read again: a roll call or the cancelling of a session may have come first while the locks were waited for.
    return [Held(each, sessions[each.group_session_id]) for each in db.exec(query) if each.group_session_id in sessions]


def _put_back(db: WriteSession, held: Held, *, by: CurrentUser, now: datetime) -> bool:
    """Give one place back, or a spot on the list; False when there is neither, and the place stays ended."""
    appointment, session = held.appointment, held.session
    had_place = appointment.waiting_since is None
    status = _status_again(db, held, had_place=had_place, now=now)
    if status is None:
        is_off = session.status == SessionStatus.CANCELLED
        reason = CancelReason.SESSION_CANCELLED if is_off else CancelReason.CLINIC
        appointment.reason = reason
        if session.starts_at > now:
            invitation = invitation_of(db, appointment, now=now)
            tell(db, invitation, session, What.CANCEL, now=now, was_waiting=not had_place)
        audit.record(db, by=by, did="cancel", on=appointment, now=now, reason=reason, was_waiting=not had_place)
        return False
    set_status(appointment, status)
    appointment.reason = appointment.ended_at = None
    if status is AppointmentStatus.WAITLIST:
        # The seat went by our mistake: their turn counts from the day they had it.
        appointment.waiting_since = appointment.waiting_since or appointment.booked_at
    if session.starts_at > now:
        _say_what_differs(db, held, lost_seat=had_place and status is AppointmentStatus.WAITLIST, now=now)
    audit.record(db, by=by, did="restore", on=appointment, now=now, status=appointment.status)
    return True


def _status_again(db: WriteSession, held: Held, *, had_place: bool, now: datetime) -> AppointmentStatus | None:
    """Tell what a place becomes. The seat was theirs, so only what nobody may pass (a full room) stands in the way."""
    if held.session.status in _SETTLED:
        return None
    if not had_place:
        return AppointmentStatus.WAITLIST
    if all(finding.barrier < Barrier.HARD for finding in check_held(db, held).findings):
        return AppointmentStatus.BOOKED
    return AppointmentStatus.WAITLIST if held.session.starts_at > now else None


def _say_what_differs(db: WriteSession, held: Held, *, lost_seat: bool, now: datetime) -> None:
    session = held.session
    invitation = invitation_of(db, held.appointment, now=now)
    if lost_seat:
        # Their calendar still shows the place: it is taken out, and then they hear that they wait.
        tell(db, invitation, session, What.CANCEL, now=now)
        tell(db, invitation, session, What.WAITING, now=now)
        return
    db.flush()  # an invitation made just now is not in the table yet
    said = newest_details(db, [invitation.id]).get(invitation.id, {})
    if not says_the_same(said, details_of(db, session)):
        waits = held.appointment.status == AppointmentStatus.WAITLIST
        tell(db, invitation, session, What.WAITING if waits else What.REQUEST, now=now)
