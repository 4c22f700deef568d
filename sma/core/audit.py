"""Who did what to which row, when. Append only; no values of sensitive fields, no names.

`record` writes with the act, in its transaction. `note` writes what is kept although the act was refused
(refusals, failed sign-ins, views), in a short transaction of its own after the main one has ended. The hash chain is
sealed by a background job, so that writers never queue on its head; `sma check` goes through it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, func
from sqlmodel import Field, SQLModel, col, select

from sma.core.db import Database, ReadSession, UtcDateTime, WriteSession, insert_row


class Actor(Protocol):
    """Whoever acts: a user, or the program itself."""

    @property
    def id(self) -> UUID: ...


class Subject(Protocol):
    """A row that something was done to."""

    @property
    def id(self) -> UUID: ...


class AuditEvent(SQLModel, table=True):
    """One sentence of history. `did` is a verb of the clinic, `on_kind` the table it touched."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_on", "on_kind", "on_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    by_id: UUID | None = None
    did: str = Field(max_length=60)
    on_kind: str = Field(max_length=60)
    on_id: UUID | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    sealed_as: int | None = Field(default=None, unique=True)
    seal: str | None = Field(default=None, max_length=64)


def record(
    db: WriteSession,
    *,
    by: Actor | None,
    did: str,
    on: Subject,
    now: datetime,
    **details: str | int | bool | None,
) -> None:
    """Keep who did what, in the caller's transaction. Details are codes and counts, never typed text or identifiers."""
    _write(db, at=now, by_id=by.id if by else None, did=did, on_kind=_kind(on), on_id=on.id, details=details)


def note(
    database: Database,
    *,
    by_id: UUID | None,
    did: str,
    on_kind: str,
    now: datetime,
    on_id: UUID | None = None,
    **details: str | int | bool | None,
) -> None:
    """Keep what happened although the act was refused or only looked; its own short transaction."""
    with database.write() as db:
        _write(db, at=now, by_id=by_id, did=did, on_kind=on_kind, on_id=on_id, details=details)


def seal_chain(db: WriteSession, *, limit: int = 1000) -> int:
    """Chain the next unsealed events by SHA-256, oldest first; returns how many. One sealer at a time.

    Locks: the head of the chain, so that two sealers do not number the same event.
    """
    head = db.exec(
        select(AuditEvent)
        .where(col(AuditEvent.sealed_as).is_not(None))
        .order_by(col(AuditEvent.sealed_as).desc())
        .limit(1)
        .with_for_update()
    ).first()
    number, seal = (head.sealed_as or 0, head.seal or "") if head else (0, "")
    fresh = db.exec(
        select(AuditEvent)
        .where(col(AuditEvent.sealed_as).is_(None))
        .order_by(col(AuditEvent.at), col(AuditEvent.id))
        .limit(limit)
    ).all()
    for event in fresh:
        number += 1
        seal = link(seal, event)
        event.sealed_as, event.seal = number, seal
    return len(fresh)


@dataclass(frozen=True)
class Chain:
    """How the sealed history stands: how many entries fit, the newest seal, how many wait; the first that is wrong."""

    sealed: int
    seal: str
    waiting: int
    wrong_number: int | None = None
    wrong_id: UUID | None = None


def examine_chain(db: ReadSession) -> Chain:
    """Go through every sealed event from the first on, and stop at the first that was changed, added or left out.

    Memory stays flat. Events that came in since the last sealing only count as waiting. Entries cut off at the newest
    end leave no gap: whoever has to know keeps the newest seal elsewhere and compares.
    """
    waiting = db.exec(select(func.count()).select_from(AuditEvent).where(col(AuditEvent.sealed_as).is_(None))).one()
    number, seal = 0, ""
    sealed = select(AuditEvent).where(col(AuditEvent.sealed_as).is_not(None)).order_by(col(AuditEvent.sealed_as))
    for event in db.exec(sealed.execution_options(yield_per=1000)):
        expected = link(seal, event)
        if event.sealed_as != number + 1 or event.seal != expected:
            return Chain(number, seal, waiting, wrong_number=event.sealed_as, wrong_id=event.id)
        number, seal = number + 1, expected
    return Chain(number, seal, waiting)


def link(previous: str, event: AuditEvent) -> str:
    """Return the seal of `event` after `previous`: SHA-256 over both, so that no event can change or vanish."""
    body = json.dumps(
        [
            previous,
            event.id.hex,
            event.at.isoformat(),
            event.by_id.hex if event.by_id else None,
            event.did,
            event.on_kind,
            event.on_id.hex if event.on_id else None,
            event.details,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


def _write(db: WriteSession, **values: Any) -> None:
    insert_row(db, AuditEvent, id=uuid4(), **values)


def _kind(subject: Subject) -> str:
    return str(getattr(subject, "__tablename__", type(subject).__name__.lower()))
