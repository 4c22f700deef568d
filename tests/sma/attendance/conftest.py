"""A clinic day lived through by hand: the clock stands where a test puts it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from sma.core import clock
from sma.core.db import Database
from sma.identity import Role
from sma.identity.models import LoginSession
from tests.conftest import SignIn
from tests.sma.attendance.scene import at

SetClock = Callable[[datetime], None]
Enter = Callable[..., TestClient]


@pytest.fixture
def set_clock(app: FastAPI, tmp_path: Path) -> Iterator[SetClock]:
    """Set the time for the whole application: `set_clock(at("10:26"))`."""
    file = tmp_path / "clock"

    def set_to(instant: datetime) -> None:
        file.write_text(instant.isoformat())
        clock.use_test_clock(file)

    set_to(at("10:00"))
    yield set_to
    clock.use_test_clock(None)


@pytest.fixture
def enter(app: FastAPI, sign_in: SignIn, set_clock: SetClock) -> Enter:
    """Sign in on the day of the session, whatever the machine's calendar says."""

    def sign(*roles: Role) -> TestClient:
        client = sign_in(*roles)
        database: Database = app.state.database
        with database.write() as db:
            for row in db.exec(select(LoginSession)):
                row.last_seen_at, row.expires_at = at("16:00"), at("16:00") + timedelta(days=1)
        return client

    return sign
