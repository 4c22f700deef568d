"""Today and Week, as staff open them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event

from sma.appointments import Invitation, InvitationRevision
from sma.core.db import Database
from sma.identity import Role
from sma.messages import Communication, CommunicationState
from sma.scheduling import SessionStatus
from tests import factories
from tests.conftest import SignIn

MONDAY = date(2026, 11, 23)
TODAY_AT_TEN = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
MENS = {"audience": "mens", "audience_basis": "participants-preference", "audience_note": "Asked for in spring"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=True):
        yield


@pytest.fixture
def database(app: FastAPI) -> Database:
    database: Database = app.state.database
    return database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def hold(database: Database, count: int = 1, *, booked: int = 0, **changes: Any) -> list[Any]:
    """Sessions today at ten in one place, each with people booked."""
    with database.write() as db:
        location = changes.pop("location", None) or factories.make_location(db)
        program = factories.make_program(db, name=changes.pop("topic", f"Yarn {uuid4()}"))
        made = []
        for _ in range(count):
            session = factories.make_session(
                db,
                **{"location": location, "program": program, "starts_at": TODAY_AT_TEN, "held_on": MONDAY, **changes},
            )
            for _ in range(booked):
                factories.make_appointment(db, session)
            made.append(session.id)
        return made


def text(client: TestClient, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.text
    main = BeautifulSoup(response.text, "html.parser").main
    assert main is not None
    return " ".join(main.get_text(" ").split())


def test_today_shows_each_session_with_place_people_staff_and_what_it_needs(
    database: Database, sign_in: SignIn
) -> None:
    hold(database, booked=3)
    page = text(sign_in(Role.FRONT_DESK), "/today")

    assert "Mon 23 Nov 2026" in page
    for words in ("10:00 am", "Saltwater AHS clinic", "3 of 12 booked", "Dr Sam Okafor, Marcus Webb"):
        assert words in page, words
    assert "needs 1 more for the minimum of 4" in page


def test_the_desk_sees_neither_topic_nor_audience_on_any_board(database: Database, sign_in: SignIn) -> None:
    hold(database, topic="Diabetes yarn", **MENS)
    desk, manager = sign_in(Role.FRONT_DESK), sign_in(Role.MANAGER)

    for url in ("/today", "/week", "/today?show=under-minimum"):
        page = desk.get(url).text
        for secret in ("Diabetes", "Men", "mens", "spring", "approval"):
            assert secret not in page, (url, secret)
    assert "Diabetes yarn" in manager.get("/today").text
    assert "needs approval" in text(manager, "/today")


def test_whoever_works_on_a_session_sees_its_topic_and_only_its(database: Database, sign_in: SignIn) -> None:
    clinician = sign_in(Role.CLINICIAN)
    with database.write() as db:
        doctor = factories.make_practitioner(db, user_id=clinician.user.id)  # type: ignore[attr-defined]
    hold(database, topic="Heart yarn", clinician=doctor)
    hold(database, topic="Kidney yarn")

    page = text(clinician, "/today")

    assert "Heart yarn" in page
    assert "Kidney yarn" not in page


def test_the_week_names_the_topic_to_those_who_may_see_it(database: Database, sign_in: SignIn) -> None:
    hold(database, topic="Heart yarn")

    assert "Heart yarn" in text(sign_in(Role.MANAGER), "/week")
    assert "Heart yarn" not in sign_in(Role.FRONT_DESK).get("/week").text


@pytest.mark.parametrize(
    ("status", "word", "icon"), [("cancelled", "Cancelled", "octagon-x"), ("draft", "Draft", "pencil")]
)
def test_the_week_says_first_what_is_not_held_as_it_stands(
    database: Database, sign_in: SignIn, status: str, word: str, icon: str
) -> None:
    hold(database, status=status)
    desk = sign_in(Role.MANAGER)
    (entry,) = BeautifulSoup(desk.get("/week").text, "html.parser").select("a.week-entry")

    assert entry.get_text(" ", strip=True).startswith(word)
    assert entry["data-state"] == status
    assert entry.get_text().count(word) == 1
    badges = BeautifulSoup(desk.get("/today").text, "html.parser").select(".badge")
    assert [badge.use["href"].partition("#")[2] for badge in badges if badge.get_text() == word] == [icon]


def test_an_empty_today_says_why_and_shows_the_next_day_with_sessions(database: Database, sign_in: SignIn) -> None:
    hold(database, starts_at=TODAY_AT_TEN + timedelta(days=3), held_on=MONDAY + timedelta(days=3))
    page = text(sign_in(Role.FRONT_DESK), "/today")

    assert "Nothing is planned at any place for Mon 23 Nov 2026" in page
    assert "The next day with sessions is Thu 26 Nov 2026" in page
    assert "10:00 am" in page


def test_an_empty_clinic_says_that_nothing_is_planned(app: FastAPI, sign_in: SignIn) -> None:
    assert "No later session is planned either." in text(sign_in(Role.FRONT_DESK), "/today")


def test_today_is_the_date_at_the_sessions_own_place(database: Database, sign_in: SignIn) -> None:
    """At 11:30 pm in Perth it is the next day in Sydney: each place's session belongs to its own date."""
    with database.write() as db:
        perth = factories.make_location(db, name="Perth rooms", timezone="Australia/Perth")
    late = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    hold(database, location=perth, starts_at=late, held_on=MONDAY)
    hold(database, starts_at=late + timedelta(hours=8), held_on=MONDAY + timedelta(days=1))

    with time_machine.travel(late + timedelta(minutes=30), tick=True):
        page = text(sign_in(Role.FRONT_DESK), "/today")

    assert "2 sessions today" in page
    assert "Perth time" in page
    assert "Sydney time" in page


