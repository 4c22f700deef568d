"""The pages about places, driven as a browser without scripts would."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.appointments import Appointment
from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.identity import Role
from sma.people import Patient
from sma.scheduling import GroupSession
from tests.conftest import NOW, SignIn
from tests.factories import make_appointment, make_patient, make_session
from tests.sma.appointments.reading import place

pytestmark = pytest.mark.usefixtures("morning")
_KEYS = re.compile(r'name="idempotency_key" value="[0-9a-f]{32}"')


@pytest.fixture
def clinic(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


def _session(clinic: Database, **changes: object) -> UUID:
    with clinic.write() as db:
        return make_session(db, **changes).id


def _person(clinic: Database, **changes: object) -> UUID:
    with clinic.write() as db:
        return make_patient(db, **changes).id


def _stopped(client: TestClient, session_id: UUID, person: UUID) -> str:
    answer = client.post(f"/sessions/{session_id}/appointments", data={"patient_id": str(person)})
    assert answer.status_code == 409
    return _KEYS.sub("", answer.text)


def test_the_stop_page_is_the_same_to_the_byte_whatever_the_cause(clinic: Database, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    session_id = _session(clinic, audience="mens", most=1)
    _session(clinic, starts_at=NOW + timedelta(days=8))
    person = _person(clinic, groups_ok=["womens", "open"])
    mismatch = _stopped(desk, session_id, person)
    with clinic.write() as db:
        db.get_one(Patient, person).groups_ok = ["mens", "open"]
        make_appointment(db, db.get_one(GroupSession, session_id))
    full = _stopped(desk, session_id, person)
    with clinic.write() as db:
        db.get_one(GroupSession, session_id).most = 5
        make_appointment(db, make_session(db, status="draft"), db.get_one(Patient, person))
    busy = _stopped(desk, session_id, person)

    assert mismatch == full == busy
    assert mismatch.count("<button") + mismatch.count('class="button"') >= 3
    for label in ("Show the next options", "to the waiting list", "Ask the cultural lead"):
        assert label in mismatch


def test_the_session_page_names_its_week_as_the_week_page_does(clinic: Database, sign_in: SignIn) -> None:
    page = sign_in(Role.FRONT_DESK).get(f"/sessions/{_session(clinic, starts_at=NOW + timedelta(days=1))}").text

    assert '<a href="/week?week=2026-11-23">Week of Mon 23 Nov 2026</a>' in page


def test_a_card_has_no_line_for_what_there_is_nothing_to_say_about(clinic: Database, sign_in: SignIn) -> None:
    with clinic.write() as db:
        session = make_session(db)
        make_appointment(db, session, make_patient(db), status="fulfilled")
        session_id = session.id

    page = sign_in(Role.FRONT_DESK).get(f"/sessions/{session_id}").text

    assert '<td data-label="Change"></td>' in page


def test_scenario_4_a_booking_by_mistake_is_stopped_softly(clinic: Database, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)
    yarn_up = _session(clinic, audience="mens")
    other = _session(clinic, audience="womens", starts_at=NOW + timedelta(days=3))
    sandra = _person(clinic, preferred_name="Sandra", family_name="Pike", groups_ok=["womens", "open"])

    page = desk.get(f"/sessions/{yarn_up}/appointments/new?patient_id={sandra}")
    visible = re.sub(r"<[^>]+>", " ", page.text).lower()

    assert page.status_code == 409
    assert "may not suit" in visible
    assert not {"sex", "gender", "male", "female", "men", "women", "mens", "womens"} & set(
        re.findall(r"[a-z]+", visible)
    )
    assert f"/sessions/{other}/appointments" in page.text
    with clinic.read() as db:
        assert db.exec(select(Appointment)).all() == []
        note = db.exec(select(AuditEvent).where(col(AuditEvent.on_kind) == "refusal")).one()
        assert note.did == "mismatch, not booked"
    assert desk.post(f"/sessions/{other}/appointments", data={"patient_id": str(sandra)}).status_code == 303


@pytest.mark.parametrize(("name", "group"), [("Kye", "mens"), ("Mina", "womens")])
def test_scenario_5_whoever_said_the_group_suits_them_books_without_a_word(
    clinic: Database, sign_in: SignIn, name: str, group: str
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    session_id = _session(clinic, audience=group)
    person = _person(clinic, preferred_name=name, groups_ok=[group])

    page = desk.get(f"/sessions/{session_id}/appointments/new?patient_id={person}")
    answer = desk.post(f"/sessions/{session_id}/appointments", data={"patient_id": str(person)})

    assert page.status_code == 200
    assert 'data-kind="warn"' not in page.text
    assert 'data-kind="stop"' not in page.text
    assert f"Book {name} into Tue 24 Nov 10:00 am" in page.text
    assert answer.status_code == 303


@pytest.mark.parametrize("answered", [True, False])
def test_the_full_panel_offers_the_three_ways_of_the_stop_page(
    clinic: Database, sign_in: SignIn, *, answered: bool
) -> None:
    answers = {} if answered else {"groups_ok": [], "groups_state": "not-asked"}
    desk, person = sign_in(Role.FRONT_DESK), _person(clinic, preferred_name="Mary", **answers)
    session_id = _session(clinic, most=0)

    page = desk.get(f"/sessions/{session_id}/appointments/new?patient_id={person}")
    form = {"patient_id": str(person), "waiting": "on"}
    answer = desk.post(f"/sessions/{session_id}/appointments", data=form)

    ways = ("Show the next options", "Add Mary to the waiting list", "Ask the cultural lead")
    assert [way in page.text for way in ways] == [True] * 3
    assert answer.status_code == 303
    with clinic.read() as db:
        assert place(db, session_id, person).status == "waitlist"


def test_a_seat_that_went_away_meanwhile_is_refused_with_a_way_forward(clinic: Database, sign_in: SignIn) -> None:
    desk, person = sign_in(Role.FRONT_DESK), _person(clinic)
    session_id = _session(clinic, most=1)
    desk.get(f"/sessions/{session_id}/appointments/new?patient_id={person}")
    with clinic.write() as db:
        make_appointment(db, db.get_one(GroupSession, session_id))

    page = _stopped(desk, session_id, person)

    assert "Show the next options" in page
    with clinic.read() as db:
        assert place(db, session_id, person) is None


def test_pressing_the_button_twice_books_once_and_leads_to_the_same_page(clinic: Database, sign_in: SignIn) -> None:
    desk, person, session_id = sign_in(Role.FRONT_DESK), _person(clinic), _session(clinic)
    form = {"patient_id": str(person), "idempotency_key": "one"}

    answers = [desk.post(f"/sessions/{session_id}/appointments", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    with clinic.read() as db:
        assert len(db.exec(select(Outbox)).all()) == 1


def test_a_named_role_passes_a_warning_with_a_reason_that_is_kept(clinic: Database, sign_in: SignIn) -> None:
    worker, session_id = sign_in(Role.HEALTH_WORKER), _session(clinic)
    person = _person(clinic, agreed=False)
    url, form = f"/sessions/{session_id}/appointments", {"patient_id": str(person)}

    bare = worker.post(url, data=form)
    said = worker.post(url, data=form | {"reason_agreement": "Signs on the day"})

    assert bare.status_code == 422
    assert "Say why" in bare.text
    assert said.status_code == 303
    with clinic.read() as db:
        assert place(db, session_id, person).passed_warnings == {"agreement": "Signs on the day"}
    page = f"/sessions/{session_id}"
    assert "Without an agreement: Signs on the day" in worker.get(page).text
    assert "Signs on the day" not in sign_in(Role.FRONT_DESK).get(page).text


def test_asking_the_cultural_lead_keeps_the_person_on_the_list_with_a_mark(clinic: Database, sign_in: SignIn) -> None:
    desk, session_id = sign_in(Role.FRONT_DESK), _session(clinic, audience="mens")
    person = _person(clinic, groups_ok=["open"])

    desk.post(f"/sessions/{session_id}/appointments", data={"patient_id": str(person), "ask_lead": "on"})
    page = desk.get(f"/sessions/{session_id}").text

    assert "For the cultural lead" in page
    assert "No suitable place yet" in page


def test_finding_a_person_posts_the_name_so_that_no_address_holds_it(clinic: Database, sign_in: SignIn) -> None:
    desk, session_id = sign_in(Role.FRONT_DESK), _session(clinic)
    person = _person(clinic, preferred_name="Mary", family_name="Moon", pronouns="she/her")

    blank = desk.get(f"/sessions/{session_id}/appointments/new").text
    found = desk.post(f"/sessions/{session_id}/appointments/search", data={"text": "mar"}).text
    nobody = desk.post(f"/sessions/{session_id}/appointments/search", data={"text": "xyz"}).text

    assert "Mary" not in blank
    assert f"/sessions/{session_id}/appointments/new?patient_id={person}" in found
    assert "she/her" in found
    assert "Nobody found" in nobody


def test_a_form_without_a_person_keeps_the_page_and_says_what_to_do(clinic: Database, sign_in: SignIn) -> None:
    desk, session_id = sign_in(Role.FRONT_DESK), _session(clinic)

    for form in ({}, {"patient_id": "nonsense"}, {"patient_id": str(session_id)}):
        answer = desk.post(f"/sessions/{session_id}/appointments", data=form)
        assert answer.status_code in (404, 422)
        assert "<h1>" in answer.text


def test_taking_somebody_off_names_them_asks_why_and_can_be_undone(clinic: Database, sign_in: SignIn) -> None:
    desk, session_id = sign_in(Role.FRONT_DESK), _session(clinic)
    person = _person(clinic, preferred_name="Mary")
    desk.post(f"/sessions/{session_id}/appointments", data={"patient_id": str(person)})
    with clinic.read() as db:
        appointment = place(db, session_id, person).id
    url = f"/appointments/{appointment}/cancellation"

    form = desk.get(url).text
    unsaid = desk.post(url, data={})
    done = desk.post(url, data={"reason": "patient", "idempotency_key": "c"})
    again = desk.post(url, data={"reason": "patient", "idempotency_key": "c"})
    after = desk.get(done.headers["location"]).text
    undone = desk.post(f"/appointments/{appointment}/restoration", data={})

    assert "Take Mary off this session" in form
    assert unsaid.status_code == 422
    assert (done.status_code, again.status_code, undone.status_code) == (303, 303, 303)
    assert 'data-undo-seconds="20"' in after
    assert "took Mary off (they asked to cancel)" in after
    with clinic.read() as db:
        assert place(db, session_id, person).status == "booked"


def test_moving_somebody_offers_sessions_and_says_one_message(clinic: Database, sign_in: SignIn) -> None:
    desk, first = sign_in(Role.FRONT_DESK), _session(clinic)
    second = _session(clinic, starts_at=NOW + timedelta(days=8))
    person = _person(clinic, preferred_name="Mary")
    desk.post(f"/sessions/{first}/appointments", data={"patient_id": str(person)})
    with clinic.read() as db:
        appointment = place(db, first, person).id
    url = f"/appointments/{appointment}/move"

    board = desk.get(url).text
    panel = desk.get(f"{url}?session_id={second}").text
    answer = desk.post(url, data={"session_id": str(second)})

    assert f"{url}?session_id={second}" in board
    assert "one message with the new time" in panel
    assert answer.status_code == 303
    with clinic.read() as db:
        assert (place(db, first, person).reason, place(db, second, person).status) == ("moved", "booked")


def test_passing_over_somebody_asks_for_the_reason_on_a_page_of_its_own(clinic: Database, sign_in: SignIn) -> None:
    worker, session_id = sign_in(Role.FACILITATOR), _session(clinic)
    with clinic.write() as db:
        session = db.get_one(GroupSession, session_id)
        make_appointment(db, session, status="waitlist", waiting_since=NOW - timedelta(days=1))
        late = make_appointment(db, session, status="waitlist", waiting_since=NOW).id
    url = f"/appointments/{late}/place"

    asked = worker.post(url, data={})
    given = worker.post(url, data={"reason_waiting": "Dialysis day"})

    assert asked.status_code == 422
    assert "Somebody is already waiting" in asked.text
    assert given.status_code == 303


def test_cancelling_for_everyone_counts_the_people_and_belongs_to_planners(clinic: Database, sign_in: SignIn) -> None:
    manager, desk, session_id = sign_in(Role.MANAGER), sign_in(Role.FRONT_DESK), _session(clinic)
    with clinic.write() as db:
        session = db.get_one(GroupSession, session_id)
        for _ in range(7):
            make_appointment(db, session)
        make_appointment(db, session, status="waitlist", waiting_since=NOW)
    url = f"/sessions/{session_id}/cancellation"

    page = manager.get(url).text
    refused = desk.post(url, data={})
    done = manager.post(url, data={"idempotency_key": "all"})
    again = manager.post(url, data={"idempotency_key": "all"})

    assert "Cancel the session and tell 8 people" in page
    assert refused.status_code == 403
    assert (done.status_code, again.status_code) == (303, 303)
    with clinic.read() as db:
        assert len(db.exec(select(Outbox)).all()) == 8


def test_one_persons_cancellation_never_touches_the_session(clinic: Database, sign_in: SignIn) -> None:
    desk, session_id = sign_in(Role.FRONT_DESK), _session(clinic)
    with clinic.write() as db:
        places = [make_appointment(db, db.get_one(GroupSession, session_id)).id for _ in range(2)]

    desk.post(f"/appointments/{places[0]}/cancellation", data={"reason": "clinic"})

    with clinic.read() as db:
        assert db.get_one(GroupSession, session_id).status == "open"
        assert db.get_one(Appointment, places[1]).status == "booked"


def test_the_topic_and_the_audience_are_only_for_those_assigned(clinic: Database, sign_in: SignIn) -> None:
    desk, manager, session_id = sign_in(Role.FRONT_DESK), sign_in(Role.MANAGER), _session(clinic, audience="mens")

    seen, told = desk.get(f"/sessions/{session_id}").text, manager.get(f"/sessions/{session_id}").text

    assert "Yarn up" not in seen
    assert "Men’s" not in seen
    assert "Yarn up" in told
    assert "Men’s group" in told


def test_administrators_see_the_numbers_and_no_names(clinic: Database, sign_in: SignIn) -> None:
    administrator, session_id = sign_in(Role.ADMINISTRATOR), _session(clinic)
    with clinic.write() as db:
        make_appointment(db, db.get_one(GroupSession, session_id), make_patient(db, preferred_name="Unmistakable"))

    page = administrator.get(f"/sessions/{session_id}")

    assert page.status_code == 200
    assert "1 of 12 booked, 11 left" in page.text
    assert "Unmistakable" not in page.text


def test_names_of_the_dead_are_withheld_on_every_list(clinic: Database, sign_in: SignIn) -> None:
    desk, session_id = sign_in(Role.FRONT_DESK), _session(clinic)
    with clinic.write() as db:
        gone = make_patient(db, preferred_name="Unmistakable", is_deceased=True)
        appointment = make_appointment(db, db.get_one(GroupSession, session_id), gone).id

    assert "Unmistakable" not in desk.get(f"/sessions/{session_id}").text
    assert "Unmistakable" not in desk.get(f"/appointments/{appointment}/cancellation").text


def test_an_address_where_nothing_is_says_so(sign_in: SignIn) -> None:
    desk, nowhere = sign_in(Role.FRONT_DESK), UUID(int=7)

    for url in (f"/sessions/{nowhere}", f"/appointments/{nowhere}/move", f"/people/{nowhere}/appointments/new"):
        assert desk.get(url).status_code == 404
    for url in (f"/appointments/{nowhere}/cancellation", f"/appointments/{nowhere}/place"):
        assert desk.post(url, data={"reason": "patient"}).status_code == 404
