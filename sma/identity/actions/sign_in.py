"""Signing in and out: sessions of browsers, and proof of who is there."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pwdlib import PasswordHash
from sqlmodel import col, select, update

from sma.core import audit, throttle
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity.current import CurrentUser, hash_token
from sma.identity.models import LoginSession, User
from sma.identity.rules import SIGN_IN_TRIES, SIGN_IN_WINDOW_SECONDS, TooManyTries

hasher = PasswordHash.recommended()
# Hashed when the username is unknown, so that the answer takes as long as for a known one.
_NOBODY = hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Entry:
    """A new session: its token (for the cookie, shown once) and whether a code is still owed."""

    token: str
    second_factor_due: bool


def password_fits(db: ReadSession, username: str, password: str) -> User | None:
    """Return the active user whose password this is. Slow on purpose: call it outside any write transaction."""
    user = db.exec(select(User).where(col(User.username) == username.strip().lower())).first()
    fits = hasher.verify(password, user.password_hash if user else _NOBODY)
    return user if fits and user is not None and user.is_active else None


class Tried(StrEnum):
    """What was tried. Each has its own allowance, so that no typed name uses up that of somebody's step-up."""

    SIGN_IN = "sign-in"
    CODE = "code"
    STEP_UP = "step-up"


def count_try(db: WriteSession, tried: Tried, who: str | UUID, *, now: datetime) -> None:
    """Count one attempt of this name or user. Raises TooManyTries when the allowance is used up."""
    key = f"{tried}:" + hashlib.sha256(str(who).strip().lower().encode()).hexdigest()
    if not throttle.take(db, key, capacity=SIGN_IN_TRIES, per_seconds=SIGN_IN_WINDOW_SECONDS, now=now):
        raise TooManyTries


def open_session(db: WriteSession, checked: User, *, device: str, hours: int, now: datetime) -> Entry | None:
    """Start a signed-in browser session; with TOTP enrolled it opens only after the code.

    `checked` is the user as they were when the password was. None when the password, the second factor or the leave to
    sign in has changed since: whoever changed it signed everybody out, and this would come in behind them.
    Locks: the user's row, as each of those changes does.
    """
    user = db.get(User, checked.id, with_for_update=True, populate_existing=True)
    if user is None or _what_counted(user) != _what_counted(checked):
        return None
    token = secrets.token_urlsafe(32)
    owes_code = user.totp_confirmed_at is not None
    session = LoginSession(
        token_hash=hash_token(token),
        user_id=user.id,
        device=device[:80],
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(hours=hours),
        second_factor_due=owes_code,
        stepped_up_at=None if owes_code else now,
    )
    db.add(session)
    audit.record(db, by=user, did="sign-in", on=session, now=now)
    return Entry(token, owes_code)


def _what_counted(user: User) -> tuple[str, bool, datetime | None]:
    return user.password_hash, user.is_active, user.totp_confirmed_at


def pending_session(db: WriteSession, token: str, *, now: datetime) -> tuple[LoginSession, User] | None:
    """Return the session that waits for its code."""
    row = db.exec(
        select(LoginSession, User)
        .join(User, col(User.id) == col(LoginSession.user_id))
        .where(
            col(LoginSession.token_hash) == hash_token(token),
            col(LoginSession.revoked_at).is_(None),
            col(LoginSession.expires_at) > now,
        )
        .with_for_update()
    ).first()
    return (row[0], row[1]) if row else None


def complete_second_factor(db: WriteSession, session: LoginSession, user: User, *, now: datetime) -> None:
    """Open the session whose code was right."""
    session.second_factor_due = False
    session.stepped_up_at = now
    db.add(session)
    audit.record(db, by=user, did="second-factor", on=session, now=now)


def step_up(db: WriteSession, *, by: CurrentUser, now: datetime) -> None:
    """Remember that this session proved itself again."""
    session = db.get(LoginSession, by.login_session_id)
    if session is None:
        raise NotFound
    session.stepped_up_at = now
    audit.record(db, by=by, did="step-up", on=session, now=now)


def keep_wrong_proof(db: WriteSession, session_id: UUID | None, *, by: User | CurrentUser, now: datetime) -> None:
    """Keep that whoever holds this session gave a wrong code or password."""
    session = db.get(LoginSession, session_id) if session_id else None
    if session is not None:
        audit.record(db, by=by, did="proof-refused", on=session, now=now)


def sign_out(db: WriteSession, *, by: CurrentUser, now: datetime) -> None:
    """End this browser's session."""
    revoke_session(db, by.login_session_id, by=by, now=now)


def revoke_session(db: WriteSession, session_id: UUID | None, *, by: CurrentUser, now: datetime) -> None:
    """End one of one's own sessions, here or on another machine. Raises NotFound for anybody else's."""
    session = db.get(LoginSession, session_id) if session_id else None
    if session is None or session.user_id != by.id:
        raise NotFound
    session.revoked_at = now
    audit.record(db, by=by, did="sign-out", on=session, now=now)


def end_sessions(db: WriteSession, user_id: UUID, *, now: datetime, keep: UUID | None = None) -> None:
    """Sign a user out everywhere, but for one session to be kept."""
    mine = update(LoginSession).where(col(LoginSession.user_id) == user_id, col(LoginSession.revoked_at).is_(None))
    if keep is not None:
        mine = mine.where(col(LoginSession.id) != keep)
    db.connection().execute(mine.values(revoked_at=now))
