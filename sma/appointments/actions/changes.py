"""Ending, moving and reinstating one person's place. Nobody else's place, and never the session, is touched."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments.actions.booking import (
    add_place,
    check_held,
    passed_in,
    refusal,
    refuse_if_closed,
    scene_of_newcomer,
    set_status,
)
from sma.appointments.actions.holding import Held, hold
from sma.appointments.actions.telling import What, invitation_of, tell
from sma.appointments.facts import check, read_scene
from sma.appointments.models import Appointment
from sma.appointments.rules import AlreadyBooked, AppointmentStatus, CancelReason, CannotChange, Stopped
from sma.core import audit
from sma.core.db import ReadSession, WriteSession
from sma.identity import CurrentUser, Permission
from sma.scheduling.rules import SessionStatus

_MOVABLE = (AppointmentStatus.BOOKED, AppointmentStatus.WAITLIST)


def cancel(
    db: WriteSession, appointment_id: UUID, *, reason: CancelReason, by: CurrentUser, now: datetime
) -> Appointment:
    """Take one person off a session, or off its waiting list; the place is free at once.

    The person hears of it, unless the session has begun.
    Locks the patient, then the session. Publishes: invitation.revised.
    Raises: NotFound, CannotChange.
    """
    held = hold(db, appointment_id)
    appointment, session = held.appointment, held.session
    if session.status == SessionStatus.CLOSED:
        raise CannotChange("This session is closed and its record is locked.")
    was_waiting = appointment.status == AppointmentStatus.WAITLIST
    is_mistake = reason is CancelReason.ENTERED_BY_MISTAKE
    end_place(appointment, reason, is_mistake=is_mistake, now=now)
    if session.starts_at > now:
        invitation = invitation_of(db, appointment, now=now)
        tell(db, invitation, session, What.CANCEL, now=now, was_waiting=was_waiting)
    audit.record(db, by=by, did="cancel", on=appointment, now=now, reason=reason, was_waiting=was_waiting)
    return appointment


def move(
    db: WriteSession,
    appointment_id: UUID,
    to_session_id: UUID,
    *,
    passed: Mapping[str, str] | None = None,
    by: CurrentUser,
    now: datetime,
) -> Appointment:
    """Move a person to another session: the old place ends and the new one begins in one step, or nothing happens.

    The invitation goes along (same UID, next sequence), so that the person gets one message, an updated time, and not
    a cancellation and a stranger. Returns the new place.
    Locks the patient, then both sessions in id order. Publishes: invitation.revised.
    Raises: NotFound, NotBookable, CannotChange, AlreadyBooked, NeedsReason, Stopped.
    """
    held = hold(db, appointment_id, target_id=to_session_id)
    old, session, target = held.appointment, held.session, held.target
    if target is None or target.id == session.id or old.status not in _MOVABLE:
        raise CannotChange
    if session.status == SessionStatus.CLOSED:
        raise CannotChange("This session is closed and its record is locked.")
    refuse_if_closed(target, walk_in=False, now=now)
    scene = scene_of_newcomer(db, target.id, old.patient_id, besides=old.id)
    checked = check(db, target, scene)
    reasons = {code: reason for code, reason in (passed or {}).items() if reason.strip()}
    if open_points := checked.unpassed(reasons, may_pass=by.may(Permission.PASS_WARNING)):
        raise refusal(open_points, may_pass=by.may(Permission.PASS_WARNING))
    invitation = invitation_of(db, old, now=now)
    end_place(old, CancelReason.MOVED, now=now)
    new = Appointment(
        group_session_id=target.id,
        patient_id=old.patient_id,
        status=AppointmentStatus.BOOKED,
        booked_at=now,
        booked_by_id=by.id,
        moved_from_id=old.id,
        passed_warnings=passed_in(checked, reasons),
    )
    add_place(db, new)
    invitation.appointment_id = new.id
    tell(db, invitation, target, What.REQUEST, now=now)
    audit.record(db, by=by, did="move", on=new, now=now)
    audit.record(db, by=by, did="move-away", on=old, now=now)
    return new


def restore(db: WriteSession, appointment_id: UUID, *, by: CurrentUser, now: datetime) -> Appointment:
    """Undo a cancellation or a move: the person has their place again if it is still free, else waits for one.

    Somebody who had only been waiting waits again, with the turn they had. Locks the patient, then the session (both,
    after a move). Publishes: invitation.revised.
    Raises: NotFound, NotBookable, CannotChange, AlreadyBooked; Stopped for somebody who has died since; Stopped or
    NeedsReason when a move cannot go back.
    """
    if moved_to := _moved_to(db, appointment_id):
        return _move_back(db, appointment_id, *moved_to, by=by, now=now)
    held = hold(db, appointment_id)
    appointment, session = held.appointment, held.session
    if appointment.status != AppointmentStatus.CANCELLED or appointment.reason in _FINAL:
        raise CannotChange
    refuse_if_closed(session, walk_in=False, now=now)
    scene = read_scene(db, session.id, appointment.patient_id, besides=appointment.id)
    if scene is None or scene.is_here:
        raise AlreadyBooked
    if scene.person.is_deceased:
        raise Stopped("person")
    gets_place = appointment.waiting_since is None and _may_return(db, held, by)
    set_status(appointment, AppointmentStatus.BOOKED if gets_place else AppointmentStatus.WAITLIST)
    appointment.reason = appointment.ended_at = None
    if not gets_place:
        appointment.waiting_since = appointment.waiting_since or now
    invitation = invitation_of(db, appointment, now=now)
    tell(db, invitation, session, What.REQUEST if gets_place else What.WAITING, now=now)
    audit.record(db, by=by, did="restore", on=appointment, now=now, status=appointment.status)
    return appointment


def _move_back(
    db: WriteSession, old_id: UUID, new_id: UUID, home_id: UUID, *, by: CurrentUser, now: datetime
) -> Appointment:
    """Undo a move: to a place in the old session or, for somebody who had waited there, to their turn on its list."""
    held = hold(db, new_id, target_id=home_id)
    query = select(Appointment).where(col(Appointment.id) == old_id)
    old = db.exec(query.execution_options(populate_existing=True)).one()
    if old.waiting_since is None:
        # What was explained when they had their place there needs no second explanation.
        return move(db, new_id, home_id, passed=old.passed_warnings, by=by, now=now)
    if held.target is None or held.session.status == SessionStatus.CLOSED:
        raise CannotChange
    refuse_if_closed(held.target, walk_in=False, now=now)
    if scene_of_newcomer(db, home_id, old.patient_id, besides=new_id).person.is_deceased:
        raise Stopped("person")
    invitation = invitation_of(db, held.appointment, now=now)
    # Their calendar shows the place they leave; that they wait for the other, they knew before.
    tell(db, invitation, held.session, What.CANCEL, now=now)
    invitation.appointment_id = old.id
    end_place(held.appointment, CancelReason.MOVED, now=now)
    set_status(old, AppointmentStatus.WAITLIST)
    old.reason = old.ended_at = None
    audit.record(db, by=by, did="restore", on=old, now=now, status=old.status)
    audit.record(db, by=by, did="move-away", on=held.appointment, now=now)
    return old


# A death is corrected on the person's page; a moved place goes back by moving.
_FINAL = (CancelReason.DECEASED, CancelReason.MOVED)


def end_place(appointment: Appointment, reason: CancelReason, *, is_mistake: bool = False, now: datetime) -> None:
    """End a place in memory; its row and its history stay. Raises: CannotChange."""
    set_status(appointment, AppointmentStatus.ENTERED_IN_ERROR if is_mistake else AppointmentStatus.CANCELLED)
    appointment.reason, appointment.ended_at = reason, now


def _may_return(db: ReadSession, held: Held, by: CurrentUser) -> bool:
    checked = check_held(db, held)
    return not checked.unpassed(held.appointment.passed_warnings, may_pass=by.may(Permission.PASS_WARNING))


def _moved_to(db: ReadSession, appointment_id: UUID) -> tuple[UUID, UUID] | None:
    """Return the place that this one was moved to, if it is still live, and this one's own session."""
    _old = (
        select(Appointment.group_session_id)
        .where(col(Appointment.id) == appointment_id, col(Appointment.reason) == CancelReason.MOVED)
        .scalar_subquery()
    )
    return db.exec(
        select(Appointment.id, _old).where(
            col(Appointment.moved_from_id) == appointment_id, col(Appointment.status).in_(_MOVABLE)
        )
    ).first()
