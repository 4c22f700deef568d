"""Giving somebody a place: from the desk, at the door, or from the waiting list."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from sma.appointments.actions.holding import Held, hold
from sma.appointments.actions.questions import ask_lead as ask
from sma.appointments.actions.telling import What, invitation_of, invite_and_tell, tell
from sma.appointments.facts import Scene, check, read_scene
from sma.appointments.models import Appointment
from sma.appointments.rules import (
    AlreadyBooked,
    AppointmentStatus,
    Barrier,
    CannotChange,
    Finding,
    Fit,
    NeedsReason,
    NotBookable,
    Stopped,
    closed_to_booking,
    may_become,
)
from sma.appointments.rules.fit import NOT_SAID
from sma.core import audit
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser, Permission
from sma.people import hold_patients
from sma.scheduling import GroupSession, lock_session

LONGEST_REASON = 300


def book(
    db: WriteSession,
    session_id: UUID,
    patient_id: UUID,
    *,
    passed: Mapping[str, str] | None = None,
    waiting_ok: bool = False,
    walk_in: bool = False,
    ask_lead: bool = False,
    by: CurrentUser,
    now: datetime,
) -> Appointment:
    """Give a person a place in a session or, with `waiting_ok`, a spot on its waiting list when they can't have one.

    `passed` holds reasons by check code. The waiting list takes everyone but the deceased; `ask_lead` also puts them
    before the cultural lead. Everything is checked again here, whatever a page showed before.
    Locks the patient, then the session. Publishes: invitation.revised.
    Raises: NotFound, NotBookable, AlreadyBooked; NeedsReason for warnings this user may pass; Stopped for the rest.
    """
    hold_patients(db, [patient_id])
    session = lock_session(db, session_id)
    refuse_if_closed(session, walk_in=walk_in, now=now)
    scene = scene_of_newcomer(db, session_id, patient_id)
    checked = check(db, session, scene, is_begun=session.starts_at <= now)
    reasons = _kept(passed or {})
    open_points = checked.unpassed(reasons, may_pass=by.may(Permission.PASS_WARNING))
    if open_points and (not waiting_ok or scene.person.is_deceased):
        raise refusal(open_points, may_pass=by.may(Permission.PASS_WARNING))
    status = AppointmentStatus.WAITLIST if open_points else AppointmentStatus.BOOKED
    appointment = Appointment(
        group_session_id=session.id,
        patient_id=patient_id,
        status=status,
        is_walk_in=walk_in,
        booked_at=now,
        booked_by_id=by.id,
        waiting_since=now if open_points else None,
        passed_warnings=passed_in(checked, reasons),
    )
    add_place(db, appointment)
    if open_points and ask_lead:
        ask(db, appointment, by=by, now=now)
    # A walk-in stands in the room, and is told there: there is nothing to invite them to.
    says = None if walk_in or session.starts_at <= now else What.WAITING if open_points else What.REQUEST
    invite_and_tell(db, appointment, session, says, now=now)
    did = "wait" if open_points else "book"
    codes = " ".join(sorted(appointment.passed_warnings)) or None
    asked = bool(open_points and ask_lead)
    audit.record(db, by=by, did=did, on=appointment, now=now, passed=codes, walk_in=walk_in, asked_lead=asked)
    return appointment


def give_place(
    db: WriteSession,
    appointment_id: UUID,
    *,
    passed: Mapping[str, str] | None = None,
    by: CurrentUser,
    now: datetime,
) -> Appointment:
    """Give somebody who waits a place. Passing over a person who has waited longer needs a reason ("waiting").

    Locks the patient, then the session. Publishes: invitation.revised.
    Raises: NotFound, NotBookable, CannotChange, NeedsReason, Stopped.
    """
    held = hold(db, appointment_id)
    appointment, session = held.appointment, held.session
    if appointment.status != AppointmentStatus.WAITLIST:
        raise CannotChange
    refuse_if_closed(session, walk_in=False, now=now)
    checked = check_held(db, held)
    reasons = dict(appointment.passed_warnings) | _kept(passed or {})
    open_points = checked.unpassed(reasons, may_pass=by.may(Permission.PASS_WARNING))
    if open_points:
        raise refusal(open_points, may_pass=by.may(Permission.PASS_WARNING))
    set_status(appointment, AppointmentStatus.BOOKED)
    appointment.waited_since = appointment.waiting_since
    appointment.waiting_since = None
    appointment.passed_warnings = passed_in(checked, reasons)
    tell(db, invitation_of(db, appointment, now=now), session, What.REQUEST, now=now)
    codes = " ".join(sorted(appointment.passed_warnings)) or None
    audit.record(db, by=by, did="give-place", on=appointment, now=now, passed=codes)
    return appointment


def scene_of_newcomer(db: ReadSession, session_id: UUID, patient_id: UUID, *, besides: UUID | None = None) -> Scene:
    """Read a person before a session they are to join. Raises: NotFound, AlreadyBooked."""
    scene = read_scene(db, session_id, patient_id, besides=besides)
    if scene is None:
        raise NotFound
    if scene.is_here:
        raise AlreadyBooked
    return scene


def check_held(db: ReadSession, held: Held) -> Fit:
    """Check a person against the session their own row is in, that row left aside."""
    appointment, session = held.appointment, held.session
    scene = read_scene(db, session.id, appointment.patient_id, besides=appointment.id)
    if scene is None:
        raise NotFound
    return check(db, session, scene, waiting_as=appointment.id)


def refuse_if_closed(session: GroupSession, *, walk_in: bool, now: datetime) -> None:
    """Raise NotBookable when a session takes no bookings."""
    if words := closed_to_booking(session.status, session.starts_at, walk_in=walk_in, now=now):
        raise NotBookable(words)


def refusal(open_points: tuple[Finding, ...], *, may_pass: bool) -> NeedsReason | Stopped:
    """Choose the refusal: ask for a reason when that would do, else the one stop."""
    limit = Barrier.NAMED_ROLE if may_pass else Barrier.DESK
    if all(point.barrier <= limit for point in open_points):
        return NeedsReason(open_points)
    worst = max(open_points, key=lambda point: point.barrier)
    return Stopped(worst.code)


def passed_in(checked: Fit, reasons: Mapping[str, str]) -> dict[str, str]:
    """Keep the reasons for warnings that were really there; a hint that nobody explained says so."""
    kept = {found.code: reasons.get(found.code, "") for found in checked.findings if found.barrier > Barrier.NONE}
    hints = {found.code for found in checked.findings if found.barrier is Barrier.HINT}
    return {code: reason or NOT_SAID for code, reason in kept.items() if reason or code in hints}


def add_place(db: WriteSession, appointment: Appointment) -> None:
    """Store a new live row. Raises: AlreadyBooked when the unique index knows better than our reading."""
    db.add(appointment)
    try:
        # The unique index of live places answers at the flush; at the commit nobody could put it into words.
        db.flush()
    except IntegrityError:
        raise AlreadyBooked from None


def set_status(appointment: Appointment, status: AppointmentStatus) -> None:
    """Change a place's state along the table of allowed changes. Raises: CannotChange."""
    if not may_become(appointment.status, status):
        raise CannotChange
    appointment.status = status
    appointment.version += 1


def _kept(passed: Mapping[str, str]) -> dict[str, str]:
    return {code: reason.strip()[:LONGEST_REASON] for code, reason in passed.items() if reason.strip()}
