"""A token bucket in a table: works across processes on both engines, and survives a restart."""

from datetime import datetime

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
        db.add(ThrottleBucket(key=key, tokens=capacity - 1, at=now))
        return True
    passed = max(0.0, (now - bucket.at).total_seconds())
    tokens = min(float(capacity), bucket.tokens + passed * capacity / per_seconds)
    bucket.at, bucket.tokens = now, tokens
    if tokens < 1:
        return False
    bucket.tokens = tokens - 1
    return True
