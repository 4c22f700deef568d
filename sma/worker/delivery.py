"""Carries out what the outbox owes: claim a few rows, handle each outside any transaction, settle it."""

import functools
import math
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from sma import appointments, claims, messages
from sma.core import clock, logs, outbox
from sma.core.db import Database
from sma.core.outbox import Work
from sma.core.settings import Settings

log = logs.get(__name__)

# Few at a time: what a dying worker held waits for its lease to run out.
BATCH = 10
# Short, so that a worker told to stop is through soon; what is left is asked for again.
ROUND_SECONDS = 4.0


class Handler(Protocol):
    """Does one effect and finishes its row in its last write; raises to be tried again later."""

    def __call__(self, database: Database, work: Work, *, now: datetime) -> None: ...


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """Say who listens to which kind of effect."""
    transport = messages.transport_for(settings)
    return {
        "invitation.revised": functools.partial(messages.deliver, transport=transport, settings=settings),
        "patient.died": messages.follow_death,
        "patient.death-corrected": messages.follow_correction,
        "session.changed": appointments.revise_invitations,
        "session.closed": claims.propose,
        "export.requested": claims.write_export,
        "assignment.recorded": claims.follow_recorded_assignment,
        "assignment.ended": claims.follow_ended_assignment,
    }


def deliver_due(
    database: Database,
    settings: Settings,
    *,
    now: Callable[[], datetime] = clock.now,
    again: Callable[[], None] | None = None,
) -> int:
    """Handle what is due, a few seconds long or, without `again`, until nothing is; returns how many were tried.

    A row that fails is postponed and does not stop its neighbours; a kind that nobody knows is postponed too, since
    a newer version of the program may have written it. Rows that the time did not reach are given back, and `again`
    is called for them.
    """
    listening = handlers(settings)
    tried = 0
    ends = time.monotonic() + ROUND_SECONDS if again else math.inf
    while time.monotonic() < ends:
        with database.write() as db:
            works = outbox.claim(db, now=now(), limit=BATCH)
        if not works:
            return tried
        for position, work in enumerate(works):
            if position and time.monotonic() >= ends:
                _give_back(database, works[position:], now)
                break
            tried += 1
            _handle(database, work, listening.get(work.kind), now)
    if again:
        again()
    return tried


def _handle(database: Database, work: Work, handler: Handler | None, now: Callable[[], datetime]) -> None:
    try:
        if handler is None:
            raise LookupError(work.kind)
        handler(database, work, now=now())
    except Exception as error:
        log.warning("effect.postponed", outbox_id=str(work.id), kind=work.kind, error=type(error).__name__)
        with database.write() as db:
            outbox.postpone(db, work, now=now(), error=type(error).__name__)


def _give_back(database: Database, works: list[Work], now: Callable[[], datetime]) -> None:
    with database.write() as db:
        for work in works:
            outbox.give_back(db, work, now=now())
