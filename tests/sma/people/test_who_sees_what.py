"""Who reads which part of a person's page: by what they do in the clinic, and by whose care the person is in."""

from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from sma.identity import Role
from sma.people import record_no_card
from tests.conftest import SignIn
from tests.factories import NOW, make_appointment, make_patient, make_practitioner, make_session, make_user

NOTE = "Ring after six, her brother has the phone"
ANSWERS: dict[str, Any] = {
    "preferred_name": "Quillam",
    "groups_ok": ["womens"],
    "indigenous_status": "2",
    "indigenous_status_state": "answered",
    "gender": "non-binary",
    "contact_note": NOTE,
    "phone": "0491 570 156",
    "email": "quillam@patients.example",
}
SAID = ("Women’s groups", "Torres Strait Islander, not Aboriginal", "Non-binary")


def somebody(app: FastAPI, *, cared_for_by: TestClient | None = None, status: str = "booked") -> UUID:
    """A person, with a place in a session of this clinician when one is given."""
    with app.state.database.write() as db:
        person = make_patient(db, **ANSWERS)
        user = getattr(cared_for_by, "user", None)
        doctor = make_practitioner(db, user_id=user.id) if user else None
        make_appointment(db, make_session(db, clinician=doctor), person, status=status)
        return person.id


@pytest.mark.parametrize(
    "role", [Role.FRONT_DESK, Role.FACILITATOR, Role.HEALTH_WORKER, Role.CULTURAL_LEAD, Role.MANAGER]
)
def test_whoever_rings_and_writes_reads_how_to_reach_a_person_safely(app: FastAPI, sign_in: SignIn, role: Role) -> None:
    client, person = sign_in(role), somebody(app)
    page = client.get(f"/people/{person}").text
    for shown in (NOTE, "0491 570 156", "quillam@patients.example"):
        assert shown in page
    assert "see the contact note" in client.post("/people/search", data={"text": "quil"}).text


@pytest.mark.parametrize("role", [Role.BILLING, Role.SAFETY_LEAD, Role.CLINICIAN])
def test_others_read_neither_the_note_nor_a_number_that_is_not_safe_without_it(
    app: FastAPI, sign_in: SignIn, role: Role
) -> None:
    client = sign_in(role)
    person = somebody(app, cared_for_by=client)
    pages = [client.get(f"/people/{person}"), client.post("/people/search", data={"text": "quil"})]
    for page in pages:
        assert page.status_code == 200
        assert "Quillam" in page.text
        for kept in (NOTE, "0491 570 156", "quillam@patients.example", "contact note"):
            assert kept not in page.text
    assert "Ask the front desk" in pages[0].text


def test_the_desk_sees_that_questions_were_asked_and_the_persons_clinician_sees_the_answers(
    app: FastAPI, sign_in: SignIn
) -> None:
    doctor = sign_in(Role.CLINICIAN)
    person = somebody(app, cared_for_by=doctor)
    desk = sign_in(Role.FRONT_DESK)
    for answer in SAID:
        assert answer not in desk.get(f"/people/{person}").text
        assert answer in doctor.get(f"/people/{person}").text


@pytest.mark.parametrize("path", ["", "/appointments"])
def test_a_clinician_does_not_open_the_page_of_somebody_in_none_of_their_sessions(
    app: FastAPI, sign_in: SignIn, path: str
) -> None:
    person = somebody(app)
    answer = sign_in(Role.CLINICIAN).get(f"/people/{person}{path}")
    assert answer.status_code == 403
    assert "They are in none of your sessions." in answer.text
    assert "Quillam" not in answer.text


@pytest.mark.parametrize(("status", "opens"), [("waitlist", True), ("fulfilled", True), ("cancelled", False)])
def test_waiting_or_having_been_there_counts_and_a_place_that_ended_does_not(
    app: FastAPI, sign_in: SignIn, status: str, opens: bool
) -> None:
    doctor = sign_in(Role.CLINICIAN)
    person = somebody(app, cared_for_by=doctor, status=status)
    assert (doctor.get(f"/people/{person}").status_code == 200) is opens


def test_a_clinician_finds_only_the_people_of_their_own_sessions(app: FastAPI, sign_in: SignIn) -> None:
    doctor = sign_in(Role.CLINICIAN)
    own, other = somebody(app, cared_for_by=doctor), somebody(app)
    found = doctor.post("/people/search", data={"text": "quil"}).text
    assert f"/people/{own}" in found
    assert f"/people/{other}" not in found
    assert "who are in your own sessions" in doctor.post("/people/search", data={"text": "zzz"}).text
    assert f"/people/{other}" in sign_in(Role.FRONT_DESK).post("/people/search", data={"text": "quil"}).text


def test_a_clinician_who_also_does_the_desk_reads_no_answers_of_people_they_do_not_care_for(
    app: FastAPI, sign_in: SignIn
) -> None:
    page = sign_in(Role.CLINICIAN, Role.FRONT_DESK).get(f"/people/{somebody(app)}")
    assert page.status_code == 200
    for answer in SAID:
        assert answer not in page.text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (None, "Nobody has said why yet."),
        ("card-not-here", "They have one, but not with them when we asked."),
        ("not-eligible", "They are not eligible for Medicare."),
        ("newborn", "A newborn, not on a card yet."),
        ("never-enrolled", "They have never enrolled in Medicare."),
    ],
)
def test_a_missing_card_reads_as_a_sentence(app: FastAPI, sign_in: SignIn, state: str | None, sentence: str) -> None:
    person = somebody(app)
    if state:
        with app.state.database.write() as db:
            record_no_card(db, person, state, by=make_user(db), now=NOW)
    page = " ".join(sign_in(Role.FRONT_DESK).get(f"/people/{person}").text.split())
    assert "No card recorded" in page
    assert sentence in page
    assert "Not known." not in page