def test_the_clock_is_named_where_only_the_other_place_has_a_session(database: Database, sign_in: SignIn) -> None:
    """A desk in Sydney must not read Perth's ten o'clock as its own."""
    with database.write() as db:
        factories.make_location(db, name="Sydney rooms")
        perth = factories.make_location(db, name="Perth rooms", timezone="Australia/Perth")
    hold(database, location=perth)

    client = sign_in(Role.FRONT_DESK)

    for board in ("/today", f"/week?week={MONDAY}"):
        assert "Perth time" in text(client, board)


def test_no_clock_is_named_where_every_place_goes_by_the_same(database: Database, sign_in: SignIn) -> None:
    hold(database)
    assert "Sydney time" not in text(sign_in(Role.FRONT_DESK), "/today")


@pytest.mark.parametrize(
    ("show", "count_words", "reason"),
    [
        ("under-minimum", "1 under minimum", "needs 3 more"),
        ("waiting", "2 people waiting", "2 waiting"),
        ("agreement", "1 person without an agreement", "1 without an agreement"),
        ("not-closed", "1 over, but not closed", "needs closing"),
    ],
)
def test_each_count_leads_to_the_sessions_behind_it(
    database: Database, sign_in: SignIn, show: str, count_words: str, reason: str
) -> None:
    tomorrow = {"starts_at": TODAY_AT_TEN + timedelta(days=1), "held_on": MONDAY + timedelta(days=1)}
    with database.write() as db:
        session = factories.make_session(db, **tomorrow)
        factories.make_appointment(db, session, factories.make_patient(db, agreed=False))
        for _ in range(2):
            factories.make_appointment(db, session, status="waitlist")
        factories.make_appointment(db, session, factories.make_patient(db, agreed=False), status="cancelled")
    hold(database, booked=4, starts_at=TODAY_AT_TEN - timedelta(days=3), held_on=MONDAY - timedelta(days=3))
    hold(database, booked=0, status=SessionStatus.CANCELLED)
    desk = sign_in(Role.FRONT_DESK)

    assert count_words in text(desk, "/today")
    assert f"/today?show={show}" in desk.get("/today").text
    page = text(desk, f"/today?show={show}")
    assert "1 session " in page
    assert reason in page


def test_the_week_has_a_column_for_each_day_with_its_sessions_in_turn_and_links_that_read_alone(
    database: Database, sign_in: SignIn
) -> None:
    (later,) = hold(database, starts_at=TODAY_AT_TEN + timedelta(hours=4))
    (session_id,) = hold(database, booked=5)
    hold(database, starts_at=TODAY_AT_TEN + timedelta(days=1, hours=4), held_on=MONDAY + timedelta(days=1))
    page = BeautifulSoup(sign_in(Role.FRONT_DESK).get("/week?week=2026-11-25").text, "html.parser")

    heads = [th.get_text() for th in page.select("thead th[scope=col]")]
    assert heads == ["Mon 23 Nov (today)", "Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov", "Fri 27 Nov"]
    # Each day is there once, so that a phone shows day after day.
    assert [cell["data-label"] for cell in page.select("tbody td")] == heads
    monday = [link["href"] for link in page.select("tbody td")[0].select("a")]
    assert monday == [f"/sessions/{session_id}", f"/sessions/{later}"]
    link = page.select_one(f'a[href="/sessions/{session_id}"]')
    assert link is not None
    words = link.get_text()
    for part in ("10:00 am Shared appointment", "until 11:30 am", "Saltwater AHS clinic", "5 of 12 booked", "Open"):
        assert part in words, part
    assert page.select_one('a[href="/week?week=2026-11-16"]')
    assert page.select_one('a[href="/week?week=2026-11-30"]')


