"""A token bucket in a table: works across processes on both engines, and survives a restart."""

from datetime import datetime

from sqlalchemy import bindparam, text
from sqlmodel import Field, SQLModel, col, select

from sma.core.db import UtcDateTime, WriteSession


class ThrottleBucket(SQLModel, table=True):
    """What is left of one key's allowance, as of `at`."""

    __tablename__ = "throttle_bucket"

    key: str = Field(primary_key=True, max_length=120)
    tokens: float
    at: datetime = Field(sa_type=UtcDateTime)


def take(db: WriteSession, key: str, *, capacity: int, per_seconds: float, now: datetime) -> bool:
    """Take one token of `capacity`, refilled evenly over `per_seconds`; False when none is left.

    Locks: the key's row. A clock that went backwards refills nothing.
    """
    bucket = db.exec(select(ThrottleBucket).where(col(ThrottleBucket.key) == key).with_for_update()).first()
    if bucket is None:
        if db.connection().execute(_IF_NEW, {"key": key, "tokens": capacity - 1, "at": now}).rowcount:
            return True
        # Another try made the row a moment ago (PostgreSQL; on SQLite writers queue): it counts there.
        bucket = db.exec(select(ThrottleBucket).where(col(ThrottleBucket.key) == key).with_for_update()).one()
    passed = max(0.0, (now - bucket.at).total_seconds())
    tokens = min(float(capacity), bucket.tokens + passed * capacity / per_seconds)
    bucket.at, bucket.tokens = now, tokens
    if tokens < 1:
        return False
    bucket.tokens = tokens - 1
    return True


_IF_NEW = text(
    "INSERT INTO throttle_bucket (key, tokens, at) VALUES (:key, :tokens, :at) ON CONFLICT (key) DO NOTHING"
).bindparams(bindparam("at", type_=UtcDateTime()))
