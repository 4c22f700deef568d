"""Who is asking, and may they: the dependency that every route names."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import bindparam
from sqlmodel import col, select

from sma.core import clock
from sma.core.db import Database, ReadSession, UtcDateTime
from sma.core.errors import DomainError, Forbidden
from sma.identity.models import LoginSession, User, UserRole
from sma.identity.rules import STEP_UP_LASTS, Permission, Role, permissions_of

T = TypeVar("T")

COOKIE = "sma_session"
SEEN_AGAIN_AFTER = timedelta(minutes=1)


class SignInNeeded(DomainError):
    """No valid session: the browser is sent to sign in and comes back afterwards."""

    status = 401
    code = "sign-in-needed"
    message = "Please sign in to go on."


class OwnPasswordNeeded(Forbidden):
    """The password is the one an administrator gave: the browser is sent to choose one first."""

    code = "own-password-needed"
    message = "Choose your own password first: the present one is known to whoever gave it to you."


class OtherSession(Forbidden):
    """A session that the user does not work on."""

    code = "other-session"
    message = "You are not on this session. If you should be, ask a manager to add you to it."


class OtherPerson(Forbidden):
    """Somebody who is in none of the sessions that the user works on."""

    code = "other-person"
    message = "They are in none of your sessions. If they should be, ask a manager to add you to their session."


@dataclass(frozen=True)
class CurrentUser:
    """The signed-in member of staff, as verbs and templates see them."""

    id: UUID
    username: str
    display_name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    login_session_id: UUID | None = None
    stepped_up_at: datetime | None = None
    has_totp: bool = False
    must_choose_password: bool = False

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def has_stepped_up(self, now: datetime) -> bool:
        """Whether this session proved itself again within the last ten minutes."""
        return self.stepped_up_at is not None and now - self.stepped_up_at < STEP_UP_LASTS


def hash_token(token: str) -> str:
    """Tokens are random and long, so a plain digest is enough; the token itself is never stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def cookie_name(request: Request) -> str:
    # __Host- cookies need https; browsers refuse them over plain http on an intranet.
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


def as_current(user: User, roles: frozenset[Role]) -> CurrentUser:
    """Put a user and their roles together, outside any signed-in session."""
    return CurrentUser(
        id=user.id,
        username=user.username,
        display_name=user.display_name,
        roles=roles,
        permissions=permissions_of(roles),
        has_totp=user.totp_confirmed_at is not None,
    )


def roles_of(db: ReadSession, user_id: UUID) -> frozenset[Role]:
    return frozenset(Role(role) for role in db.exec(select(UserRole.role).where(col(UserRole.user_id) == user_id)))


def signed_in(db: ReadSession, token: str, *, now: datetime, idle: timedelta) -> tuple[CurrentUser, bool] | None:
    """Return the user behind a token and whether the session should be marked as seen; None when it is not valid."""
    rows = db.connection().execute(_SIGNED_IN, {"token_hash": hash_token(token), "now": now}).all()
    if not rows:
        return None
    found = rows[0]
    if found.second_factor_due or now - found.last_seen_at > idle:
        return None
    roles = frozenset(Role(row.role) for row in rows if row.role)
    user = CurrentUser(
        id=found.user_id,
        username=found.username,
        display_name=found.display_name,
        roles=roles,
        permissions=permissions_of(roles),
        login_session_id=found.login_session_id,
        stepped_up_at=found.stepped_up_at,
        has_totp=found.totp_confirmed_at is not None,
        must_choose_password=found.must_choose_password,
    )
    return user, now - found.last_seen_at > SEEN_AGAIN_AFTER


_WHO: tuple[Any, ...] = (
    col(LoginSession.id).label("login_session_id"),
    col(LoginSession.second_factor_due),
    col(LoginSession.last_seen_at),
    col(LoginSession.stepped_up_at),
    col(User.id).label("user_id"),
    col(User.username),
    col(User.display_name),
    col(User.totp_confirmed_at),
    col(User.must_choose_password),
    col(UserRole.role),
)
# Built once, and columns instead of objects: every request runs it.
_SIGNED_IN = (
    sqlalchemy.select(*_WHO)
    .join_from(LoginSession, User, col(User.id) == col(LoginSession.user_id))
    .outerjoin(UserRole, col(UserRole.user_id) == col(User.id))
    .where(
        col(LoginSession.token_hash) == bindparam("token_hash"),
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > bindparam("now", type_=UtcDateTime()),
        col(User.is_active).is_(True),
    )
)


async def current_user(request: Request) -> CurrentUser:
    """Return who is signed in, or raise SignInNeeded. A read of its own, over before the handler begins."""
    database: Database = request.app.state.database
    user, is_stale = await _read(database, _known, request)
    if is_stale:
        await run_in_threadpool(_seen_again, database, user)
    request.state.user = user
    return user


async def _read(database: Database, read: Callable[..., T], *args: Any) -> T:
    """Run a read of a few rows where it costs least (docs/decisions/0009).

    On SQLite right here: its readers wait for no writer, and a change of threads costs more than the rows. A server may
    keep us waiting, so there it runs in a thread.
    """
    if database.is_sqlite:
        return read(database, *args)
    return await run_in_threadpool(read, database, *args)


def _known(database: Database, request: Request) -> tuple[CurrentUser, bool]:
    token = request.cookies.get(cookie_name(request))
    if not token:
        raise SignInNeeded
    idle = timedelta(minutes=request.app.state.settings.idle_minutes)
    with database.read() as db:
        found = signed_in(db, token, now=clock.now(), idle=idle)
    if found is None:
        raise SignInNeeded
    return found


def _seen_again(database: Database, user: CurrentUser) -> None:
    """Mark the session as seen. While another writer is at work the next request does it: no page waits for this."""
    seen = sqlalchemy.update(LoginSession).where(col(LoginSession.id) == user.login_session_id)
    database.write_unless_busy(seen.values(last_seen_at=clock.now()))


def require(permission: Permission) -> Any:
    """Return the dependency that lets in whoever has `permission`; the guard of a route.

    Whoever may not see every session is also kept to those they work on, and to their people (`app.state.reach`).
    Raises: SignInNeeded without a session; OwnPasswordNeeded while the password is one that was given, but for one's
    own account; Forbidden without the permission; OtherSession, OtherPerson.
    """

    async def guard(request: Request) -> CurrentUser:
        user = await current_user(request)
        if user.must_choose_password and permission is not Permission.OWN_ACCOUNT:
            raise OwnPasswordNeeded
        if not user.may(permission):
            raise Forbidden
        if not user.may(Permission.SEE_EVERY_SESSION):
            database: Database = request.app.state.database
            if not await _read(database, request.app.state.reach, user, request.path_params):
                raise OtherPerson if "patient_id" in request.path_params else OtherSession
        return user

    guard.permission = permission  # type: ignore[attr-defined]
    return Depends(guard)


def open_to_all() -> None:
    """Say that a route needs no session: sign-in itself, health checks, static files."""


OPEN_TO_ALL = Depends(open_to_all)


def permission_of(dependencies: list[Callable[..., Any] | None]) -> Permission | str | None:
    """Return what a route demands: its permission, "open", or None when its author forgot."""
    for call in dependencies:
        if call is open_to_all:
            return "open"
        permission = getattr(call, "permission", None)
        if permission is not None:
            return Permission(permission)
    return None
