"""What a session becomes: published, approved, cancelled, closed."""

from datetime import date, datetime
from uuid import UUID

from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.core.errors import StaleVersion
from sma.identity import CurrentUser
from sma.scheduling.actions.sessions import lock_session
from sma.scheduling.actions.settings import must_be_approvable, sign
from sma.scheduling.models import GroupSession
from sma.scheduling.queries import session_readiness
from sma.scheduling.rules import NotReady, SessionStatus, must_be_draft, must_become


def publish_session(db: WriteSession, session_id: UUID, *, by: CurrentUser, now: datetime) -> GroupSession:
    """Open a draft for bookings.

    Locks the session.
    Raises: NotFound; SessionLocked when it is no draft; NotReady listing who and what is missing.
    """
    session = lock_session(db, session_id)
    must_be_draft(session.status)
    missing = session_readiness(db, session, now=now).missing
    if missing:
        raise NotReady(missing)
    session.status = SessionStatus.OPEN
    session.version += 1
    audit.record(db, by=by, did="publish-session", on=session, now=now, audience=session.audience)
    return session


def approve_session_audience(
    db: WriteSession,
    session_id: UUID,
    *,
    by: CurrentUser,
    now: datetime,
    version: int | None = None,
    review_on: date | None = None,
) -> GroupSession:
    """Approve for whom one session is. `version` is what the approver looked at; `review_on` a new review date.

    Locks the session.
    Raises: NotFound, Forbidden, StaleVersion, NotApprovable.
    """
    session = lock_session(db, session_id)
    if version is not None and session.version != version:
        raise StaleVersion
    today = clock.local_date(now, session.timezone)
    review_on = review_on or session.review_on
    must_be_approvable(session, review_on, today=today, held_on=session.held_on, by=by)
    sign(session, review_on, by=by, now=now)
    session.version += 1
    audit.record(db, by=by, did="approve-audience", on=session, now=now, audience=session.audience)
    return session


def mark_cancelled(db: WriteSession, session: GroupSession, *, by: CurrentUser, now: datetime) -> None:
    """Set a locked session to cancelled; its people are the caller's to tell.

    Raises: SessionLocked when it is closed or cancelled already.
    """
    must_become(session.status, SessionStatus.CANCELLED)
    session.status = SessionStatus.CANCELLED
    session.version += 1
    audit.record(db, by=by, did="cancel-session", on=session, now=now)


def mark_closed(db: WriteSession, session: GroupSession, *, by: CurrentUser, now: datetime) -> None:
    """Lock the record of a session for good; the caller has made sure that it is complete.

    Raises: SessionLocked unless it is open.
    """
    must_become(session.status, SessionStatus.CLOSED)
    session.status = SessionStatus.CLOSED
    session.closed_at, session.closed_by_id = now, by.id
    session.version += 1
    audit.record(db, by=by, did="close-session", on=session, now=now)
