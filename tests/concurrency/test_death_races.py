"""A death is recorded while others book, cancel and record it too: nobody who has died keeps a place."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from sma.appointments import Appointment, Stopped, book, cancel_session, correct_death, record_death
from sma.appointments.rules import LIVE
from sma.core.db import Database
from sma.identity import CurrentUser, Role
from sma.people import DeathAlreadyRecorded, NoDeathRecorded, ToldBy
from tests.concurrency.races import at_once
from tests.conftest import NOW
from tests.factories import make_appointment, make_patient, make_session, make_user

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(300)]


def test_a_seat_is_given_back_or_taken_by_somebody_else_but_never_both(clinic: Database) -> None:
    """A death is corrected, twice at once, while the desk books the very seats that it had freed."""
    with clinic.write() as db:
        lead, person = make_user(db, Role.CULTURAL_LEAD), make_patient(db)
        sessions = [make_session(db, starts_at=NOW + timedelta(days=day), most=1) for day in range(1, 9)]
        others = [make_patient(db).id for _ in sessions]
        person_id, ids = person.id, [session.id for session in sessions]
        for session_id in ids:
            book(db, session_id, person_id, by=lead, now=NOW)
        record_death(db, person_id, told_by=ToldBy.FAMILY, died_on=None, by=lead, now=NOW)

    def corrected() -> str:
        with clinic.write() as db:
            put_back = correct_death(db, person_id, by=lead, now=NOW)
            assert (put_back.back, put_back.lost) == (len(ids), 0)
        return "corrected"

    def booked(number: int) -> str:
        with clinic.write() as db:
            return book(db, ids[number], others[number], by=lead, now=NOW).status

    acts: list[Callable[[], str]] = [partial(booked, number) for number in range(len(ids))]
    ended = at_once([*acts[:4], corrected, *acts[4:], corrected])

    assert ended.count("corrected") == 1
    assert {type(each) for each in ended if not isinstance(each, str)} <= {NoDeathRecorded, Stopped}
    with clinic.read() as db:
        for number, session_id in enumerate(ids):
            rows = db.exec(select(Appointment).where(col(Appointment.group_session_id) == session_id)).all()
            seated = [row.patient_id for row in rows if row.status == "booked"]
            waiting = [row.patient_id for row in rows if row.status == "waitlist"]
            assert (seated, waiting) in (([person_id], []), ([others[number]], [person_id]))


def test_whatever_comes_first_no_place_is_left(clinic: Database) -> None:
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
