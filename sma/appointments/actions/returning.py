"""The way back to a place that ended: to the person's own seat soon after, by the queue later, or to their turn."""

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
from sma.appointments.actions.changes import carry_over, end_place
from sma.appointments.actions.holding import Held, hold
from sma.appointments.actions.telling import What, invitation_of, invite_and_tell, tell
from sma.appointments.facts import check, read_scene
from sma.appointments.models import Appointment
from sma.appointments.rules import (
    AlreadyBooked,
    AppointmentStatus,
    CancelReason,
    CannotChange,
    Fit,
    NoWayBack,
    Stopped,
    has_own_seat,
    in_the_way,
)
from sma.core import audit
from sma.core.db import ReadSession, WriteSession
from sma.identity import CurrentUser, Permission
from sma.scheduling import GroupSession
from sma.scheduling.rules import SessionStatus

_LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.WAITLIST)
# A death is corrected on the person's page; a moved place goes back by moving.
_FINAL = (CancelReason.DECEASED, CancelReason.MOVED)
# What a later return meets in the queue: everything else is about the person.
_QUEUE = frozenset({"place", "waiting"})


def restore(db: WriteSession, appointment_id: UUID, *, by: CurrentUser, now: datetime) -> Appointment:
    """Undo a cancellation or a move. For ten minutes the person has their own seat back, whoever waits.

    After that they have it if a place is free and nobody waits for it; else they wait with the turn they had, and
    somebody who was moved keeps the other place meanwhile. Who had only been waiting waits again, with their turn.
    Locks the patient, then the session (both, after a move). Publishes: invitation.revised.
    Raises: NotFound, NotBookable, CannotChange, AlreadyBooked; NoWayBack when the own seat is gone; Stopped for
    somebody who has died since; Stopped or NeedsReason when a later move cannot go back.
    """
    if moved_to := _moved_to(db, appointment_id):
        return _move_back(db, appointment_id, *moved_to, by=by, now=now)
    held = hold(db, appointment_id)
    appointment, session = held.appointment, held.session
    if appointment.status != AppointmentStatus.CANCELLED or appointment.reason in _FINAL:
        raise CannotChange
    refuse_if_closed(session, walk_in=False, now=now)
    _refuse_if_here(db, session, appointment)
    gets_place = appointment.waiting_since is None and _gets_place(db, held, by=by, now=now)
    return _reopen(db, held, gets_place=gets_place, by=by, now=now)


def wait_with_turn(db: WriteSession, appointment_id: UUID, *, by: CurrentUser, now: datetime) -> Appointment:
    """Put somebody who left a session on its waiting list, with the turn they had; a place elsewhere stays theirs.

    Locks the patient, then the session. Publishes: invitation.revised.
    Raises: NotFound, NotBookable, CannotChange, AlreadyBooked; Stopped for somebody who has died since.
    """
    held = hold(db, appointment_id)
    left, session = held.appointment, held.session
    if left.status != AppointmentStatus.CANCELLED or left.reason == CancelReason.DECEASED:
        raise CannotChange
    refuse_if_closed(session, walk_in=False, now=now)
    _refuse_if_here(db, session, left)
    if left.reason == CancelReason.MOVED:
        return _wait_as_well(db, left, session, by=by, now=now)
    return _reopen(db, held, gets_place=False, by=by, now=now)


def _refuse_if_here(db: ReadSession, session: GroupSession, left: Appointment) -> None:
    scene = read_scene(db, session.id, left.patient_id, besides=left.id)
    if scene is None or scene.is_here:
        raise AlreadyBooked
    if scene.person.is_deceased:
        raise Stopped("person")


def _gets_place(db: ReadSession, held: Held, *, by: CurrentUser, now: datetime) -> bool:
    """Tell whether somebody taken off has a seat again. Raises: NoWayBack when their own seat is gone."""
    left, checked = held.appointment, check_held(db, held)
    if has_own_seat(left.ended_at, now=now):
        _refuse_if_gone(checked, left)
        return True
    return not checked.unpassed(left.passed_warnings, may_pass=by.may(Permission.PASS_WARNING))


