"""Another program holds the write lock, as a backup or an upgrade may: pages that only read are served."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import select

from sma.core.clock import now
from sma.core.db import Database
from sma.identity import Role
from sma.identity.models import LoginSession
from tests.conftest import SignIn

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(120)]


@pytest.fixture
def desk(app: FastAPI, sign_in: SignIn) -> TestClient:
    """A browser at the desk that nobody has used for five minutes."""
    browser = sign_in(Role.FRONT_DESK)
    browser.get("/today")
    with app.state.database.write() as db:
        db.exec(select(LoginSession)).one().last_seen_at = now() - timedelta(minutes=5)
    return browser


@contextmanager
def another_writer(database: Database) -> Iterator[None]:
    """Somebody who is not us holds the session's row (PostgreSQL), or all writing (SQLite)."""
    if database.is_sqlite:
        other = sqlite3.connect(Path(str(database.url.database)), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    with database.engine.connect() as connection:
        connection.execute(text("SELECT id FROM login_session FOR UPDATE"))
        yield
        connection.rollback()


def idle_minutes(app: FastAPI) -> float:
    with app.state.database.read() as db:
        session: LoginSession = db.exec(select(LoginSession)).one()
    return (now() - session.last_seen_at).total_seconds() / 60


def test_a_page_that_only_reads_waits_for_no_writer_and_the_next_one_marks_the_session(
    app: FastAPI, desk: TestClient
) -> None:
    with another_writer(app.state.database):
        began = time.monotonic()
        shown = desk.get("/today")
        took = time.monotonic() - began
    assert shown.status_code == 200
    assert took < 2
    assert idle_minutes(app) > 4

    assert desk.get("/today").status_code == 200
    assert idle_minutes(app) < 1


def test_whoever_writes_next_has_all_their_patience_again(app: FastAPI, desk: TestClient) -> None:
    database: Database = app.state.database
    if not database.is_sqlite:
        pytest.skip("how long a connection waits is SQLite's own setting")
    with another_writer(database):
        desk.get("/today")

    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 30_000
