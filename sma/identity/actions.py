"""Signing in and out, second factor, passwords, and the people who may use the system."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from pwdlib import PasswordHash
from sqlmodel import col, delete, select, update

from sma.core import audit, throttle
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity.current import CurrentUser, hash_token
from sma.identity.models import LoginSession, RecoveryCode, User, UserRole
from sma.identity.rules import (
    LEAST_PASSWORD,
    RECOVERY_CODES,
    SIGN_IN_TRIES,
    SIGN_IN_WINDOW_SECONDS,
    LastAdministrator,
    Role,
    TooManyTries,
    UsernameTaken,
    WeakPassword,
)

_hasher = PasswordHash.recommended()
# Hashed when the username is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Entry:
    """A new session: its token (for the cookie, shown once) and whether a code is still owed."""

    token: str
    second_factor_due: bool


def password_fits(db: ReadSession, username: str, password: str) -> User | None:
    """Return the active user whose password this is. Slow on purpose: call it outside any write transaction."""
    user = db.exec(select(User).where(col(User.username) == username.strip().lower())).first()
    fits = _hasher.verify(password, user.password_hash if user else _NOBODY)
    return user if fits and user is not None and user.is_active else None


def count_try(db: WriteSession, username: str, *, now: datetime) -> None:
    """Count one attempt to sign in under this name. Raises TooManyTries when the allowance is used up."""
    key = "sign-in:" + hashlib.sha256(username.strip().lower().encode()).hexdigest()
    if not throttle.take(db, key, capacity=SIGN_IN_TRIES, per_seconds=SIGN_IN_WINDOW_SECONDS, now=now):
        raise TooManyTries


def open_session(db: WriteSession, user: User, *, device: str, hours: int, now: datetime) -> Entry:
    """Start a signed-in browser session; with TOTP enrolled it opens only after the code."""
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


def code_fits(db: WriteSession, user: User, code: str, *, now: datetime) -> bool:
    """Accept a TOTP code once (RFC 6238, 30-second steps, one step of drift), or a recovery code once."""
    code = code.replace(" ", "")
    if user.totp_secret and code.isdigit():
        totp = pyotp.TOTP(user.totp_secret)
        step = int(now.timestamp()) // 30
        for candidate in (step, step - 1, step + 1):
            fresh = user.totp_last_step is None or candidate > user.totp_last_step
            if fresh and secrets.compare_digest(totp.at(candidate * 30), code):
                user.totp_last_step = candidate
                db.add(user)
                return True
        return False
    used = db.connection().execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.user_id) == user.id,
            col(RecoveryCode.code_hash) == hash_token(code.lower()),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return used.rowcount == 1


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


def create_user(
    db: WriteSession,
    username: str,
    *,
    display_name: str,
    password: str,
    roles: frozenset[Role],
    by: CurrentUser | None,
    now: datetime,
) -> User:
    """Let a member of staff in. Raises WeakPassword, UsernameTaken."""
    if len(password) < LEAST_PASSWORD:
        raise WeakPassword
    username = username.strip().lower()
    if db.exec(select(User.id).where(col(User.username) == username)).first():
        raise UsernameTaken
    user = User(
        username=username, display_name=display_name.strip(), password_hash=_hasher.hash(password), created_at=now
    )
    db.add(user)
    db.flush()  # roles refer to the user's row
    db.add_all(UserRole(user_id=user.id, role=role) for role in sorted(roles))
    audit.record(db, by=by, did="create-user", on=user, now=now, roles=",".join(sorted(roles)))
    return user


def change_user(
    db: WriteSession,
    user_id: UUID,
    *,
    display_name: str,
    roles: frozenset[Role],
    active: bool,
    by: CurrentUser,
    now: datetime,
) -> None:
    """Change a colleague's name, roles, or whether they may sign in; switching off ends their sessions.

    Raises: NotFound; LastAdministrator when nobody could manage users afterwards.
    """
    user = db.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    if not (active and Role.ADMINISTRATOR in roles) and _only_administrator(db, user_id):
        raise LastAdministrator
    user.display_name, user.is_active, user.version = display_name.strip(), active, user.version + 1
    db.connection().execute(delete(UserRole).where(col(UserRole.user_id) == user_id))
    db.add_all(UserRole(user_id=user_id, role=role) for role in sorted(roles))
    if not active:
        _end_sessions(db, user_id, now=now)
    audit.record(db, by=by, did="change-user", on=user, now=now, roles=",".join(sorted(roles)), active=active)


def set_password(db: WriteSession, user_id: UUID, password: str, *, by: CurrentUser | None, now: datetime) -> None:
    """Give a new password and end every session of that user. Raises WeakPassword, NotFound."""
    if len(password) < LEAST_PASSWORD:
        raise WeakPassword
    user = db.get(User, user_id)
    if user is None:
        raise NotFound
    user.password_hash = _hasher.hash(password)
    _end_sessions(db, user_id, now=now, keep=by.login_session_id if by and by.id == user_id else None)
    audit.record(db, by=by, did="set-password", on=user, now=now)


def begin_totp(db: WriteSession, *, by: CurrentUser, now: datetime) -> None:
    """Make the secret for an authenticator app, unless one waits or the second factor is on already."""
    user = db.get(User, by.id)
    if user is None:
        raise NotFound
    if user.totp_secret is None:
        user.totp_secret, user.totp_last_step = pyotp.random_base32(), None
        audit.record(db, by=by, did="begin-second-factor", on=user, now=now)


def switch_off_totp(db: WriteSession, code: str, *, by: CurrentUser, now: datetime) -> bool:
    """Switch the second factor off against one last code. False when the code is wrong."""
    user = db.get(User, by.id)
    if user is None or not code_fits(db, user, code, now=now):
        return False
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    audit.record(db, by=by, did="switch-off-second-factor", on=user, now=now)
    return True


def own_code_fits(db: WriteSession, code: str, *, by: CurrentUser, now: datetime) -> bool:
    """Whether this code proves, once, that the signed-in user is still the one at the keyboard."""
    user = db.get(User, by.id)
    return user is not None and code_fits(db, user, code, now=now)


def confirm_totp(db: WriteSession, code: str, *, by: CurrentUser, now: datetime) -> list[str] | None:
    """Switch the second factor on; returns recovery codes, shown once. None when the code is wrong."""
    user = db.get(User, by.id)
    if user is None or not user.totp_secret or not code_fits(db, user, code, now=now):
        return None
    user.totp_confirmed_at = now
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
    db.connection().execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    db.add_all(RecoveryCode(user_id=user.id, code_hash=hash_token(each)) for each in codes)
    audit.record(db, by=by, did="switch-on-second-factor", on=user, now=now)
    return codes


def _end_sessions(db: WriteSession, user_id: UUID, *, now: datetime, keep: UUID | None = None) -> None:
    mine = update(LoginSession).where(col(LoginSession.user_id) == user_id, col(LoginSession.revoked_at).is_(None))
    if keep is not None:
        mine = mine.where(col(LoginSession.id) != keep)
    db.connection().execute(mine.values(revoked_at=now))


def _only_administrator(db: ReadSession, user_id: UUID) -> bool:
    administrators = db.exec(
        select(User.id)
        .join(UserRole, col(UserRole.user_id) == col(User.id))
        .where(col(UserRole.role) == Role.ADMINISTRATOR, col(User.is_active).is_(True))
        .with_for_update()
    ).all()
    return set(administrators) == {user_id}
