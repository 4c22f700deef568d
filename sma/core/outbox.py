"""The queue of record: one row per effect, written in the transaction that caused it.

`publish` is called by verbs. The worker claims due rows under a lease, handles each outside any transaction, and
finishes it. A worker that dies lets the lease run out; a lost wake-up costs one sweep. Delivery is at least once,
so handlers name their effects by the row's id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Index, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from sma.core.db import ReadSession, UtcDateTime, WriteSession, insert_row

LEASE = timedelta(seconds=300)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=6)
MOST_ATTEMPTS = 10
NO_ANSWER = "worker-died"


class Outbox(SQLModel, table=True):
    """An effect that is owed: what happened (`kind`), to which row, when it is due."""

    __table_args__ = (
        Index("ix_outbox_due", "due_at"),
        Index("uq_outbox_effect", "kind", "subject_id", "effect_key", unique=True),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=60)
    subject_id: UUID
    effect_key: str = Field(default="", max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(sa_type=UtcDateTime, nullable=True)
    lease: UUID | None = None
    attempts: int = 0
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    buried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str | None = Field(default=None, max_length=200)


@dataclass(frozen=True)
class Work:
    """A leased row as the worker holds it: plain values, no session behind them."""

    id: UUID
    kind: str
    subject_id: UUID
    created_at: datetime
    attempts: int
    lease: UUID


def publish(
    db: WriteSession,
    kind: str,
    subject_id: UUID,
    *,
    now: datetime,
    due_at: datetime | None = None,
    key: str = "",
) -> None:
    """Owe one effect. The same kind, subject and key twice is an error of ours (unique)."""
    owed = {"kind": kind, "subject_id": subject_id, "effect_key": key, "created_at": now, "due_at": due_at or now}
    insert_row(db, Outbox, id=uuid4(), attempts=0, **owed)
    db.info["published"] = True


def claim(db: WriteSession, *, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Work]:
    """Lease up to `limit` due rows, oldest first; nobody else gets them until the lease runs out.

    A row that was tried before is leased alone: should it be what kills the worker, it takes no neighbours along. One
    that was tried ten times without a word from its worker is buried.
    Locks: the rows (PostgreSQL, skipping those others hold) or the database (SQLite).
    """
    due = (
        select(Outbox)
        .where(col(Outbox.due_at) <= now, col(Outbox.finished_at).is_(None), col(Outbox.buried_at).is_(None))
        .order_by(col(Outbox.due_at), col(Outbox.created_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    token = uuid4()
    works: list[Work] = []
    for row in db.exec(due):
        if row.attempts >= MOST_ATTEMPTS:
            row.buried_at, row.due_at, row.lease, row.last_error = now, None, None, NO_ANSWER
            continue
        if works and row.attempts:
            continue
        row.due_at, row.lease, row.attempts = now + lease, token, row.attempts + 1
        works.append(Work(row.id, row.kind, row.subject_id, row.created_at, row.attempts, token))
        if row.attempts > 1:
            break
    return works


def renew(db: WriteSession, work: Work, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """Keep a long piece of work leased. False when the lease has passed to somebody else: stop."""
    return _settle(db, work, due_at=now + lease)


def finish(db: WriteSession, work: Work, *, now: datetime) -> bool:
    """Mark the effect as done. False when another worker holds the lease by now."""
    return _settle(db, work, finished_at=now, due_at=None, lease=None, last_error=None)


def postpone(db: WriteSession, work: Work, *, now: datetime, error: str) -> bool:
    """Try again later, doubling from 30 seconds to 6 hours; after ten attempts, bury and show to staff."""
    if work.attempts >= MOST_ATTEMPTS:
        return bury(db, work, now=now, error=error)
    wait = min(FIRST_RETRY * 2 ** (work.attempts - 1), LONGEST_RETRY)
    return _settle(db, work, due_at=now + wait, lease=None, last_error=error[:200])


def bury(db: WriteSession, work: Work, *, now: datetime, error: str) -> bool:
    """Stop trying: a person has to look."""
    return _settle(db, work, buried_at=now, due_at=None, lease=None, last_error=error[:200])


def give_back(db: WriteSession, work: Work, *, now: datetime) -> bool:
    """Return a row that was leased and not begun: due at once, and the attempt does not count."""
    return _settle(db, work, due_at=now, lease=None, attempts=work.attempts - 1)


def ask_again(db: WriteSession, kind: str, subject_id: UUID, *, now: datetime) -> None:
    """Owe an effect once more because a person asked: buried or postponed rows become due now, with all attempts.

    A row that a worker holds at this moment is left to it; without any open row, a new one is written.
    Locks: the rows.
    """
    rows = db.exec(_open_rows(kind, subject_id)).all()
    for row in rows:
        if row.lease is None:
            row.due_at, row.buried_at, row.attempts = now, None, 0
    if not rows:
        publish(db, kind, subject_id, now=now, key=f"again-{now.isoformat()}")
    db.info["published"] = True


def settle_by_hand(db: WriteSession, kind: str, subject_id: UUID, *, now: datetime) -> None:
    """Close the open rows of an effect that a person has taken care of. Locks: the rows."""
    for row in db.exec(_open_rows(kind, subject_id)):
        row.finished_at, row.due_at, row.buried_at, row.lease = now, None, None, None


def oldest_due(db: ReadSession, *, now: datetime) -> datetime | None:
    """When the longest-waiting due effect was owed; None when nothing waits. For readiness checks."""
    return db.exec(
        select(Outbox.created_at)
        .where(col(Outbox.due_at) <= now, col(Outbox.finished_at).is_(None), col(Outbox.buried_at).is_(None))
        .order_by(col(Outbox.created_at))
        .limit(1)
    ).first()


def _open_rows(kind: str, subject_id: UUID) -> SelectOfScalar[Outbox]:
    return (
        select(Outbox)
        .where(col(Outbox.kind) == kind, col(Outbox.subject_id) == subject_id, col(Outbox.finished_at).is_(None))
        .with_for_update()
    )


def _settle(db: WriteSession, work: Work, **values: object) -> bool:
    # Compare-and-set on the lease: a worker that overslept must not undo what its successor did.
    settled = db.connection().execute(
        update(Outbox)
        .where(col(Outbox.id) == work.id, col(Outbox.lease) == work.lease, col(Outbox.finished_at).is_(None))
        .values(**values)
    )
    return settled.rowcount == 1
