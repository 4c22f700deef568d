"""Who works on a session."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser
from sma.scheduling.actions.clashes import busy_workers, lock_staff
from sma.scheduling.actions.sessions import lock_session
from sma.scheduling.models import SessionRole
from sma.scheduling.rules import NotPlannable, SessionRoleKind, Span, must_be_open_to_change


def assign_role(
    db: WriteSession,
    session_id: UUID,
    practitioner_id: UUID,
    role: SessionRoleKind,
    *,
    by: CurrentUser,
    now: datetime,
) -> SessionRole:
    """Put a worker on a session; the same role twice changes nothing.

    Locks the session, then the worker.
    Raises: NotFound, SessionLocked; NotPlannable when the worker is in another session at that time or has left.
    """
    session = lock_session(db, session_id)
    must_be_open_to_change(session.status)
    (worker,) = lock_staff(db, [practitioner_id])
    if not worker.is_active:
        raise NotPlannable(fields={"practitioner_id": "This person no longer works here. Choose somebody else."})
    span = Span(session.starts_at, session.ends_at, session.held_on)
    if code := busy_workers(db, [practitioner_id], span, but_not=session_id).get(practitioner_id):
        raise NotPlannable(
            fields={"practitioner_id": f"Already in session {code} at this time. Choose another time or person."}
        )
    existing = db.exec(
        select(SessionRole).where(
            col(SessionRole.group_session_id) == session_id,
            col(SessionRole.practitioner_id) == practitioner_id,
            col(SessionRole.role) == role,
        )
    ).one_or_none()
    if existing is not None:
        return existing
    session_role = SessionRole(group_session_id=session_id, practitioner_id=practitioner_id, role=role)
    db.add(session_role)
    audit.record(db, by=by, did="assign-role", on=session, now=now, role=role)
    return session_role


def remove_role(db: WriteSession, session_role_id: UUID, *, by: CurrentUser, now: datetime) -> UUID:
    """Take a worker off a session; returns the session's id. What is missing then shows on the session.

    The caller has made sure that no record of the day names them as its clinician. Locks the session.
    Raises: NotFound, SessionLocked.
    """
    found = db.exec(select(SessionRole).where(col(SessionRole.id) == session_role_id)).one_or_none()
    if found is None:
        raise NotFound
    session = lock_session(db, found.group_session_id)
    must_be_open_to_change(session.status)
    audit.record(db, by=by, did="remove-role", on=session, now=now, role=found.role)
    db.delete(found)
    return session.id
