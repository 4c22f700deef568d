"""Reads about users for pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp
from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.identity.models import LoginSession, User, UserRole
from sma.identity.rules import ROLE_WORDS, Role


@dataclass(frozen=True)
class UserRow:
    id: UUID
    username: str
    display_name: str
    is_active: bool
    has_totp: bool
    roles: tuple[Role, ...]
    version: int


def users(db: ReadSession) -> list[UserRow]:
    """Everybody who may or might sign in, by name. One statement."""
    return _rows(db)


def user(db: ReadSession, user_id: UUID) -> UserRow:
    """One of them. Raises NotFound."""
    found = _rows(db, user_id)
    if not found:
        raise NotFound
    return found[0]


def sessions_of(db: ReadSession, user_id: UUID, *, now: datetime) -> list[LoginSession]:
    """The browsers in which this user is signed in, newest first."""
    return list(
        db.exec(
            select(LoginSession)
            .where(
                col(LoginSession.user_id) == user_id,
                col(LoginSession.revoked_at).is_(None),
                col(LoginSession.expires_at) > now,
            )
            .order_by(col(LoginSession.last_seen_at).desc())
            .limit(50)
        )
    )


def pending_totp_secret(db: ReadSession, user_id: UUID) -> str | None:
    """The secret that waits for its first code, if enrolment has begun."""
    row = db.get(User, user_id)
    return row.totp_secret if row is not None and row.totp_confirmed_at is None else None


def totp_address(secret: str, username: str, clinic: str) -> str:
    """The otpauth:// address that authenticator apps read from the square."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=clinic)


def _rows(db: ReadSession, user_id: UUID | None = None) -> list[UserRow]:
    wanted = select(User, UserRole.role).outerjoin(UserRole, col(UserRole.user_id) == col(User.id))
    if user_id is not None:
        wanted = wanted.where(col(User.id) == user_id)
    roles: dict[UUID, list[Role]] = {}
    people: dict[UUID, User] = {}
    for person, role in db.exec(wanted.order_by(col(User.display_name), col(User.id))):
        people[person.id] = person
        roles.setdefault(person.id, []).extend([Role(role)] if role else [])
    order = list(ROLE_WORDS)
    return [
        UserRow(
            person.id,
            person.username,
            person.display_name,
            person.is_active,
            person.totp_confirmed_at is not None,
            tuple(sorted(roles[person.id], key=order.index)),
            person.version,
        )
        for person in people.values()
    ]
