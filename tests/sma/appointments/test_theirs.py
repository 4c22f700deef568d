"""A person's places in all sessions: what is coming, what is past or ended, and who may follow which link."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from sma.core.db import Database
from sma.identity import Role
from tests.conftest import NOW, SignIn
from tests.factories import make_appointment, make_patient, make_practitioner, make_session

pytestmark = pytest.mark.usefixtures("morning")


@pytest.fixture
def clinic(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


def test_the_desk_sees_what_a_person_has_already(clinic: Database, sign_in: SignIn) -> None:
    with clinic.write() as db:
        person = make_patient(db, preferred_name="Mary")
        coming = make_session(db, starts_at=NOW + timedelta(days=2))
        over = make_session(db, starts_at=NOW - timedelta(days=2))
        left = make_session(db, starts_at=NOW + timedelta(days=3))
        make_appointment(db, coming, person, status="waitlist", waiting_since=NOW)
        make_appointment(db, over, person, status="noshow")
        make_appointment(db, left, person, status="cancelled", reason="patient", ended_at=NOW)
        ids, who = [session.id for session in (coming, left, over)], person.id
    desk = sign_in(Role.FRONT_DESK)

    places = desk.get(f"/people/{who}/appointments").text
    booking = desk.get(f"/people/{who}/appointments/new").text.partition('id="can-join"')[0]

    assert [places.index(f"/sessions/{each}") for each in ids] == sorted(
        places.index(f"/sessions/{each}") for each in ids
    )
    assert [words in places for words in ("Waiting", "Absent", "Cancelled by patient")] == [True] * 3
    assert [f"/sessions/{each}" in booking for each in ids] == [True, False, False]
    assert f'href="/people/{who}/appointments"' in desk.get(f"/people/{who}").text


def test_places_that_a_person_no_longer_has_are_not_coming(clinic: Database, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    with clinic.write() as db:
        person, home = make_patient(db), make_session(db)
        away = make_session(db, starts_at=NOW + timedelta(days=9))
        wrong = make_session(db, starts_at=NOW + timedelta(days=5))
        moved = make_appointment(db, home, person, status="cancelled", reason="moved", ended_at=NOW)
        make_appointment(db, away, person, moved_from_id=moved.id)
        make_appointment(db, wrong, person, status="entered-in-error", reason="entered-by-mistake", ended_at=NOW)
        who = person.id

    coming, _, ended = desk.get(f"/people/{who}/appointments").text.partition("Past and ended")

    assert "Excused" not in coming + ended
    assert coming.count("work-row") == 1
    assert "Moved" in ended
    assert "to Wed 2 Dec 9:00 am" in ended
    assert "Entered by mistake" in ended


def test_a_clinician_reads_a_persons_places_by_neutral_label_and_without_links(
    clinic: Database, sign_in: SignIn
) -> None:
    clinician = sign_in(Role.CLINICIAN)
    with clinic.write() as db:
        person = make_patient(db)
        doctor = make_practitioner(db, user_id=clinician.user.id)  # type: ignore[attr-defined]
        make_appointment(db, make_session(db, clinician=doctor, starts_at=NOW + timedelta(days=9)), person)
        session = make_session(db, audience="mens")
        make_appointment(db, session, person)
        who, session_id, label = person.id, session.id, session.neutral_label

    page = clinician.get(f"/people/{who}/appointments")

    assert page.status_code == 200
    assert label in page.text
    assert str(session_id) not in page.text
