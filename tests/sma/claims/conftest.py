"""The closed yarn up behind the pages of claims, on a clock that stands an hour after its closing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from sma.core import clock
from sma.core.db import Database
from sma.identity import Role
from sma.people import Practitioner
from tests.conftest import SignIn
from tests.sma.claims.clinic import Clinic
from tests.sma.claims.factories import CLOSED, propose_now, yarn_up


@pytest.fixture
def _an_hour_later(app: FastAPI, tmp_path: Path) -> Iterator[None]:
    """Services of a day to come are not frozen, so no test may depend on the machine's own day."""
    path = tmp_path / "clock"
    path.write_text((CLOSED + timedelta(hours=1)).isoformat())
    clock.use_test_clock(path)
    yield
    clock.use_test_clock(None)


@pytest.fixture
def clinic(app: FastAPI, _an_hour_later: None, sign_in: SignIn) -> Clinic:
    database: Database = app.state.database
    doctor = sign_in(Role.CLINICIAN)
    billing = sign_in(Role.BILLING, Role.MANAGER)
    with database.write() as db:
        day = yarn_up(db)
        db.get_one(Practitioner, day.clinician.id).user_id = doctor.user.id  # type: ignore[attr-defined]
    propose_now(database, day.session.id)
    return Clinic(database, day, doctor, billing)
