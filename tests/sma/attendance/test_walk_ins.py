import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.appointments import AlreadyBooked, Stopped
from sma.appointments.models import Appointment, InvitationRevision
from sma.attendance import Newcomer, close_session, mark, register_walk_in
from sma.attendance.models import Encounter
from sma.attendance.rules import DayLocked, NotToday
from sma.core.audit import AuditEvent
from sma.core.db import Database, WriteSession
from sma.identity import Role
from sma.people.models import Agreement, Patient
from tests.factories import make_patient
from tests.sma.attendance.conftest import Enter, SetClock
from tests.sma.attendance.scene import Scene, at, yarn_up

BLUEY = Newcomer(preferred_name="Bluey", phone="ring the shed")


@pytest.fixture
def database(app: FastAPI) -> Database:
    return app.state.database  # type: ignore[no-any-return]


def come(db: WriteSession, scene: Scene, **changes: object) -> Appointment:
    values: dict[str, object] = {"agreed_aloud": True, "asked_comfort": True, "by": scene.marcus, "now": at("09:58")}
    person = changes.pop("person", BLUEY)
    return register_walk_in(db, scene.session.id, person, **(values | changes))  # type: ignore[arg-type]


def test_a_man_without_a_card_has_a_place_in_under_a_minute(db: WriteSession) -> None:
    scene = yarn_up(db, 9)
    appointment = come(db, scene)

    patient = db.get(Patient, appointment.patient_id)
    assert patient is not None
    assert (patient.medicare_state, patient.family_name, patient.indigenous_status_state) == (
        "card-not-here",
        None,
        "not-asked",
    )
    assert (appointment.is_walk_in, appointment.status) == (True, "arrived")
    agreement = db.exec(select(Agreement).where(col(Agreement.patient_id) == patient.id)).one()
    assert (agreement.method, agreement.recorded_by_id) == ("verbal", scene.marcus.id)
    assert db.exec(select(Encounter)).one().arrived_at == at("09:58")


def test_whoever_stands_in_the_room_is_sent_nothing_and_nobody_need_ring_them(db: WriteSession) -> None:
    scene = yarn_up(db, 9)
    appointment = come(db, scene)

    assert appointment.status == "arrived"
    said = select(InvitationRevision).where(col(InvitationRevision.appointment_id) == appointment.id)
    assert db.exec(said).all() == []


def test_the_thirteenth_person_is_stopped_at_the_door_but_may_wait(db: WriteSession) -> None:
    scene = yarn_up(db, 10, most=10)
    person = make_patient(db, preferred_name="Kev").id
    with pytest.raises(Stopped):
        come(db, scene, person=person)
    appointment = come(db, scene, person=person, waiting_ok=True)
    assert appointment.status == "waitlist"


def test_a_known_person_comes_once(db: WriteSession) -> None:
    scene = yarn_up(db, 3)
    kev = make_patient(db, preferred_name="Kev").id
    come(db, scene, person=kev)
    with pytest.raises(AlreadyBooked):
        come(db, scene, person=kev)


def test_nobody_walks_into_a_day_before_or_a_closed_session(db: WriteSession) -> None:
    scene = yarn_up(db, 1)
    with pytest.raises(NotToday):
        come(db, scene, now=at("15:00", day=23))
    mark(db, scene.place(1), "absent", by=scene.marcus, now=at("10:30"))
    close_session(db, scene.session.id, by=scene.marcus, now=at("11:40"))
    with pytest.raises(DayLocked):
        come(db, scene, now=at("11:45"))


def post(client: TestClient, scene: Scene, **fields: str) -> object:
    return client.post(f"/sessions/{scene.session.id}/walk-ins", data=fields)


def test_four_answers_at_the_desk_are_enough(enter: Enter, database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db, 9)
    client = enter(Role.FRONT_DESK)
    answers = {"preferred_name": "Bluey", "born_on": "1965-07-01", "is_dob_estimated": "on", "phone": "0491 570 156"}
    ticks = {"agreed_aloud": "on", "asked_comfort": "on", "idempotency_key": "k" * 32}

    first = post(client, scene, **answers, **ticks)
    again = post(client, scene, **answers, **ticks)

    assert first.status_code == again.status_code == 303  # type: ignore[attr-defined]
    assert first.headers["location"] == again.headers["location"]  # type: ignore[attr-defined]
    with database.read() as db:
        bluey = db.exec(select(Patient).where(col(Patient.preferred_name) == "Bluey")).one()
    assert bluey.dob_accuracy == "estimated"
    page = client.get(f"/sessions/{scene.session.id}/day").text
    assert "No card here" in page


