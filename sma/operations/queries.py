"""Reads about the machine: nothing here names a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.core.outbox import Outbox


@dataclass(frozen=True)
class Backlog:
    """How the outbox stands."""

    waiting: int
    buried: int


@dataclass(frozen=True)
class StuckRow:
    id: UUID
    kind: str
    attempts: int
    last_error: str | None
    due_at: datetime | None
    buried_at: datetime | None


def backlog(db: ReadSession) -> Backlog:
    """Count what is owed and what is buried. One statement."""
    waiting = func.count().filter(col(Outbox.finished_at).is_(None), col(Outbox.buried_at).is_(None))
    buried = func.count().filter(col(Outbox.buried_at).is_not(None))
    return Backlog(*db.exec(select(waiting, buried).select_from(Outbox)).one())


def stuck(db: ReadSession, limit: int = 200) -> list[StuckRow]:
    """Effects that failed at least once and are not done: buried ones first."""
    rows = (
        db.connection()
        .execute(
            columns(
                col(Outbox.id),
                col(Outbox.kind),
                col(Outbox.attempts),
                col(Outbox.last_error),
                col(Outbox.due_at),
                col(Outbox.buried_at),
            )
            .where(col(Outbox.finished_at).is_(None), col(Outbox.last_error).is_not(None))
            .order_by(col(Outbox.buried_at).is_(None), col(Outbox.created_at))
            .limit(limit)
        )
        .all()
    )
    return [StuckRow(*row) for row in rows]
