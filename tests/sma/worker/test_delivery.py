"""The worker's round: every owed effect is tried, one that fails stops no other."""

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, select

from sma.core import logs, outbox
from sma.core.db import Database
from sma.core.outbox import Outbox, Work
from sma.core.settings import Settings
from sma.worker import deliver_due, delivery
from sma.worker.delivery import BATCH, Handler
from tests.conftest import NOW


def owe(database: Database, *kinds: str) -> None:
    with database.write() as db:
        for number, kind in enumerate(kinds):
            outbox.publish(db, kind, uuid4(), now=NOW - timedelta(minutes=len(kinds) - number))


def rows(database: Database) -> list[Outbox]:
    with database.read() as db:
        return list(db.exec(select(Outbox).order_by(col(Outbox.created_at))).all())


def listen(monkeypatch: pytest.MonkeyPatch, **handlers: Handler) -> None:
    """Let these handlers be the whole program, so that the round alone is looked at."""

    def only(_settings: Settings) -> Mapping[str, Handler]:
        return handlers

    monkeypatch.setattr(delivery, "handlers", only)


def finish(database: Database, work: Work, *, now: datetime) -> None:
    with database.write() as db:
        outbox.finish(db, work, now=now)


def fail(database: Database, work: Work, *, now: datetime) -> None:
    raise RuntimeError("Alan Drum, 2448 26147 1")


def test_each_kind_of_effect_has_somebody_who_listens(settings: Settings) -> None:
    assert set(delivery.handlers(settings)) == {
        "invitation.revised",
        "session.changed",
        "session.closed",
        "export.requested",
        "patient.died",
        "patient.death-corrected",
        "assignment.recorded",
        "assignment.ended",
    }


def test_one_that_fails_is_postponed_and_its_neighbours_are_done(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up()
    listen(monkeypatch, good=finish, bad=fail)
    owe(database, "good", "bad", "good", "unheard-of", "good")
    assert deliver_due(database, settings, now=lambda: NOW) == 5

    done = {row.kind: row for row in rows(database)}
    assert [row.finished_at for row in rows(database) if row.kind == "good"] == [NOW] * 3
    assert (done["bad"].last_error, done["bad"].due_at) == ("RuntimeError", NOW + timedelta(seconds=30))
    assert (done["unheard-of"].last_error, done["unheard-of"].buried_at) == ("LookupError", None)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["kind"] for line in lines] == ["bad", "unheard-of"]
    assert "Drum" not in json.dumps(lines)


def test_what_the_round_did_not_reach_is_given_back_and_asked_for_again(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(database: Database, work: Work, *, now: datetime) -> None:
        time.sleep(0.06)
        finish(database, work, now=now)

    monkeypatch.setattr(delivery, "ROUND_SECONDS", 0.1)
    listen(monkeypatch, slow=slow)
    owe(database, *["slow"] * BATCH)
    asked: list[bool] = []
    assert deliver_due(database, settings, now=lambda: NOW, again=lambda: asked.append(True)) == 2
    assert asked == [True]
    left = [row for row in rows(database) if row.finished_at is None]
    assert {(row.due_at, row.lease, row.attempts) for row in left} == {(NOW, None, 0)}
    assert len(left) == BATCH - 2


def test_everything_owed_is_done_however_much_there_is(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch, good=finish)
    owe(database, *["good"] * (2 * BATCH + 3))
    assert deliver_due(database, settings, now=lambda: NOW) == 2 * BATCH + 3
    assert deliver_due(database, settings, now=lambda: NOW) == 0


def test_a_future_effect_waits_for_its_hour(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(monkeypatch, good=finish)
    with database.write() as db:
        outbox.publish(db, "good", uuid4(), now=NOW, due_at=NOW + timedelta(hours=1))
    assert deliver_due(database, settings, now=lambda: NOW) == 0
    assert deliver_due(database, settings, now=lambda: NOW + timedelta(hours=1)) == 1
