"""Making and changing a dated session."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col, select

from sma.core import audit, outbox
from sma.core.db import WriteSession
from sma.core.errors import NotFound, StaleVersion
from sma.identity import CurrentUser
from sma.people import Location, Room
from sma.scheduling.actions.clashes import busy_workers, lock_staff, room_taken_by
from sma.scheduling.actions.programs import lock_program
from sma.scheduling.actions.settings import copy_approval, write_setting
from sma.scheduling.models import GroupSession, SessionRole
from sma.scheduling.rules import (
    ROLE_WORDS,
    Modality,
    NotPlannable,
    SessionPlan,
    SessionRoleKind,
    SessionStatus,
    Span,
    must_be_open_to_change,
    new_code,
    session_span,
    setting_problems,
)

# Refreshed, because the row may have been read before the lock was waited for. Built once: every booking runs it.
_LOCKED = (
    select(GroupSession)
    .where(col(GroupSession.id) == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
Staff = Sequence[tuple[UUID, SessionRoleKind]]
_FIELD_OF_ROLE = {SessionRoleKind.CLINICIAN: "clinician_id", SessionRoleKind.FACILITATOR: "facilitator_id"}


def lock_session(db: WriteSession, session_id: UUID) -> GroupSession:
    """Return a session, its row locked until commit. Patients are locked before it, workers after.

    Raises: NotFound.
    """
    session = db.exec(_LOCKED, params={"id": session_id}).one_or_none()
    if session is None:
        raise NotFound
    return session


def make_session(
    db: WriteSession, plan: SessionPlan, staff: Staff = (), *, by: CurrentUser, now: datetime
) -> GroupSession:
    """Plan a dated session as a draft that nobody can be booked into yet.

    Where the audience is the program's to the letter, the program's approval covers it.
    Locks the program, then the workers in id order, then the room.
    Raises: NotFound; NotPlannable naming each answer that can't stand, a worker or room taken at that time included.
    """
    program = lock_program(db, plan.program_id)
    if not program.is_active:
        raise NotPlannable(fields={"": "This program is no longer in use. Choose another program."})
    location = _location(db, plan)
    span = session_span(plan, location.timezone or "")
    if span.starts_at <= now:
        raise NotPlannable(fields={"on": "This time has passed. Choose a later date or time."})
    _check(db, plan, span, staff)
    session = GroupSession(
        code=_unused_code(db),
        program_id=program.id,
        location_id=location.id,
        neutral_label=program.neutral_label,
        item_families=list(program.item_families),
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        held_on=span.held_on,
        timezone=location.timezone or "",
        created_at=now,
    )
    _write(session, plan)
    copy_approval(program, session)
    db.add(session)
    # The roles point at the session by id, not by relationship, so the session has to be there first.
    db.flush()
    db.add_all(SessionRole(group_session_id=session.id, practitioner_id=who, role=role) for who, role in set(staff))
    audit.record(db, by=by, did="make-session", on=session, now=now, roles=len(set(staff)))
    return session


def update_session(
    db: WriteSession, session_id: UUID, plan: SessionPlan, version: int, *, by: CurrentUser, now: datetime
) -> GroupSession:
    """Change a session that is not yet closed or cancelled; its code, program and people stay.

    Once it has begun its start and place stay too, and once it is published its audience does: people were booked for
    that one. Locks the session, then its workers in id order, then the room.
    Publishes: session.changed when the time or place of an open session changes, so that people are told.
    Raises: NotFound, StaleVersion, SessionLocked, NotPlannable.
    """
    session = lock_session(db, session_id)
    if session.version != version:
        raise StaleVersion
    must_be_open_to_change(session.status)
    location = _location(db, plan)
    span = session_span(plan, location.timezone or "")
    if fixed := _fixed_by_now(session, plan, span, now=now):
        raise NotPlannable(fields=fixed)
    roles = db.exec(
        select(SessionRole.practitioner_id, SessionRole.role).where(col(SessionRole.group_session_id) == session_id)
    ).all()
    _check(db, plan, span, [(who, SessionRoleKind(role)) for who, role in roles], but_not=session_id)
    when_and_where = (session.starts_at, session.ends_at, session.location_id)
    session.starts_at, session.ends_at, session.held_on = span.starts_at, span.ends_at, span.held_on
    session.location_id, session.timezone = location.id, location.timezone or ""
    _write(session, plan)
    session.version += 1
    moved = when_and_where != (session.starts_at, session.ends_at, session.location_id)
    audit.record(db, by=by, did="update-session", on=session, now=now, moved=moved)
    if moved and session.status == SessionStatus.OPEN:
        outbox.publish(db, "session.changed", session.id, now=now, key=str(session.version))
    return session


def _fixed_by_now(session: GroupSession, plan: SessionPlan, span: Span, *, now: datetime) -> dict[str, str]:
    """Return, by form field, what can no longer change about a session: others have relied on it, or it is history."""
    problems = {}
    has_begun = session.starts_at <= now
    if has_begun and span.starts_at != session.starts_at:
        problems["on"] = "This session has begun, so its date and start stay. Plan a new session for another time."
    elif span.starts_at != session.starts_at and span.starts_at <= now:
        problems["on"] = "This time has passed. Choose a later date or time."
    if has_begun and plan.location_id != session.location_id:
        problems["location_id"] = "This session has begun here. Plan a new session for another place."
    audience = plan.setting.record()[:2]
    if session.status != SessionStatus.DRAFT and audience != (session.audience, session.audience_name):
        problems["audience"] = "People are booked for this audience already. Plan a new session for another one."
    return problems


def _write(session: GroupSession, plan: SessionPlan) -> None:
    session.room_id = plan.room_id if plan.modality is Modality.IN_PERSON else None
    session.modality, session.support_places = plan.modality, plan.support_places
    write_setting(session, plan.setting)


def _location(db: WriteSession, plan: SessionPlan) -> Location:
    location = db.get(Location, plan.location_id)
    if location is None or not location.is_active:
        raise NotPlannable(fields={"location_id": "Choose one of the places shown."})
    if not location.timezone:
        raise NotPlannable(
            code="zone-not-confirmed",
            fields={"location_id": "Nobody has confirmed this place's time zone. Confirm it first, then plan here."},
        )
    return location


def _check(db: WriteSession, plan: SessionPlan, span: Span, staff: Staff, *, but_not: UUID | None = None) -> None:
    """Gather every reason why a plan can't stand, so that the planner hears all of them at once."""
    problems = setting_problems(plan.setting)
    ids = {who for who, _ in staff}
    lock_staff(db, ids)
    for who, code in (busy_workers(db, ids, span, but_not=but_not) if ids else {}).items():
        role = next(role for worker, role in staff if worker == who)
        # The form of an existing session has no fields for people, so there the time is what can give way.
        field = _FIELD_OF_ROLE.get(role, "on") if but_not is None else "starts"
        problems[field] = (
            f"The {ROLE_WORDS[role].lower()} is in session {code} at that time. Change the time or person."
        )
    if plan.room_id is not None and plan.modality is Modality.IN_PERSON:
        room = db.get(Room, plan.room_id)
        if room is None or room.location_id != plan.location_id:
            problems["room_id"] = "This room is at another place. Choose a room of the place above."
        elif taken_by := room_taken_by(db, room.id, span, but_not=but_not):
            problems["room_id"] = f"Session {taken_by} has this room at that time. Choose another room or time."
    if problems:
        raise NotPlannable(fields=problems)


def _unused_code(db: WriteSession) -> str:
    while True:
        code = new_code()
        if db.exec(select(GroupSession.id).where(col(GroupSession.code) == code)).first() is None:
            return code
