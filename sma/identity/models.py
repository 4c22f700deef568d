"""Who uses the system: users, their roles, their signed-in sessions."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime


class User(SQLModel, table=True):
    """A member of staff who signs in. `display_name` is what colleagues and sheets show.

    `must_choose_password`: the present one is somebody else's choice; it opens only the page that replaces it.
    """

    __tablename__ = "staff_user"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    username: str = Field(unique=True, max_length=60)
    display_name: str = Field(max_length=120)
    password_hash: str = Field(max_length=200)
    must_choose_password: bool = False
    is_active: bool = True
    totp_secret: str | None = Field(default=None, sa_type=Encrypted("staff_user.totp_secret"))
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_last_step: int | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    version: int = 1


class UserRole(SQLModel, table=True):
    """One role that a user holds."""

    __tablename__ = "staff_user_role"

    user_id: UUID = Field(foreign_key="staff_user.id", primary_key=True)
    role: str = Field(primary_key=True, max_length=30)


class RecoveryCode(SQLModel, table=True):
    """A one-time way in when the authenticator is lost; only its hash is kept."""

    __tablename__ = "recovery_code"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="staff_user.id", index=True)
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginSession(SQLModel, table=True):
    """One browser that is signed in; can be listed and revoked. The token itself is never stored."""

    __tablename__ = "login_session"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: UUID = Field(foreign_key="staff_user.id", index=True)
    device: str = Field(default="", max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    second_factor_due: bool = False
    stepped_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
