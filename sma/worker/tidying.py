"""Keeps the database small and its history sealed: run every few minutes, harmless to run twice."""

from datetime import datetime, timedelta

from sqlmodel import col, delete

from sma.core import audit
from sma.core.db import Database
from sma.core.idempotency import IdempotencyKey
from sma.core.outbox import Outbox
from sma.core.throttle import ThrottleBucket
from sma.identity.models import LoginSession

KEYS_KEPT = timedelta(days=7)
FINISHED_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=90)
BUCKETS_KEPT = timedelta(days=1)


def tidy(database: Database, *, now: datetime) -> None:
    """Seal new audit events; forget used form keys, finished effects and ended browser sessions that are old."""
    with database.write() as db:
        audit.seal_chain(db)
    with database.write() as db:
        for old in (
            delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now - KEYS_KEPT),
            delete(Outbox).where(col(Outbox.finished_at) < now - FINISHED_KEPT),
            delete(LoginSession).where(col(LoginSession.expires_at) < now - SESSIONS_KEPT),
            delete(ThrottleBucket).where(col(ThrottleBucket.at) < now - BUCKETS_KEPT),
        ):
            db.connection().execute(old)
