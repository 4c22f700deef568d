"""No dead ends: every button of the stop page does what it says, wherever the stop came from."""

from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from sma.appointments import Appointment, LeadQuestion, book, move
from sma.appointments.rules import OWN_SEAT_FOR
from sma.core import clock
from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.identity import Role
from tests.conftest import NOW, SignIn
from tests.factories import make_patient, make_session
from tests.sma.appointments.reading import did

pytestmark = pytest.mark.usefixtures("morning")
DAY = timedelta(days=1)
WAIT, ASK = "Add Mary to the waiting list", "Ask the cultural lead"


@pytest.fixture
def clinic(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
def desk(sign_in: SignIn) -> TestClient:
    return sign_in(Role.FRONT_DESK, username="tahlia")


def buttons(stop: Response) -> dict[str, Tag]:
    assert stop.status_code == 409
    forms = BeautifulSoup(stop.text, "html.parser").select("main form")
    return {form.get_text(strip=True): form for form in forms}


def press(client: TestClient, form: Tag) -> Response:
    answers = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    return client.post(str(form["action"]), data=answers)


def follow(client: TestClient, answer: Response) -> str:
    assert answer.status_code == 303
    return client.get(answer.headers["location"]).text


def _undo_stopped(clinic: Database, desk: TestClient) -> tuple[UUID, UUID, Response]:
    """Mary was moved a while ago, and said since which groups suit her: she can't simply go home."""
    with clinic.write() as db:
        by, mary = desk.user, make_patient(db, preferred_name="Mary")  # type: ignore[attr-defined]
        home, away = make_session(db, most=1), make_session(db, starts_at=NOW + 9 * DAY)
        make_session(db, starts_at=NOW + 12 * DAY)
        before = clock.now() - OWN_SEAT_FOR
        place = move(db, book(db, home.id, mary.id, by=by, now=before).id, away.id, by=by, now=before)
        home.audience = "mens"
        mary.groups_ok = ["open"]
    stop = desk.post(f"/appointments/{place.id}/reversal", data={"version": str(place.version)})
    return home.id, mary.id, stop


@pytest.mark.parametrize("label", [WAIT, ASK])
def test_after_an_undo_that_was_stopped_the_buttons_are_about_the_session_before(
    clinic: Database, desk: TestClient, label: str
) -> None:
    home, mary, stop = _undo_stopped(clinic, desk)

    led_to = press(desk, buttons(stop)[label])

    assert led_to.status_code == 303
    assert led_to.headers["location"].startswith(f"/sessions/{home}")
    with clinic.read() as db:
        row = db.exec(
            select(Appointment).where(
                col(Appointment.group_session_id) == home,
                col(Appointment.patient_id) == mary,
                col(Appointment.status) == "waitlist",
            )
        ).one()
        asked = db.exec(select(LeadQuestion.appointment_id)).all()
        refusal = db.exec(select(AuditEvent).where(col(AuditEvent.on_kind) == "refusal")).one()
    assert asked == ([row.id] if label == ASK else [])
    assert (refusal.did, refusal.details) == ("mismatch, not booked", {"session": str(home)})


def test_after_an_undo_that_was_stopped_another_session_can_be_booked(clinic: Database, desk: TestClient) -> None:
    _, _, stop = _undo_stopped(clinic, desk)
    (nearest,) = [form for label, form in buttons(stop).items() if label.startswith("Book ")]

    assert "Place booked" in follow(desk, press(desk, nearest))


def _giving_stopped(clinic: Database, desk: TestClient) -> tuple[UUID, UUID, Response]:
    """Mary waits; the seat that was free a moment ago is gone."""
    with clinic.write() as db:
        by, mary = desk.user, make_patient(db, preferred_name="Mary")  # type: ignore[attr-defined]
        session = make_session(db, most=0)
        place = book(db, session.id, mary.id, waiting_ok=True, by=by, now=NOW)
    return session.id, place.id, desk.post(f"/appointments/{place.id}/place")


def test_whoever_waits_already_keeps_their_entry_and_the_desk_is_told(clinic: Database, desk: TestClient) -> None:
    session, place, stop = _giving_stopped(clinic, desk)

    page = follow(desk, press(desk, buttons(stop)[WAIT]))

    assert "They are on the waiting list already, with the turn they had." in page
    with clinic.read() as db:
        assert db.exec(select(Appointment.id).where(col(Appointment.group_session_id) == session)).all() == [place]
        assert did(db).count("wait") == 1


def test_the_lead_is_asked_once_about_whoever_waits_already(clinic: Database, desk: TestClient) -> None:
    _, place, stop = _giving_stopped(clinic, desk)

    pages = [follow(desk, press(desk, buttons(stop)[ASK])), follow(desk, press(desk, buttons(stop)[ASK]))]
    again = desk.post(f"/appointments/{place}/place")
    pages.append(follow(desk, press(desk, buttons(again)[ASK])))

    assert all("On the waiting list. The cultural lead has the question." in page for page in pages)
    assert "Tahlia asked the cultural lead about Mary" in pages[0]
    with clinic.read() as db:
        question = db.exec(select(LeadQuestion)).one()
        assert (question.appointment_id, question.asked_by_id) == (place, desk.user.id)  # type: ignore[attr-defined]
        assert did(db).count("ask-lead") == 1


def test_an_answer_that_is_there_is_pointed_out_and_stays(clinic: Database, desk: TestClient, sign_in: SignIn) -> None:
    _, place, stop = _giving_stopped(clinic, desk)
    press(desk, buttons(stop)[ASK])
    with clinic.read() as db:
        question = db.exec(select(LeadQuestion.id)).one()
    sign_in(Role.CULTURAL_LEAD).post(f"/questions/{question}/answer", data={"answer": "Ring her aunt first."})

    again = desk.post(f"/appointments/{place}/place")
    page = follow(desk, press(desk, buttons(again)[ASK]))

    assert "The cultural lead has answered already." in page
    assert "Ring her aunt first." in page
