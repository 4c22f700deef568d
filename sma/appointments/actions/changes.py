"""Ending and moving one person's place. Nobody else's place, and never the session, is touched."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sma.appointments.actions.booking import (
    add_place,
    passed_in,
    refusal,
    refuse_if_closed,
    scene_of_newcomer,
    set_status,
)
from sma.appointments.actions.holding import Held, hold
from sma.appointments.actions.telling import What, invitation_of, tell
from sma.appointments.facts import check
from sma.appointments.models import Appointment
from sma.appointments.rules import AppointmentStatus, CancelReason, CannotChange
from sma.core import audit
from sma.core.db import WriteSession
from sma.identity import CurrentUser, Permission
from sma.scheduling import GroupSession
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
    checked = check(db, target, scene_of_newcomer(db, target.id, old.patient_id, besides=old.id))
    reasons = {code: reason for code, reason in (passed or {}).items() if reason.strip()}
    if open_points := checked.unpassed(reasons, may_pass=by.may(Permission.PASS_WARNING)):
        raise refusal(open_points, may_pass=by.may(Permission.PASS_WARNING))
    return carry_over(db, held, target, passed_in(checked, reasons), by=by, now=now)


def carry_over(
    db: WriteSession, held: Held, target: GroupSession, passed: dict[str, str], *, by: CurrentUser, now: datetime
) -> Appointment:
    """End a held place and begin one in `target`, with its invitation and one message; everything is checked before.

    Publishes: invitation.revised. Raises: CannotChange, AlreadyBooked.
    """
    old = held.appointment
    invitation = invitation_of(db, old, now=now)
    end_place(old, CancelReason.MOVED, now=now)
    new = Appointment(
        group_session_id=target.id,
        patient_id=old.patient_id,
        status=AppointmentStatus.BOOKED,
        booked_at=now,
        booked_by_id=by.id,
        moved_from_id=old.id,
        passed_warnings=passed,
    )
    add_place(db, new)
    invitation.appointment_id = new.id
    tell(db, invitation, target, What.REQUEST, now=now)
    audit.record(db, by=by, did="move", on=new, now=now)
    audit.record(db, by=by, did="move-away", on=old, now=now)
    return new


def end_place(appointment: Appointment, reason: CancelReason, *, is_mistake: bool = False, now: datetime) -> None:
    """End a place in memory; its row and its history stay. Raises: CannotChange."""
    set_status(appointment, AppointmentStatus.ENTERED_IN_ERROR if is_mistake else AppointmentStatus.CANCELLED)
    appointment.reason, appointment.ended_at = reason, now
