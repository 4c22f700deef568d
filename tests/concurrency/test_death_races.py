"""A death is recorded while others book, cancel and record it too: nobody who has died keeps a place."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from sma.appointments import Appointment, Stopped, book, cancel_session, record_death
from sma.appointments.rules import LIVE
from sma.core.db import Database
from sma.identity import CurrentUser, Role
from sma.people import DeathAlreadyRecorded, ToldBy
from tests.concurrency.races import at_once, fresh_url
from tests.conftest import NOW
from tests.factories import make_appointment, make_patient, make_session, make_user

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(300)]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_whatever_comes_first_no_place_is_left(engine: str, tmp_path: Path) -> None:
    with fresh_url(engine, tmp_path) as url:
        clinic = Database(url)
        try:
            _race(clinic)
        finally:
            clinic.dispose()


def _race(clinic: Database) -> None:
    with clinic.write() as db:
        lead, person = make_user(db, Role.CULTURAL_LEAD), make_patient(db)
        sessions = [make_session(db, starts_at=NOW + timedelta(days=day)) for day in range(1, 13)]
        for session in sessions[:6]:
            make_appointment(db, session, person)
        person_id, ids = person.id, [session.id for session in sessions]

    def died(by: CurrentUser) -> str:
        with clinic.write() as db:
            record_death(db, person_id, told_by=ToldBy.FAMILY, died_on=None, by=by, now=NOW)
        return "recorded"

    def booked(number: int) -> str:
        with clinic.write() as db:
            return book(db, ids[number], person_id, by=lead, now=NOW).status

    def called_off(number: int) -> str:
        with clinic.write() as db:
            cancel_session(db, ids[number], by=lead, now=NOW)
        return "called off"

    acts: list[Callable[[], str]] = [partial(booked, number) for number in range(6, 12)]
    acts += [partial(died, lead)] * 3 + [partial(called_off, number) for number in range(3)]
    ended = at_once(acts)

    assert ended.count("recorded") == 1
    assert {type(each) for each in ended if not isinstance(each, str)} <= {DeathAlreadyRecorded, Stopped}
    with clinic.read() as db:
        live = select(Appointment).where(col(Appointment.patient_id) == person_id, col(Appointment.status).in_(LIVE))
        assert db.exec(live).all() == []
