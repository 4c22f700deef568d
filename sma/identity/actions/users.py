"""The people who may use the system: let in, changed, given a new password, shut out."""

from datetime import datetime
from typing import NewType
from uuid import UUID

from sqlmodel import col, delete, select

from sma.core import audit
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound, StaleVersion
from sma.identity.actions.sign_in import end_sessions, hasher
from sma.identity.current import CurrentUser, SignInNeeded, roles_of
from sma.identity.models import LoginSession, User, UserRole
from sma.identity.rules import LEAST_PASSWORD, LastAdministrator, ProveItIsYou, Role, UsernameTaken, WeakPassword

HashedPassword = NewType("HashedPassword", str)


def hash_password(password: str) -> HashedPassword:
    """Make what is kept of a password. Slow on purpose: call it before a write transaction begins.

    Raises: WeakPassword.
    """
    if len(password) < LEAST_PASSWORD:
        raise WeakPassword
    return HashedPassword(hasher.hash(password))


def create_user(
    db: WriteSession,
    username: str,
    *,
    display_name: str,
    password: str,
    roles: frozenset[Role],
    by: CurrentUser | None,
    now: datetime,
    choose_own: bool = True,
) -> User:
    """Let a member of staff in. The password is somebody else's choice, so they choose their own at the first sign-in.

    Raises: ProveItIsYou when `by` has not proved themselves just now; WeakPassword, UsernameTaken.
    """
    if by is not None and not by.has_stepped_up(now):
        raise ProveItIsYou
    hashed = hash_password(password)
    username = username.strip().lower()
    if db.exec(select(User.id).where(col(User.username) == username)).first():
        raise UsernameTaken
    user = User(
        username=username,
        display_name=display_name.strip(),
        password_hash=hashed,
        must_choose_password=choose_own,
        created_at=now,
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
    version: int,
    by: CurrentUser,
    now: datetime,
) -> None:
    """Change a colleague's name, roles, or whether they may sign in; switching off ends their sessions.

    Locks: the user's row. Raises: ProveItIsYou when `by` gives a role and has not proved themselves just now; NotFound;
    StaleVersion when somebody changed them since `version`;
    LastAdministrator when nobody could manage users afterwards.
    """
    user = db.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFound
    if user.version != version:
        raise StaleVersion
    if roles - roles_of(db, user_id) and not by.has_stepped_up(now):
        raise ProveItIsYou
    if not (active and Role.ADMINISTRATOR in roles) and _only_administrator(db, user_id):
        raise LastAdministrator
    user.display_name, user.is_active, user.version = display_name.strip(), active, user.version + 1
    db.connection().execute(delete(UserRole).where(col(UserRole.user_id) == user_id))
    db.add_all(UserRole(user_id=user_id, role=role) for role in sorted(roles))
    if not active:
        end_sessions(db, user_id, now=now)
    audit.record(db, by=by, did="change-user", on=user, now=now, roles=",".join(sorted(roles)), active=active)


def set_password(
    db: WriteSession, user_id: UUID, password: HashedPassword, *, by: CurrentUser | None, now: datetime
) -> None:
    """Give a new password and end every session of that user; one given by somebody else is theirs to replace.

    Locks: the user's row, so that a sign-in with the old password is over before or sees the new one.
    Raises: ProveItIsYou when `by` gives it to somebody else and has not proved themselves just now; NotFound;
    SignInNeeded when one's own session has been ended meanwhile, as by a password given just now.
    """
    user = db.exec(
        select(User).where(col(User.id) == user_id).with_for_update(), execution_options={"populate_existing": True}
    ).first()
    if user is None:
        raise NotFound
    if by is not None and by.id != user_id and not by.has_stepped_up(now):
        raise ProveItIsYou
    own_session = by.login_session_id if by is not None and by.id == user_id else None
    if own_session is not None and db.get_one(LoginSession, own_session, populate_existing=True).revoked_at is not None:
        raise SignInNeeded
    user.password_hash, user.must_choose_password = password, own_session is None
    end_sessions(db, user_id, now=now, keep=own_session)
    audit.record(db, by=by, did="set-password", on=user, now=now)


def _only_administrator(db: ReadSession, user_id: UUID) -> bool:
    administrators = db.exec(
        select(User.id)
        .join(UserRole, col(UserRole.user_id) == col(User.id))
        .where(col(UserRole.role) == Role.ADMINISTRATOR, col(User.is_active).is_(True))
        .with_for_update()
    ).all()
    return set(administrators) == {user_id}
