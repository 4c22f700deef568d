"""The second factor: codes of an authenticator app (RFC 6238), recovery codes, and what to do when a phone is lost."""

import secrets
from datetime import datetime
from uuid import UUID

import pyotp
from sqlmodel import col, delete, update

from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import NotFound
from sma.identity.actions.sign_in import end_sessions
from sma.identity.current import CurrentUser, hash_token
from sma.identity.models import RecoveryCode, User
from sma.identity.rules import RECOVERY_CODES, ProveItIsYou


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
    _forget(db, user)
    audit.record(db, by=by, did="switch-off-second-factor", on=user, now=now)
    return True


def take_off_totp(db: WriteSession, user_id: UUID, *, by: CurrentUser | None, now: datetime) -> None:
    """Switch off a colleague's second factor because their phone is lost, and sign them out everywhere.

    They come in by password alone until they switch it on again. Without a second factor nothing changes. `by` is None
    for whoever has the machine's terminal. Locks: the user's row.
    Raises: ProveItIsYou when `by` has not proved themselves just now; NotFound.
    """
    if by is not None and not by.has_stepped_up(now):
        raise ProveItIsYou
    user = db.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFound
    if user.totp_confirmed_at is None:
        return
    _forget(db, user)
    end_sessions(db, user_id, now=now)
    audit.record(db, by=by, did="take-off-second-factor", on=user, now=now)


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


def _forget(db: WriteSession, user: User) -> None:
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    db.connection().execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
