"""The message log as staff use it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from sqlmodel import select

from sma.appointments import Appointment
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.identity import Role
from sma.messages import Communication
from sma.scheduling import GroupSession
from tests.conftest import NOW, SignIn
from tests.factories import make_appointment, make_location, make_patient, make_session


def put_message(app: FastAPI, state: str, **patient: object) -> Communication:
    """A message in the log, with the invitation that it tells of."""
    from sma.appointments import InvitationRevision
    from sma.appointments.actions.telling import What, invite, tell

    database: Database = app.state.database
    with database.write() as db:
        session = make_session(db)
        appointment = make_appointment(db, session, make_patient(db, **patient))
        invitation = invite(db, appointment, now=NOW)
        db.flush()
        revision: InvitationRevision = tell(db, invitation, session, What.REQUEST, now=NOW)
        db.flush()
        row = Communication(
            revision_id=revision.id,
            appointment_id=appointment.id,
            patient_id=appointment.patient_id,
            kind="invitation",
            state=state,
            message_id=f"<{uuid4().hex}@saltwater.example>",
            created_at=NOW,
            attempts=2,
            last_error="recipient-refused-550" if state == "failed" else None,
        )
        db.add(row)
        db.flush()
        return row


def state_of(app: FastAPI, row: Communication) -> Communication:
    with app.state.database.read() as db:
        return db.get_one(Communication, row.id)  # type: ignore[no-any-return]


def test_the_log_lists_every_message_and_filters_by_state(app: FastAPI, sign_in: SignIn) -> None:
    put_message(app, "sent", preferred_name="Alan")
    put_message(app, "failed", preferred_name="Bea")
    page = sign_in(Role.FRONT_DESK).get("/messages")
    assert page.status_code == 200
    assert "Alan" in page.text
    assert "Bea" in page.text
    assert "Failed (1)" in page.text

    failed = sign_in(Role.FRONT_DESK).get("/messages?state=failed")
    assert "Bea" in failed.text
    assert "Alan" not in failed.text


def test_times_name_their_clock_only_where_the_places_go_by_more_than_one(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "sent")
    desk = sign_in(Role.FRONT_DESK)
    alone = desk.get("/messages").text
    with app.state.database.write() as db:
        make_location(db, name="Darwin rooms", timezone="Australia/Darwin")

    assert "Sydney time" not in alone
    assert "9:00 am Sydney time" in desk.get("/messages").text
    with app.state.database.write() as db:
        db.get_one(Communication, row.id).sent_at = NOW
    assert "9:00 am Sydney time" in desk.get(f"/messages/{row.id}").text


def test_one_tab_holds_what_needs_somebody_and_today_leads_to_it(app: FastAPI, sign_in: SignIn) -> None:
    for state, name in (("failed", "Bea"), ("call-task", "Cody"), ("sent", "Alan"), ("call-task", "Des")):
        rung = put_message(app, state, preferred_name=name)
    with app.state.database.write() as db:
        db.get_one(Communication, rung.id).called_at = NOW
    desk = sign_in(Role.FRONT_DESK)
    today = BeautifulSoup(desk.get("/today").text, "html.parser")
    (link,) = [link for link in today.find_all("a") if "messages that need somebody" in link.get_text()]
    page = BeautifulSoup(desk.get(link["href"]).text, "html.parser")

    names = {head.get_text(strip=True).split()[0] for head in page.select("tbody th")}
    assert names == {"Bea", "Cody"}
    assert link.get_text(" ", strip=True).startswith("2 ")
    assert page.select_one("nav [aria-current=page][href*=needs]").get_text() == "Needs somebody (2)"
    assert {badge.get_text(strip=True) for badge in page.select("tbody .badge")} == {"Please ring", "Failed"}


def test_rung_and_passed_need_nobody_and_say_so(app: FastAPI, sign_in: SignIn) -> None:
    rung, passed = (
        put_message(app, "call-task", preferred_name="Des"),
        put_message(app, "call-task", preferred_name="Eli"),
    )
    put_message(app, "call-task", preferred_name="Cody")
    desk = sign_in(Role.FRONT_DESK)
    desk.post(f"/messages/{rung.id}/call", data={"idempotency_key": "k" * 32})
    with app.state.database.write() as db:
        session = db.get_one(GroupSession, db.get_one(Appointment, passed.appointment_id).group_session_id)
        session.starts_at, session.ends_at = NOW - timedelta(hours=3), NOW - timedelta(hours=1)

    every = BeautifulSoup(desk.get("/messages").text, "html.parser")
    said = {
        row.th.get_text(strip=True).split()[0]: row.select_one(".badge").get_text() for row in every.select("tbody tr")
    }
    assert said == {"Des": "Rung", "Eli": "Not reached, the session has passed", "Cody": "Please ring"}
    tabs = every.select_one("nav.tabs").get_text(" ", strip=True)
    assert "Needs somebody (1)" in tabs
    assert "Please ring (1)" in tabs
    assert "Rung (1)" in tabs
    for url, name in (("call-task", "Cody"), ("needs", "Cody"), ("rung", "Des")):
        page = BeautifulSoup(desk.get(f"/messages?state={url}").text, "html.parser")
        assert [head.get_text(strip=True).split()[0] for head in page.select("tbody th")] == [name]
    assert "message needs somebody" in desk.get("/today").text


def test_somebody_with_one_name_is_named_once(app: FastAPI, sign_in: SignIn) -> None:
    put_message(app, "sent", preferred_name="Suharto", family_name="Suharto")
    page = BeautifulSoup(sign_in(Role.FRONT_DESK).get("/messages").text, "html.parser")
    assert page.select_one("tbody th").get_text(strip=True) == "Suharto"


@pytest.mark.parametrize(("state", "button"), [("failed", "retry"), ("call-task", "call")])
def test_a_second_press_of_one_button_leads_where_the_first_did(
    app: FastAPI, sign_in: SignIn, state: str, button: str
) -> None:
    row = put_message(app, state)
    desk = sign_in(Role.FRONT_DESK)
    answers = [desk.post(f"/messages/{row.id}/{button}", data={"idempotency_key": "k" * 32}) for _ in range(2)]
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, f"/messages/{row.id}")] * 2


def test_a_state_that_does_not_exist_shows_all(app: FastAPI, sign_in: SignIn) -> None:
    put_message(app, "sent", preferred_name="Alan")
    page = sign_in(Role.FRONT_DESK).get("/messages?state=lost")
    assert page.status_code == 200
    assert "Alan" in page.text


def test_an_empty_log_says_where_to_go(app: FastAPI, sign_in: SignIn) -> None:
    assert "No messages here" in sign_in(Role.FRONT_DESK).get("/messages").text


def test_one_message_shows_what_it_says_and_what_went_wrong(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "failed", preferred_name="Bea")
    page = sign_in(Role.FRONT_DESK).get(f"/messages/{row.id}")
    assert "Hi Bea," in page.text
    assert "recipient-refused-550" in page.text
    assert "Send again now" in page.text
    assert "I rang them" in page.text


def test_a_sent_message_offers_nothing_to_press(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "sent")
    page = sign_in(Role.FRONT_DESK).get(f"/messages/{row.id}")
    assert "Send again" not in page.text
    assert "I rang" not in page.text


def test_the_name_of_somebody_who_has_died_is_nowhere(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "withheld", preferred_name="Xanthippa", family_name="Quill", is_deceased=True)
    desk = sign_in(Role.FRONT_DESK)
    for address in ("/messages", f"/messages/{row.id}"):
        page = desk.get(address)
        assert page.status_code == 200
        assert "Xanthippa" not in page.text
        assert "Quill" not in page.text
        assert "respectfully withheld" in page.text


def test_sending_again_without_scripts_leads_back_to_the_message(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "failed")
    desk = sign_in(Role.FRONT_DESK)
    answer = desk.post(f"/messages/{row.id}/retry", data={"key": "k1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/messages/{row.id}")
    assert "It is on its way again." in desk.get(answer.headers["location"]).text
    assert state_of(app, row).state == "queued"
    with app.state.database.read() as db:
        (owed,) = db.exec(select(Outbox)).all()
    assert owed.finished_at is None


def test_pressing_twice_changes_nothing_more(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "failed")
    desk = sign_in(Role.FRONT_DESK)
    desk.post(f"/messages/{row.id}/retry")
    assert desk.post(f"/messages/{row.id}/retry").status_code == 409
    with app.state.database.read() as db:
        assert len(db.exec(select(Outbox)).all()) == 1


def test_a_call_is_noted_with_who_rang(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "call-task")
    desk = sign_in(Role.FRONT_DESK)
    answer = desk.post(f"/messages/{row.id}/call")
    assert answer.status_code == 303
    assert state_of(app, row).called_by_id == desk.user.id  # type: ignore[attr-defined]
    assert desk.post(f"/messages/{row.id}/call").status_code == 409


def test_a_message_that_left_needs_no_call_and_no_retry(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "sent")
    desk = sign_in(Role.FRONT_DESK)
    assert desk.post(f"/messages/{row.id}/call").status_code == 409
    assert desk.post(f"/messages/{row.id}/retry").status_code == 409
    assert state_of(app, row).state == "sent"


@pytest.mark.parametrize("path", ["/messages/00000000-0000-4000-8000-000000000000", "/messages/nonsense"])
def test_a_message_that_is_not_there(app: FastAPI, sign_in: SignIn, path: str) -> None:
    assert sign_in(Role.FRONT_DESK).get(path).status_code in (404, 422)


def test_roles_without_messages_see_none(app: FastAPI, sign_in: SignIn) -> None:
    row = put_message(app, "failed")
    for role in (Role.BILLING, Role.ADMINISTRATOR):
        outsider = sign_in(role)
        assert outsider.get("/messages").status_code == 403
        assert outsider.get(f"/messages/{row.id}").status_code == 403
        assert outsider.post(f"/messages/{row.id}/retry").status_code == 403
        assert outsider.post(f"/messages/{row.id}/call").status_code == 403
    assert state_of(app, row).state == "failed"


def test_the_log_takes_the_same_number_of_statements_for_two_and_for_twelve(app: FastAPI, sign_in: SignIn) -> None:
    from sqlalchemy import event

    desk = sign_in(Role.FRONT_DESK)
    counted: list[int] = []
    for more in (2, 10):
        for _ in range(more):
            put_message(app, "sent")
        seen: list[str] = []

        def count(_c: object, _cursor: object, statement: str, *_: object, _seen: list[str] = seen) -> None:
            _seen.append(statement)

        event.listen(app.state.database.engine, "before_cursor_execute", count)
        desk.get("/messages")
        event.remove(app.state.database.engine, "before_cursor_execute", count)
        counted.append(len(seen))
    assert counted[0] == counted[1]


@pytest.mark.parametrize(("allowed", "shown"), [("neutral", True), ("none", False)])
def test_who_is_to_be_rung_is_shown_with_a_number_only_where_calls_are_safe(
    app: FastAPI, sign_in: SignIn, allowed: str, shown: bool
) -> None:
    row = put_message(app, "call-task", phone="0491 570 110", contact_by_phone=allowed)

    page = sign_in(Role.FRONT_DESK).get(f"/messages/{row.id}").text

    assert ("0491 570 110" in page) is shown
    assert f"/people/{row.patient_id}" in page
