"""A double press is harmless: the second submit of one form leads to where the first one went.

The hidden key of a form counts for one person and one address only, so that a key which turns up on another form
(a page kept by a browser, a careless integration) acts there instead of showing the first form's page.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlmodel import Field, SQLModel, col, select

from sma.core.db import UtcDateTime, WriteSession, insert_row


class IdempotencyKey(SQLModel, table=True):
    """One form, once submitted by one user, and the page it led to. `digest` is over user, method, path and key."""

    __tablename__ = "idempotency_key"

    digest: str = Field(primary_key=True, max_length=64)
    led_to: str = Field(max_length=300)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


def already_done(db: WriteSession, key: str, *, user_id: UUID) -> str | None:
    """Return where the first submit of this form led, or None when this is the first.

    Call it inside the verb's transaction. Of several presses at once, one goes on and the others wait here until it is
    through. Locks: the form with this key, until commit (PostgreSQL; on SQLite writers queue anyway).
    """
    if not key:
        return None
    digest, connection = _digest(db, key, user_id), db.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_ONE_AT_A_TIME, {"number": int(digest[:16], 16) - 2**63})
    led_to: str | None = connection.execute(_LED_TO, {"digest": digest}).scalar()
    return led_to


def remember(db: WriteSession, key: str, *, user_id: UUID, led_to: str, now: datetime) -> None:
    """Keep the outcome of a form, after `already_done` has said that it is the first."""
    if key:
        insert_row(db, IdempotencyKey, digest=_digest(db, key, user_id), led_to=led_to, created_at=now)


def _digest(db: WriteSession, key: str, user_id: UUID) -> str:
    # The session knows which form its request sent: `WriteDb` has noted it.
    return hashlib.sha256(f"{user_id.hex}\n{db.info['form']}\n{key}".encode()).hexdigest()


_LED_TO = select(IdempotencyKey.led_to).where(col(IdempotencyKey.digest) == bindparam("digest"))
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(:number)")