def test_a_name_is_all_that_must_be_given(enter: Enter, database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db, 2)
    client = enter(Role.FACILITATOR)
    answer = post(client, scene, phone="0491 570 156")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "0491 570 156" in answer.text  # type: ignore[attr-defined]
    assert "Ask what they like to be called." in answer.text  # type: ignore[attr-defined]


def test_without_asking_first_nothing_is_kept(enter: Enter, database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db, 2)
    answer = post(enter(Role.FACILITATOR), scene, preferred_name="Bluey")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    page = BeautifulSoup(answer.text, "html.parser")  # type: ignore[attr-defined]
    summary = page.select_one("[role=alert]")
    assert summary is not None
    # Each complaint names a question of the page, and says of the tick beside it that the tick settles it.
    on_page = {label.get_text(strip=True) for label in page.select("form label")}
    links = {link["href"]: link.get_text(strip=True) for link in summary.select("a")}
    assert set(links) == {"#agreed_aloud", "#asked_comfort"}
    assert set(links.values()) <= on_page
    assert all(page.select_one(target) for target in links)
    assert summary.get_text().count("tick here") == 2
    assert "below" not in summary.get_text() or page.select_one("#reason_agreement")
    with database.read() as db:
        assert db.exec(select(Patient).where(col(Patient.preferred_name) == "Bluey")).all() == []


def test_a_full_session_shows_the_one_stop_with_three_ways(enter: Enter, database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db, 10, most=10)
        mismatch = yarn_up(db, 2, audience="womens")
        kev = make_patient(db, preferred_name="Kev", groups_ok=["open"]).id
    client = enter(Role.FRONT_DESK)
    ticks = {"agreed_aloud": "on", "asked_comfort": "on"}

    full = post(client, scene, preferred_name="Bluey", **ticks)
    other = post(client, mismatch, patient_id=str(kev), **ticks)

    for answer, name in ((full, "Bluey"), (other, "Kev")):
        assert answer.status_code == 409  # type: ignore[attr-defined]
        ways = ("Show the next options", f"Add {name} to the waiting list", "Ask the cultural lead")
        for words in ("This session may not suit. Nothing has been booked.", *ways):
            assert words in answer.text  # type: ignore[attr-defined]
    with database.read() as db:
        assert db.exec(select(Patient).where(col(Patient.preferred_name) == "Bluey")).all() == []
        kept = db.exec(select(AuditEvent.did).where(col(AuditEvent.on_kind) == "refusal")).all()
    assert sorted(kept) == ["full, not booked", "mismatch, not booked"]
    button = next(
        form
        for form in BeautifulSoup(full.text, "html.parser").select("form")
        if form.find("input", value="on", attrs={"name": "waiting"})
    )  # type: ignore[attr-defined]
    fields = {str(field["name"]): str(field["value"]) for field in button.select("input")}
    waits = client.post(str(button["action"]), data=fields)
    assert waits.headers["location"] == f"/sessions/{scene.session.id}"
    with database.read() as db:
        assert len(db.exec(select(Patient).where(col(Patient.preferred_name) == "Bluey")).all()) == 1


def test_the_stop_at_the_door_is_the_stop_at_the_desk(enter: Enter, database: Database, set_clock: SetClock) -> None:
    with database.write() as db:
        scene = yarn_up(db, 2, audience="womens")
        kev = make_patient(db, preferred_name="Kev", groups_ok=["open"]).id
    set_clock(at("09:50"))
    client = enter(Role.FRONT_DESK)

    door = post(client, scene, patient_id=str(kev))
    desk = client.post(f"/sessions/{scene.session.id}/appointments", data={"patient_id": str(kev)})

    assert door.status_code == desk.status_code == 409  # type: ignore[attr-defined]
    seen = [
        BeautifulSoup(answer.text, "html.parser").main.get_text(" ", strip=True)  # type: ignore[attr-defined, union-attr]
        for answer in (door, desk)
    ]
    assert seen[0] == seen[1]


def test_somebody_known_is_found_and_chosen(enter: Enter, database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db, 2)
        kev = make_patient(db, preferred_name="Kevin", family_name="Orr").id
    client = enter(Role.FRONT_DESK)
    url = f"/sessions/{scene.session.id}/walk-ins"
    found = client.post(f"{url}/search", data={"text": "kevin"})
    assert f"patient_id={kev}" in found.text
    assert "kevin" not in str(found.url), "what is searched for stays out of the address"
    assert "Kevin Orr" in client.get(f"{url}?patient_id={kev}").text
    assert client.post(url, data={"patient_id": str(kev)}).status_code == 303


def test_clinicians_do_not_register_people(enter: Enter, database: Database) -> None:
    with database.write() as db:
        scene = yarn_up(db, 2)
    assert enter(Role.CLINICIAN).get(f"/sessions/{scene.session.id}/walk-ins").status_code == 403
