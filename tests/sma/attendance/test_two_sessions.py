"""Two sessions of one day: whose notes a clinician ticks, and one clinician's clock in both."""

import pytest
from sqlmodel import col, select

from sma.attendance import clinician_in, clinician_out, mark, start_consult, tick_note
from sma.attendance.models import ConsultInterval, Encounter
from sma.attendance.rules import NotRecordable
from sma.core.db import WriteSession
from sma.core.errors import Forbidden
from tests.factories import make_appointment, make_session
from tests.sma.attendance.scene import Scene, at, consult, yarn_up


def test_a_doctor_of_another_session_ticks_no_note_and_takes_none_back(db: WriteSession) -> None:
    scene, other = yarn_up(db), yarn_up(db)
    mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("10:05"))
    tick_note(db, scene.place(1), by=scene.doctor_user, now=at("10:40"))
    for done in (True, False):
        with pytest.raises(Forbidden):
            tick_note(db, scene.place(1), done=done, by=other.doctor_user, now=at("10:41"))
    encounter = db.exec(select(Encounter)).one()
    assert encounter.note_done_by_id == scene.doctor_user.id


@pytest.fixture
def both(db: WriteSession) -> tuple[Scene, Scene]:
    """Two sessions of one doctor; the second, later that day, was recorded already: a consult 11:10 to 11:20."""
    first = yarn_up(db, 2)
    session = make_session(db, clinician=first.doctor, starts_at=at("11:00"))
    second = Scene(session, first.doctor, first.doctor_user, first.marcus, [make_appointment(db, session)])
    for scene, hour in ((second, "11:05"), (first, "10:05")):
        for number in range(1, len(scene.places) + 1):
            mark(db, scene.place(number), "arrived", by=scene.marcus, now=at(hour))
    stay = clinician_in(db, session.id, first.doctor.id, by=first.marcus, now=at("11:06"))
    consult(db, second, 1, "11:10", "11:20")
    clinician_out(db, stay.id, by=first.marcus, now=at("11:25"))
    return first, second


def test_a_consult_of_another_session_moves_no_start(db: WriteSession, both: tuple[Scene, Scene]) -> None:
    first, _ = both
    clinician_in(db, first.session.id, first.doctor.id, by=first.marcus, now=at("10:25"))
    begun = start_consult(db, first.place(1), first.doctor.id, by=first.marcus, now=at("10:26"))
    assert begun.starts_at == at("10:26")
    start_consult(db, first.place(2), first.doctor.id, by=first.marcus, now=at("10:33"))
    running = db.exec(select(ConsultInterval).where(col(ConsultInterval.ends_at).is_(None))).one()
    assert (running.starts_at, begun.ends_at) == (at("10:33"), at("10:33"))


def test_nobody_is_with_two_people_of_two_sessions_at_once(db: WriteSession, both: tuple[Scene, Scene]) -> None:
    first, _ = both
    clinician_in(db, first.session.id, first.doctor.id, by=first.marcus, now=at("10:40"))
    with pytest.raises(NotRecordable) as refusal:
        start_consult(db, first.place(1), first.doctor.id, by=first.marcus, now=at("11:15"))
    assert "That overlaps the consult" in refusal.value.fields["starts"]