def _refuse_if_gone(checked: Fit, left: Appointment) -> None:
    if found := in_the_way(checked):
        raise NoWayBack(found.code, place_id=left.id, session_id=left.group_session_id)


def _reopen(db: WriteSession, held: Held, *, gets_place: bool, by: CurrentUser, now: datetime) -> Appointment:
    appointment = held.appointment
    set_status(appointment, AppointmentStatus.BOOKED if gets_place else AppointmentStatus.WAITLIST)
    appointment.reason = appointment.ended_at = None
    if not gets_place:
        appointment.waiting_since = _turn_of(appointment)
    invitation = invitation_of(db, appointment, now=now)
    tell(db, invitation, held.session, What.REQUEST if gets_place else What.WAITING, now=now)
    audit.record(db, by=by, did="restore", on=appointment, now=now, status=appointment.status)
    return appointment


def _turn_of(left: Appointment) -> datetime:
    """Their turn on the list, if they had one; else it counts from the day they were booked."""
    return left.waiting_since or left.waited_since or left.booked_at


def _move_back(
    db: WriteSession, old_id: UUID, new_id: UUID, home_id: UUID, *, by: CurrentUser, now: datetime
) -> Appointment:
    """Undo a move: to a place in the old session or, for somebody who had waited there, to their turn on its list."""
    held = hold(db, new_id, target_id=home_id)
    query = select(Appointment).where(col(Appointment.id) == old_id)
    old = db.exec(query.execution_options(populate_existing=True)).one()
    home = held.target
    if home is None or held.session.status == SessionStatus.CLOSED or held.appointment.status not in _LIVE:
        raise CannotChange
    refuse_if_closed(home, walk_in=False, now=now)
    scene = scene_of_newcomer(db, home_id, old.patient_id, besides=new_id)
    if scene.person.is_deceased:
        raise Stopped("person")
    if old.waiting_since is not None:
        return _back_to_turn(db, held, old, by=by, now=now)
    checked = check(db, home, scene)
    # What was explained when they had their place there needs no second explanation.
    if has_own_seat(old.ended_at, now=now):
        _refuse_if_gone(checked, old)
    elif open_points := checked.unpassed(old.passed_warnings, may_pass=by.may(Permission.PASS_WARNING)):
        if {found.code for found in open_points} <= _QUEUE:
            return _wait_as_well(db, old, home, by=by, now=now)
        raise refusal(open_points, may_pass=by.may(Permission.PASS_WARNING))
    return carry_over(db, held, home, passed_in(checked, old.passed_warnings), by=by, now=now)


def _back_to_turn(db: WriteSession, held: Held, old: Appointment, *, by: CurrentUser, now: datetime) -> Appointment:
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


def _wait_as_well(
    db: WriteSession, left: Appointment, session: GroupSession, *, by: CurrentUser, now: datetime
) -> Appointment:
    """Let somebody who was moved away wait here as well: the place they have by now stays theirs."""
    entry = Appointment(
        group_session_id=session.id,
        patient_id=left.patient_id,
        status=AppointmentStatus.WAITLIST,
        booked_at=now,
        booked_by_id=by.id,
        waiting_since=_turn_of(left),
        passed_warnings=left.passed_warnings,
    )
    add_place(db, entry)
    invite_and_tell(db, entry, session, What.WAITING, now=now)
    audit.record(db, by=by, did="wait", on=entry, now=now)
    return entry


def _moved_to(db: ReadSession, appointment_id: UUID) -> tuple[UUID, UUID] | None:
    """Return the place that this one was moved to, if it is still live, and this one's own session."""
    _old = (
        select(Appointment.group_session_id)
        .where(col(Appointment.id) == appointment_id, col(Appointment.reason) == CancelReason.MOVED)
        .scalar_subquery()
    )
    return db.exec(
        select(Appointment.id, _old).where(
            col(Appointment.moved_from_id) == appointment_id, col(Appointment.status).in_(_LIVE)
        )
    ).first()