def test_the_week_of_one_place_leaves_the_others_out_and_keeps_the_choice(database: Database, sign_in: SignIn) -> None:
    with database.write() as db:
        shed = factories.make_location(db, name="The shed", timezone="Australia/Brisbane")
    hold(database)
    hold(database, location=shed)

    response = sign_in(Role.FRONT_DESK).get(f"/week?location={shed.id}&week=2026-11-23")

    assert response.text.count('class="week-entry"') == 1
    assert f"/week?week=2026-11-30&amp;location={shed.id}" in response.text


def test_a_weekend_session_brings_its_column(database: Database, sign_in: SignIn) -> None:
    hold(database, starts_at=TODAY_AT_TEN + timedelta(days=5), held_on=MONDAY + timedelta(days=5))
    assert "Sat 28 Nov" in text(sign_in(Role.FRONT_DESK), "/week")


@pytest.mark.parametrize("week", ["", "soon", "2026-13-45", "0001-01-01", "9999-12-31", "2026-W48'--"])
def test_a_week_that_makes_no_sense_is_this_week(app: FastAPI, sign_in: SignIn, week: str) -> None:
    page = sign_in(Role.FRONT_DESK).get("/week", params={"week": week, "location": "nowhere"})
    assert page.status_code == 200
    assert "Week of" in page.text


@pytest.mark.parametrize("url", ["/today", "/week"])
def test_a_board_takes_as_many_statements_for_fifty_sessions_as_for_two(
    database: Database, sign_in: SignIn, url: str
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    hold(database, 2, booked=1)
    with statements(database) as few:
        desk.get(url)
    hold(database, 48, booked=2)
    with statements(database) as many:
        assert desk.get(url).text.count("Shared appointment") >= 50

    assert len(many) == len(few)


def test_the_front_page_is_today_and_nobody_sees_it_without_signing_in(
    app: FastAPI, browser: TestClient, sign_in: SignIn
) -> None:
    assert sign_in(Role.BILLING).get("/").headers["location"] == "/today"
    assert browser.get("/today").headers["location"].startswith("/sign-in")


def test_each_role_is_shown_the_counts_it_can_act_on(app: FastAPI, sign_in: SignIn) -> None:
    desk, billing = text(sign_in(Role.FRONT_DESK), "/today"), text(sign_in(Role.BILLING), "/today")

    assert "messages that need somebody" in desk
    assert "claim lines" not in desk
    assert "0 claim lines need somebody" in billing
    assert "messages that need somebody" not in billing


def test_a_person_who_was_rung_no_longer_counts_as_a_message_that_needs_somebody(
    database: Database, sign_in: SignIn
) -> None:
    with database.write() as db:
        appointment = factories.make_appointment(db, factories.make_session(db))
        invitation = Invitation(
            appointment_id=appointment.id, uid="u", created_at=factories.NOW, revised_at=factories.NOW
        )
        db.add(invitation)
        db.flush()
        revision = InvitationRevision(
            invitation_id=invitation.id,
            appointment_id=appointment.id,
            number=1,
            sequence=0,
            what="request",
            revised_at=factories.NOW,
        )
        db.add(revision)
        db.flush()
        task = Communication(
            revision_id=revision.id,
            appointment_id=appointment.id,
            patient_id=appointment.patient_id,
            kind="invitation",
            state=CommunicationState.CALL_TASK,
            message_id="<1@example>",
            created_at=factories.NOW,
        )
        db.add(task)
    desk = sign_in(Role.FRONT_DESK)
    before = text(desk, "/today")
    with database.write() as db:
        db.get_one(Communication, task.id).called_at = factories.NOW

    assert "1 message needs somebody" in before
    assert "0 messages that need somebody" in text(desk, "/today")
