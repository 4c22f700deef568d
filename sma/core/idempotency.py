"""A double press is harmless: the second submit of one form leads to where the first one went."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Field, SQLModel, col, select

from sma.core.db import UtcDateTime, WriteSession, insert_row


class IdempotencyKey(SQLModel, table=True):
    """One form, once submitted by one user, and the page it led to."""

    __tablename__ = "idempotency_key"

    key: str = Field(primary_key=True, max_length=64)
    user_id: UUID = Field(primary_key=True)
    led_to: str = Field(max_length=300)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


def already_done(db: WriteSession, key: str, *, user_id: UUID) -> str | None:
    """Return where the first submit of this form led, or None when this is the first.

    Call it inside the verb's transaction, after its locks are taken: two presses at once then queue there.
    """
    if not key:
        return None
    led_to: str | None = db.connection().execute(_LED_TO, {"key": key, "user_id": user_id}).scalar()
    return led_to


def remember(db: WriteSession, key: str, *, user_id: UUID, led_to: str, now: datetime) -> None:
    """Keep the outcome of a form. The primary key turns a race on PostgreSQL into one winner."""
    if key:
        insert_row(db, IdempotencyKey, key=key, user_id=user_id, led_to=led_to, created_at=now)


_LED_TO = select(IdempotencyKey.led_to).where(
    col(IdempotencyKey.key) == bindparam("key"), col(IdempotencyKey.user_id) == bindparam("user_id")
)
