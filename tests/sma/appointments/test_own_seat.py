"""Undo within ten minutes gives people their own seat back; later, "Put back" follows the queue and says so."""

from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.appointments import Appointment, CancelReason, book, cancel, move
from sma.core import clock
from sma.core.db import Database
from sma.identity import Role
from sma.people import Patient
from sma.scheduling import GroupSession
from tests.conftest import NOW, SignIn
from tests.factories import make_appointment, make_patient, make_session

pytestmark = pytest.mark.usefixtures("morning")
MINUTE = timedelta(minutes=1)
SEAT_GONE = "Their seat has been given to somebody else meanwhile. Nothing was changed."
ACTS = ["moved", "taken off"]


@pytest.fixture
def clinic(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
def desk(sign_in: SignIn) -> TestClient:
    return sign_in(Role.FRONT_DESK, username="tahlia")


@pytest.fixture
def two_sessions(clinic: Database, desk: TestClient) -> tuple[UUID, UUID]:
    """Nora has one of the three seats, with a turn of an hour ago; Linh waits."""
    with clinic.write() as db:
        by, home = desk.user, make_session(db, most=3)  # type: ignore[attr-defined]
        away = make_session(db, starts_at=NOW + timedelta(days=9))
        nora = make_patient(db, preferred_name="Nora")
        book(db, home.id, nora.id, by=by, now=NOW - 60 * MINUTE)
        make_appointment(db, home)
        make_appointment(db, home)
        linh = make_patient(db, preferred_name="Linh")
        book(db, home.id, linh.id, waiting_ok=True, by=by, now=NOW - 30 * MINUTE)
        return home.id, away.id


def leave(clinic: Database, desk: TestClient, ids: tuple[UUID, UUID], act: str, *, minutes_ago: int) -> str:
    """Nora leaves her seat; returns the address to which the act leads."""
    home, away = ids
    at = clock.now() - minutes_ago * MINUTE
    with clinic.write() as db:
        place, by = row(db, home, "Nora"), desk.user  # type: ignore[attr-defined]
        if act == "moved":
            return f"/sessions/{away}?undo={move(db, place.id, away, by=by, now=at).id}"
        cancel(db, place.id, reason=CancelReason.PATIENT, by=by, now=at)
        return f"/sessions/{home}?undo={place.id}"


def row(db: object, session_id: UUID, name: str) -> Appointment:
    """The newest row of somebody in a session."""
    query = select(Appointment).join(Patient, col(Patient.id) == col(Appointment.patient_id))
    where = col(Appointment.group_session_id) == session_id, col(Patient.preferred_name) == name
    found: Appointment = db.exec(query.where(*where).order_by(col(Appointment.booked_at).desc())).first()  # type: ignore[attr-defined]
    return found


def button(client: TestClient, url: str, starts: str) -> Tag:
    forms = BeautifulSoup(client.get(url).text, "html.parser").select("main form")
    return next(form for form in forms if form.get_text(strip=True).startswith(starts))


def press(client: TestClient, form: Tag) -> str:
    answers = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    answer = client.post(str(form["action"]), data=answers)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("minutes_ago", [0, 9])
def test_an_undo_gives_the_own_seat_back_whoever_waits(
    clinic: Database, desk: TestClient, two_sessions: tuple[UUID, UUID], act: str, minutes_ago: int
) -> None:
    url = leave(clinic, desk, two_sessions, act, minutes_ago=minutes_ago)

    press(desk, button(desk, url, "Undo"))

    with clinic.read() as db:
        assert row(db, two_sessions[0], "Nora").status == "booked"
        assert row(db, two_sessions[0], "Linh").status == "waitlist"


@pytest.mark.parametrize("act", ACTS)
def test_a_seat_given_away_meanwhile_is_said_plainly_and_the_old_turn_is_offered(
    clinic: Database, desk: TestClient, two_sessions: tuple[UUID, UUID], act: str
) -> None:
    home, away = two_sessions
    url = leave(clinic, desk, two_sessions, act, minutes_ago=1)
    with clinic.write() as db:
        make_appointment(db, db.get_one(GroupSession, home))
        left = row(db, home, "Nora")
        before = left.status, left.version

    undo = button(desk, url, "Undo")
    page = press(desk, undo)

    assert SEAT_GONE in page
    assert "may not suit" not in page
    assert "Nothing has been booked" not in page
    with clinic.read() as db:
        left = row(db, home, "Nora")
        assert (left.status, left.version) == before

    waits = press(desk, button(desk, f"/sessions/{home}?turn={left.id}", "Put Nora on the waiting list"))

    assert "On the waiting list." in waits
    with clinic.read() as db:
        nora, linh = row(db, home, "Nora"), row(db, home, "Linh")
        assert (nora.status, nora.waiting_since) == ("waitlist", NOW - 60 * MINUTE)
        assert linh.status == "waitlist"
        if act == "moved":
            assert row(db, away, "Nora").status == "booked"


@pytest.mark.parametrize("act", ACTS)
def test_after_ten_minutes_put_back_follows_the_queue_and_says_so_before_the_press(
    clinic: Database, desk: TestClient, two_sessions: tuple[UUID, UUID], act: str
) -> None:
    home, away = two_sessions
    url = leave(clinic, desk, two_sessions, act, minutes_ago=11)

    page = desk.get(url).text
    put_back = button(desk, url, "Put back")
    after = press(desk, put_back)

    assert "Somebody who waits comes first" in page
    assert "Undo: Nora" not in page
    assert "On the waiting list." in after
    with clinic.read() as db:
        nora = row(db, home, "Nora")
        assert (nora.status, nora.waiting_since) == ("waitlist", NOW - 60 * MINUTE)
        if act == "moved":
            assert row(db, away, "Nora").status == "booked"


@pytest.mark.parametrize("act", ACTS)
def test_after_ten_minutes_a_seat_that_nobody_waits_for_is_given_again(
    clinic: Database, desk: TestClient, two_sessions: tuple[UUID, UUID], act: str
) -> None:
    url = leave(clinic, desk, two_sessions, act, minutes_ago=11)
    with clinic.write() as db:
        linh = row(db, two_sessions[0], "Linh")
        cancel(db, linh.id, reason=CancelReason.PATIENT, by=desk.user, now=clock.now())  # type: ignore[attr-defined]

    press(desk, button(desk, url, "Put back"))

    with clinic.read() as db:
        assert row(db, two_sessions[0], "Nora").status == "booked"


@pytest.mark.parametrize("act", ACTS)
def test_whoever_may_book_undoes_what_a_colleague_explained(
    clinic: Database, desk: TestClient, sign_in: SignIn, act: str
) -> None:
    """Booked without an agreement, with the health worker's reason: the desk's Undo needs none of its own."""
    worker = sign_in(Role.HEALTH_WORKER)
    with clinic.write() as db:
        home, away = make_session(db), make_session(db, starts_at=NOW + timedelta(days=9))
        nora = make_patient(db, preferred_name="Nora", agreed=False)
        reason = {"agreement": "Signs at the door"}
        book(db, home.id, nora.id, passed=reason, by=worker.user, now=NOW)  # type: ignore[attr-defined]
        place = row(db, home.id, "Nora")
        ids = home.id, away.id
        if act == "moved":
            new = move(db, place.id, away.id, passed=reason, by=worker.user, now=NOW)  # type: ignore[attr-defined]
            url = f"/sessions/{away.id}?undo={new.id}"
        else:
            cancel(db, place.id, reason=CancelReason.PATIENT, by=worker.user, now=NOW)  # type: ignore[attr-defined]
            url = f"/sessions/{home.id}?undo={place.id}"

    press(desk, button(desk, url, "Undo"))

    with clinic.read() as db:
        back = row(db, ids[0], "Nora")
        assert (back.status, back.passed_warnings) == ("booked", reason)


@pytest.mark.parametrize("act", ACTS)
def test_a_form_that_was_sent_before_claims_nothing_once_its_act_was_undone(
    clinic: Database, desk: TestClient, two_sessions: tuple[UUID, UUID], act: str
) -> None:
    home, away = two_sessions
    with clinic.read() as db:
        place = row(db, home, "Nora").id
    door, answers = ("move", {"session_id": str(away)}) if act == "moved" else ("cancellation", {"reason": "patient"})
    url, form = f"/appointments/{place}/{door}", answers | {"idempotency_key": "once"}
    first = desk.post(url, data=form).headers["location"]
    press(desk, button(desk, first, "Undo"))

    again = desk.post(url, data=form)
    page = desk.get(again.headers["location"]).text

    assert again.status_code == 303
    assert "Moved. One message" not in page
    assert "Taken off. The place is free again." not in page
    assert 'data-undo-seconds="20"' not in page
