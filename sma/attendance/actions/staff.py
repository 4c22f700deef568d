"""Taking a worker off a session, once the day may have relied on them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.attendance.models import ClinicianPresence, ConsultInterval
from sma.attendance.rules import HasMinutes
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser
from sma.scheduling import SessionRole, SessionRoleKind, lock_session, remove_role


def take_off(db: WriteSession, session_role_id: UUID, *, by: CurrentUser, now: datetime) -> UUID:
    """Take a worker off a session, unless it is a clinician whose time is recorded there; returns the session's id.

    Locks the session. Raises: NotFound, SessionLocked, HasMinutes.
    """
    role = db.exec(select(SessionRole).where(col(SessionRole.id) == session_role_id)).one_or_none()
    if role is None:
        raise NotFound
    lock_session(db, role.group_session_id)
    if role.role == SessionRoleKind.CLINICIAN and _has_minutes(db, role.group_session_id, role.practitioner_id):
        raise HasMinutes
    return remove_role(db, session_role_id, by=by, now=now)


def _has_minutes(db: ReadSession, session_id: UUID, practitioner_id: UUID) -> bool:
    return any(
        db.exec(
            select(kind.id).where(
                col(kind.group_session_id) == session_id,
                col(kind.practitioner_id) == practitioner_id,
                col(kind.superseded_at).is_(None),
            )
        ).first()
        for kind in (ClinicianPresence, ConsultInterval)
    )
