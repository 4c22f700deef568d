"""Two tablets at once: real threads, real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import col, select

from sma.attendance import Doubt, NotComplete, clinician_in, clinician_out, close_session, mark, start_consult
from sma.attendance.models import AttendanceMark, ConsultInterval, Encounter
from sma.attendance.rules import DayLocked
from sma.core.db import Database
from sma.core.outbox import Outbox
from tests.sma.attendance.scene import at, everyone_arrives, yarn_up

pytestmark = pytest.mark.concurrency


def at_once(count: int, act: object) -> list[object]:
    """Run the same act in threads that start together; returns results or refusals."""
    start = Barrier(count)

    def run(number: int) -> object:
        start.wait()
        try:
            return act(number)  # type: ignore[operator]
        except (NotComplete, DayLocked) as refusal:
            return refusal

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_two_tablets_start_two_names_and_one_clock_runs(database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db)
        everyone_arrives(db, scene)
        clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))

    def start(number: int) -> None:
        with database.write() as db:
            start_consult(db, scene.place(number + 1), scene.doctor.id, by=scene.marcus, now=at(f"10:26:0{number}"))

    at_once(6, start)

    with database.read() as db:
        running = db.exec(
            select(ConsultInterval).where(
                col(ConsultInterval.ends_at).is_(None), col(ConsultInterval.superseded_at).is_(None)
            )
        ).all()
    assert len(running) == 1


def test_one_person_pressed_on_eight_tablets_is_one_check_in(database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db, 1)

    def press(_number: int) -> None:
        with database.write() as db:
            mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("10:01"))

    at_once(8, press)

    with database.read() as db:
        assert len(db.exec(select(Encounter)).all()) == 1
        assert len(db.exec(select(AttendanceMark)).all()) == 1


def test_closing_twice_at_once_makes_proposals_once(database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db)
        everyone_arrives(db, scene)
        stay = clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))
        clinician_out(db, stay.id, by=scene.marcus, now=at("11:25"))

    def close(_number: int) -> None:
        with database.write() as db:
            close_session(db, scene.session.id, sure=[Doubt.NO_CONSULT], by=scene.marcus, now=at("11:40"))

    outcomes = at_once(4, close)

    assert [type(outcome).__name__ for outcome in outcomes].count("DayLocked") == 3
    with database.read() as db:
        assert [row.kind for row in db.exec(select(Outbox))] == ["session.closed"]
