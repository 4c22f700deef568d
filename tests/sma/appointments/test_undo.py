"""Undo after booking, moving and giving places: one change back, one message more, nothing of a colleague's."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from sma.appointments import (
    Appointment,
    CancelReason,
    Invitation,
    Stopped,
    book,
    cancel,
    correct_death,
    give_place,
    move,
    record_death,
    restore,
)
from sma.appointments import places as seats
from sma.appointments.actions import undo
from sma.appointments.rules import OWN_SEAT_FOR, CannotChange, NotBookable
from sma.core import clock
from sma.core.db import Database, WriteSession
from sma.identity import CurrentUser, Role
from sma.people import ToldBy
from sma.scheduling import GroupSession
from tests.conftest import NOW, SignIn
from tests.factories import make_patient, make_session, make_user
from tests.sma.appointments.reading import did, told

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(db: WriteSession) -> CurrentUser:
    return make_user(db, Role.FRONT_DESK)


def back(db: WriteSession, place: Appointment, desk: CurrentUser) -> Appointment:
    return undo(db, place.id, version=place.version, by=desk, now=NOW + MINUTE)


def test_an_undone_booking_ends_as_a_mistake_and_takes_its_calendar_entry_back(
    db: WriteSession, desk: CurrentUser
) -> None:
    session, person = make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)

    undone = back(db, place, desk)

    assert (undone.status, undone.reason) == ("entered-in-error", "entered-by-mistake")
    assert told(db, person.id) == [("request", 0), ("cancel", 1)]


def test_an_undone_entry_on_the_list_is_told_without_a_calendar_part(db: WriteSession, desk: CurrentUser) -> None:
    session, person = make_session(db, most=0), make_patient(db)
    place = book(db, session.id, person.id, waiting_ok=True, by=desk, now=NOW)

    back(db, place, desk)

    assert told(db, person.id) == [("waiting", 0), ("cancel", 0)]


def test_a_place_given_too_soon_goes_back_and_the_person_keeps_their_turn(db: WriteSession, desk: CurrentUser) -> None:
    session, person = make_session(db, most=0), make_patient(db)
    place = book(db, session.id, person.id, waiting_ok=True, by=desk, now=NOW)
    session.most = 1
    db.flush()
    give_place(db, place.id, by=desk, now=NOW + MINUTE)

    undone = back(db, place, desk)

    assert (undone.status, undone.waiting_since, undone.waited_since) == ("waitlist", NOW, None)
    assert told(db, person.id) == [("waiting", 0), ("request", 0), ("cancel", 1)]
    assert "back-to-list" in did(db)


def test_an_undone_move_leads_home_with_one_message(db: WriteSession, desk: CurrentUser) -> None:
    person, home = make_patient(db), make_session(db)
    away = make_session(db, starts_at=NOW + timedelta(days=9))
    place = move(db, book(db, home.id, person.id, by=desk, now=NOW).id, away.id, by=desk, now=NOW)

    undone = back(db, place, desk)

    assert (undone.group_session_id, undone.status) == (home.id, "booked")
    assert told(db, person.id) == [("request", 0), ("request", 1), ("request", 2)]


@pytest.mark.parametrize("door", ["undo", "restore"])
def test_somebody_moved_off_a_waiting_list_goes_back_to_their_turn_not_to_a_place(
    db: WriteSession, desk: CurrentUser, door: str
) -> None:
    person, home = make_patient(db), make_session(db, most=0)
    away = make_session(db, starts_at=NOW + timedelta(days=9))
    first = book(db, home.id, person.id, waiting_ok=True, by=desk, now=NOW)
    place = move(db, first.id, away.id, by=desk, now=NOW + MINUTE)

    undone = back(db, place, desk) if door == "undo" else restore(db, first.id, by=desk, now=NOW + MINUTE)

    assert (undone.id, undone.status, undone.waiting_since) == (first.id, "waitlist", NOW)
    assert place.status == "cancelled"
    assert told(db, person.id) == [("waiting", 0), ("request", 0), ("cancel", 1)]
    assert db.exec(select(Invitation.appointment_id)).one() == first.id


def test_a_place_given_after_a_move_is_waited_for_again_and_not_in_the_session_before(
    db: WriteSession, desk: CurrentUser
) -> None:
    """Moved here, taken off, the seat went, so they waited here: Undo takes back the place that was given last."""
    person, home = make_patient(db), make_session(db)
    here = make_session(db, starts_at=NOW + timedelta(days=9), most=1)
    place = move(db, book(db, home.id, person.id, by=desk, now=NOW).id, here.id, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)
    book(db, here.id, make_patient(db).id, by=desk, now=NOW)
    restore(db, place.id, by=desk, now=NOW + OWN_SEAT_FOR)
    here.most = 2
    db.flush()
    give_place(db, place.id, by=desk, now=NOW + 2 * OWN_SEAT_FOR)

    undone = back(db, place, desk)

    assert (undone.group_session_id, undone.status, undone.waiting_since) == (here.id, "waitlist", NOW)
    assert seats(db, home.id).taken == 0


def test_a_place_given_after_a_corrected_death_is_waited_for_again(db: WriteSession, desk: CurrentUser) -> None:
    person, home, lead = make_patient(db), make_session(db), make_user(db, Role.CULTURAL_LEAD)
    here = make_session(db, starts_at=NOW + timedelta(days=9), most=1)
    place = move(db, book(db, home.id, person.id, by=desk, now=NOW).id, here.id, by=desk, now=NOW)
    record_death(db, person.id, told_by=ToldBy.FAMILY, died_on=None, by=lead, now=NOW)
    book(db, here.id, make_patient(db).id, by=desk, now=NOW)
    correct_death(db, person.id, by=lead, now=NOW + MINUTE)
    here.most = 2
    db.flush()
    give_place(db, place.id, by=desk, now=NOW + 2 * MINUTE)

    undone = back(db, place, desk)

    assert (undone.group_session_id, undone.status) == (here.id, "waitlist")
    assert seats(db, home.id).taken == 0


def test_going_home_needs_no_reason_that_was_given_before(db: WriteSession) -> None:
    worker, person = make_user(db, Role.HEALTH_WORKER), make_patient(db, groups_ok=["open"])
    home = make_session(db, audience="womens", approved_by_id=make_user(db, Role.CULTURAL_LEAD).id)
    away = make_session(db, starts_at=NOW + timedelta(days=9))
    reason = {"suit": "Asked her aunt, who comes along"}
    place = move(db, book(db, home.id, person.id, passed=reason, by=worker, now=NOW).id, away.id, by=worker, now=NOW)

    undone = back(db, place, worker)

    assert (undone.group_session_id, undone.status) == (home.id, "booked")
    assert undone.passed_warnings["suit"] == reason["suit"]


def test_nobody_who_has_died_goes_back_to_a_waiting_list(db: WriteSession, desk: CurrentUser) -> None:
    person, home = make_patient(db), make_session(db, most=0)
    away = make_session(db, starts_at=NOW + timedelta(days=9))
    waiting = book(db, home.id, person.id, waiting_ok=True, by=desk, now=NOW)
    place = move(db, waiting.id, away.id, by=desk, now=NOW)
    person.is_deceased = True  # as an import leaves it until the worker has ended their places
    db.flush()

    with pytest.raises(Stopped):
        back(db, place, desk)

    assert (waiting.status, place.status) == ("cancelled", "booked")


def test_nobody_undoes_what_a_colleague_did_since(db: WriteSession, desk: CurrentUser) -> None:
    session, person = make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)
    shown = place.version
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)
    restore(db, place.id, by=desk, now=NOW)

    with pytest.raises(CannotChange):
        undo(db, place.id, version=shown, by=desk, now=NOW + MINUTE)

    assert place.status == "booked"


def test_a_given_place_stays_once_the_session_has_begun(db: WriteSession, desk: CurrentUser) -> None:
    session, person = make_session(db, most=0), make_patient(db)
    place = book(db, session.id, person.id, waiting_ok=True, by=desk, now=NOW)
    session.most = 1
    db.flush()
    give_place(db, place.id, by=desk, now=NOW)

    with pytest.raises(NotBookable):
        undo(db, place.id, version=place.version, by=desk, now=session.starts_at)


@pytest.fixture
def clinic(app: FastAPI) -> Database:
    return app.state.database  # type: ignore[no-any-return]


def offered(page: str) -> list[dict[str, str]]:
    """The fields of every Undo button on a page, with its address under "to"."""
    forms = []
    for form in BeautifulSoup(page, "html.parser").select("main form"):
        if form.get_text(strip=True) == "Undo":
            named = {str(field["name"]): str(field["value"]) for field in form.select("input")}
            forms.append({"to": str(form["action"])} | named)
    return forms


def press(client: TestClient, button: dict[str, str]) -> Response:
    return client.post(button["to"], data={name: value for name, value in button.items() if name != "to"})


@pytest.mark.usefixtures("morning")
def test_undo_stands_beside_each_act_for_a_moment_and_in_the_history_after(clinic: Database, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    with clinic.write() as db:
        full, other, person = make_session(db, most=0), make_session(db, starts_at=NOW + timedelta(days=9)), None
        person, sessions = make_patient(db, preferred_name="Mary").id, [full.id, other.id]
    form = {"patient_id": str(person)}

    waits = desk.post(f"/sessions/{sessions[0]}/appointments", data=form | {"waiting": "on"}).headers["location"]
    assert "Mary is on the waiting list." in desk.get(waits).text
    with clinic.write() as db:
        db.get_one(GroupSession, sessions[0]).most = 1
        place = str(db.exec(select(Appointment.id)).one())
    given = desk.post(f"/appointments/{place}/place").headers["location"]
    assert "Mary has a place now." in desk.get(given).text
    moved = desk.post(f"/appointments/{place}/move", data={"session_id": str(sessions[1])}).headers["location"]
    page = desk.get(moved).text
    assert "Mary has moved here." in page
    assert 'data-undo-seconds="20"' in page
    later = desk.get(moved.split("?")[0]).text
    assert 'data-undo-seconds="20"' not in later
    beside, in_history = offered(page)
    assert len(offered(later)) == 1
    assert (beside["to"], beside["version"]) == (in_history["to"], in_history["version"])


@pytest.mark.usefixtures("morning")
def test_undo_pressed_twice_or_from_an_old_page_takes_back_once(clinic: Database, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    with clinic.write() as db:
        session_id, person = make_session(db).id, make_patient(db, preferred_name="Mary").id
    booked = desk.post(f"/sessions/{session_id}/appointments", data={"patient_id": str(person)}).headers["location"]
    beside, in_history = offered(desk.get(booked).text)

    answers = [press(desk, beside), press(desk, beside)]
    page = desk.get(answers[0].headers["location"]).text
    stale = press(desk, in_history)

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"] == f"/sessions/{session_id}"
    assert stale.status_code == 409
    assert "Undone. The message that says so is on its way." in page
    assert "took Mary off (entered by mistake)" in page
    with clinic.read() as db:
        assert db.exec(select(Appointment.status)).all() == ["entered-in-error"]
        assert [what for what, _ in told(db, person)] == ["request", "cancel"]


@pytest.mark.usefixtures("morning")
def test_whoever_may_not_book_is_offered_no_undo(clinic: Database, sign_in: SignIn) -> None:
    with clinic.write() as db:
        session, desk = make_session(db), make_user(db, Role.FRONT_DESK)
        place = book(db, session.id, make_patient(db).id, by=desk, now=clock.now())
        url = f"/sessions/{session.id}?undo={place.id}"

    assert offered(sign_in(Role.BILLING).get(url).text) == []
