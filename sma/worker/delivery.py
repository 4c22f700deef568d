"""Carries out what the outbox owes: claim a few rows, handle each outside any transaction, settle it."""

import functools
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from sma import appointments, claims, messages
from sma.core import clock, logs, metrics, outbox
from sma.core.db import Database
from sma.core.outbox import Work
from sma.core.settings import Settings

log = logs.get(__name__)

# Few at a time: a batch must be through long before its lease runs out, even when the mail server is slow.
BATCH = 10
# Well below the task's soft time limit; what is left is nudged again.
ROUND_SECONDS = 45.0


class Handler(Protocol):
    """Does one effect and finishes its row in its last write; raises to be tried again later."""

    def __call__(self, database: Database, work: Work, *, now: datetime) -> None: ...


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """Say who listens to which kind of effect."""
    transport = messages.transport_for(settings)
    return {
        "invitation.revised": functools.partial(messages.deliver, transport=transport, settings=settings),
        "session.changed": appointments.revise_invitations,
        "session.closed": claims.propose,
        "export.requested": claims.write_export,
    }


def deliver_due(database: Database, settings: Settings, *, now: Callable[[], datetime] = clock.now) -> int:
    """Handle what is due for up to three quarters of a minute; returns how many effects were tried.

    A row that fails is postponed and does not stop its neighbours; a kind that nobody knows is postponed too, since
    a newer version of the program may have written it.
    """
    listening = handlers(settings)
    tried = 0
    ends = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < ends:
        with database.write() as db:
            works = outbox.claim(db, now=now(), limit=BATCH)
        if not works:
            return tried
        for work in works:
            tried += 1
            _handle(database, work, listening.get(work.kind), now)
    return tried


def _handle(database: Database, work: Work, handler: Handler | None, now: Callable[[], datetime]) -> None:
    try:
        if handler is None:
            raise LookupError(work.kind)
        handler(database, work, now=now())
    except Exception as error:
        metrics.messages.labels("postponed").inc()
        log.warning("effect.postponed", outbox_id=str(work.id), kind=work.kind, error=type(error).__name__)
        with database.write() as db:
            outbox.postpone(db, work, now=now(), error=type(error).__name__)
