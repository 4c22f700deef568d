"""From what is written down to what is signed: on the tablet, typed, aloud or by another, and its page of paper."""

import hashlib
import io
import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlmodel import col, select

from sma.assignments import (
    AssignmentMethod,
    BenefitAssignment,
    BenefitCopy,
    BenefitDocument,
    NotAssignable,
    Plan,
    Signature,
    Way,
    prepare,
    sign,
)
from sma.core import clock
from sma.core.audit import AuditEvent
from sma.core.db import Database, WriteSession
from sma.identity import CurrentUser, Role
from sma.people import Location, Patient, Practitioner
from sma.scheduling import GroupSession
from tests.conftest import SignIn
from tests.factories import (
    make_appointment,
    make_location,
    make_patient,
    make_practitioner,
    make_session,
    make_user,
)

WAVE = json.dumps([[[20 + 5 * step, 90 + step % 7] for step in range(40)]])


@dataclass
class Room:
    """A session of today with a doctor, and two people who have a place in it."""

    database: Database
    desk: TestClient
    by: CurrentUser
    session: GroupSession
    doctor: Practitioner
    alan: Patient
    ben: Patient

    @property
    def address(self) -> str:
        return f"/sessions/{self.session.id}/people/{self.alan.id}/assignment"

    def plan(self, **changes: Any) -> Plan:
        return Plan(
            **{
                "session_id": self.session.id,
                "patient_id": self.alan.id,
                "practitioner_id": self.doctor.id,
                "method": AssignmentMethod.BEFORE,
                "assigned_on": self.session.held_on,
                "descriptions": ("gp",),
                **changes,
            }
        )

    def prepare(self, **answers: Any) -> str:
        """Fill in the form as the desk does; returns where it leads."""
        given = {"practitioner_id": self.doctor.id, "method": "pre", "descriptions": "gp", "assignor": "patient"}
        answer = self.desk.post(self.address, data={**given, **answers})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def one(self) -> BenefitAssignment:
        with self.database.read() as db:
            return db.exec(select(BenefitAssignment).where(col(BenefitAssignment.patient_id) == self.alan.id)).one()


@pytest.fixture
def room(app: FastAPI, sign_in: SignIn) -> Room:
    database: Database = app.state.database
    with database.write() as db:
        place = make_location(db, address="1 Beach Rd")
        doctor = make_practitioner(db, place, given_names="Sam", family_name="Okafor", provider_number="2447781L")
        session = make_session(
            db,
            location=place,
            clinician=doctor,
            starts_at=clock.now(),
            held_on=clock.local_date(clock.now(), "Australia/Sydney"),
            status="open",
        )
        alan = make_patient(db, preferred_name="Alan", family_name="Drum")
        ben = make_patient(db, preferred_name="Benedetto", family_name="Farrington")
        for person in (alan, ben):
            make_appointment(db, session, person)
        by = make_user(db, Role.FACILITATOR, username="marcus.webb")
    return Room(database, sign_in(Role.FACILITATOR), by, session, doctor, alan, ben)


def pdf_text(content: bytes) -> str:
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def test_a_drawn_signature_is_taken_on_a_page_that_shows_nobody_else(room: Room) -> None:
    signing = room.prepare()
    page = room.desk.get(signing).text
    assert "Alan Drum" in page
    assert "Farrington" not in page
    assert "<nav" not in page
    assert 'href="/' not in page.replace('href="/static/', "")

    answer = room.desk.post(signing, data={"drawing": WAVE})
    thanks = room.desk.get(answer.headers["location"]).text
    assert "hand the tablet back" in thanks
    assert "Drum" not in thanks
    made = room.one()
    assert (made.way, made.method, made.taken_by_id is not None) == ("drawn", "pre", True)
    with room.database.read() as db:
        kept = db.get_one(BenefitDocument, made.id)
        assert b"[[20" not in (kept.signature or b"")
        assert not kept.content.startswith(b"%PDF")
    assert "<polyline" in room.desk.get(f"/assignments/{made.id}").text


def test_without_a_script_the_name_is_typed_and_the_tick_is_needed(room: Room) -> None:
    signing = room.prepare()
    nothing = room.desk.post(signing, data={})
    unticked = room.desk.post(signing, data={"name": "Alan Drum"})
    assert (nothing.status_code, unticked.status_code) == (422, 422)
    assert 'value="Alan Drum"' in unticked.text
    assert room.one().signed_at is None

    assert room.desk.post(signing, data={"name": "Alan Drum", "assigns": "on"}).status_code == 303
    assert room.one().way == "typed"
    # The same hand presses again.
    again = room.desk.post(signing, data={"name": "Alan Drum", "assigns": "on"})
    assert again.headers["location"].endswith("/thanks")


def test_what_lacks_an_element_is_never_put_before_anybody(room: Room) -> None:
    for answers, says in (
        ({"method": "post"}, "enter the item numbers"),
        ({"descriptions": ""}, "choose a description"),
        ({"assignor": "other"}, "who does for them"),
        ({"method": "enduring"}, "enduring agreement"),
        ({"method": "post", "items": "99998"}, "99998 is not an item"),
    ):
        given = {"practitioner_id": room.doctor.id, "method": "pre", "descriptions": "gp", "assignor": "patient"}
        answer = room.desk.post(room.address, data={**given, **answers})
        assert answer.status_code == 422
        assert says in answer.text
    with room.database.read() as db:
        assert db.exec(select(BenefitAssignment)).all() == []


@pytest.mark.parametrize("lost", ["patient_name", "practitioner_name", "days", "descriptions"])
def test_an_element_lost_before_the_signature_stops_it(room: Room, lost: str) -> None:
    with room.database.write() as db:
        made = prepare(db, room.plan(), by=room.by, now=clock.now())
        content = json.loads(made.content)
        made.content = json.dumps({**content, lost: [] if lost in ("days", "descriptions") else ""})
        db.flush()
        with pytest.raises(NotAssignable):
            sign(db, made.id, Signature(Way.TYPED, typed="Alan Drum"), by=room.by, now=clock.now())


def test_a_clinician_without_number_and_address_is_named_as_what_is_missing(room: Room) -> None:
    with room.database.write() as db:
        db.get_one(Location, room.session.location_id).address = None
        elsewhere = make_practitioner(db, None, given_names="Priya", family_name="Raman")
        with pytest.raises(NotAssignable) as refusal:
            prepare(db, room.plan(practitioner_id=elsewhere.id), by=room.by, now=clock.now())
    assert "clinician" in refusal.value.fields


def test_somebody_else_signs_but_never_staff(room: Room) -> None:
    other = {"assignor": "other", "assignor_name": "Rosa Drum", "relationship": "daughter"}
    given = {"practitioner_id": room.doctor.id, "method": "pre", "descriptions": "gp", **other}
    unticked = room.desk.post(room.address, data=given)
    doctor = room.desk.post(room.address, data={**given, "assignor_name": "sam okafor", "is_not_staff": "on"})
    worker = room.desk.post(room.address, data={**given, "assignor_name": "Marcus.Webb", "is_not_staff": "on"})
    assert [each.status_code for each in (unticked, doctor, worker)] == [422] * 3
    assert "Staff of the practice cannot assign" in unticked.text
    assert "works here" in doctor.text
    assert "works here" in worker.text

    signing = room.prepare(**other, is_not_staff="on")
    room.desk.post(signing, data={"drawing": WAVE})
    page = room.desk.get(f"/assignments/{room.one().id}/page.pdf").content
    assert "Rosa Drum (daughter), for the patient" in pdf_text(page)


def test_the_page_is_one_for_one_person_without_amounts_and_keeps_its_checksum(room: Room) -> None:
    signing = room.prepare()
    room.desk.post(signing, data={"drawing": WAVE})
    made = room.one()
    answer = room.desk.get(f"/assignments/{made.id}/page.pdf")
    text = pdf_text(answer.content)
    for wanted in ("Alan Drum", "Dr Sam Okafor", "2447781L", "1 Beach Rd", "Before the service", "The patient"):
        assert wanted in text
    assert "general practitioner" in text
    assert "$" not in text
    assert not re.search(r"\d+\.\d\d", text)
    assert "Farrington" not in text
    assert b"Alan" not in answer.content
    assert "Drum" not in answer.headers["content-disposition"]
    assert hashlib.sha256(answer.content).hexdigest() == made.document_hash
    with room.database.write() as db:
        db.get_one(Patient, room.alan.id).family_name = "Changed"
    assert room.desk.get(f"/assignments/{made.id}/page.pdf").content == answer.content
    with room.database.read() as db:
        assert "print-assignment" in db.exec(select(AuditEvent.did)).all()


def test_spoken_words_need_a_hearer_a_reason_and_a_copy_sent_electronically(room: Room) -> None:
    signing = room.prepare(method="verbal")
    assert "Read this out to Alan Drum" in room.desk.get(signing).text
    hearing = signing.replace("signing", "hearing")
    assert room.desk.post(hearing, data={"why": "On the phone"}).status_code == 422
    assert room.desk.post(hearing, data={"heard": "on"}).status_code == 422
    assert room.desk.post(signing, data={"drawing": WAVE}).status_code == 422

    assert room.desk.post(hearing, data={"heard": "on", "why": "On the phone"}).status_code == 303
    made = room.one()
    page = f"/assignments/{made.id}"
    text = pdf_text(room.desk.get(f"{page}/page.pdf").content)
    assert "Assignor verbally agreed: Alan Drum" in text
    assert "Why there is no signature: On the phone" in text
    assert "A copy is owed" in room.desk.get(page).text
    assert "30 Jun 2027" in room.desk.get(page).text
    assert "had not been made" in room.desk.get(page).text

    today = made.assigned_on.isoformat()
    room.desk.post(f"{page}/copies", data={"way": "paper", "given_on": today})
    assert "A copy is owed" in room.desk.get(page).text
    room.desk.post(f"{page}/copies", data={"way": "electronic", "given_on": today})
    after = room.desk.get(page).text
    assert "A copy is owed" not in after
    assert "Sent electronically" in after


def test_a_copy_goes_out_between_the_signature_and_today(room: Room) -> None:
    signing = room.prepare()
    room.desk.post(signing, data={"drawing": WAVE})
    page = f"/assignments/{room.one().id}"
    for day in (clock.now().date() - timedelta(days=3), clock.now().date() + timedelta(days=3)):
        assert room.desk.post(f"{page}/copies", data={"way": "paper", "given_on": day.isoformat()}).status_code == 422
    with room.database.read() as db:
        assert db.exec(select(BenefitCopy)).all() == []


def test_an_agreement_prepared_yesterday_is_not_signed_today(room: Room) -> None:
    yesterday = clock.now() - timedelta(days=1)
    with room.database.write() as db:
        plan = room.plan(assigned_on=clock.local_date(yesterday, room.session.timezone))
        made = prepare(db, plan, by=room.by, now=yesterday)
        db.flush()
        with pytest.raises(NotAssignable, match="not-assignable"):
            sign(db, made.id, Signature(Way.TYPED, typed="Alan Drum"), by=room.by, now=clock.now())


def test_a_newer_agreement_stands_in_for_the_older_and_both_stay(room: Room) -> None:
    for item in ("3", "23"):
        with room.database.write() as db:
            db.get_one(GroupSession, room.session.id).ends_at = clock.now()
            made = prepare(db, room.plan(method=AssignmentMethod.AFTER, items=(item,)), by=room.by, now=clock.now())
            sign(db, made.id, Signature(Way.PAPER), by=room.by, now=clock.now())
    with room.database.read() as db:
        rows = db.exec(select(BenefitAssignment).order_by(col(BenefitAssignment.recorded_at))).all()
        assert [(row.items, row.revoked_because) for row in rows] == [(["3"], "replaced"), (["23"], None)]
        assert len(db.exec(select(BenefitDocument)).all()) == 2


def test_an_agreement_is_ended_with_its_reason_and_can_be_held_beyond_its_time(room: Room, sign_in: SignIn) -> None:
    signing = room.prepare()
    room.desk.post(signing, data={"drawing": WAVE})
    page = f"/assignments/{room.one().id}"
    manager = sign_in(Role.MANAGER)
    assert room.desk.post(f"{page}/hold", data={"held": "on"}).status_code == 403
    assert manager.post(f"{page}/hold", data={"held": "on"}).status_code == 303
    assert "Until the hold is lifted" in manager.get(page).text
    assert room.desk.post(f"{page}/revocation", data={"because": "mistake"}).headers["location"] == page
    assert "Recorded by mistake" in room.desk.get(page).text
    assert "Ended" in room.desk.get(f"/people/{room.alan.id}/assignments").text


def planned(db: WriteSession, room: Room, days: int) -> GroupSession:
    """A further session of the same doctor in which Alan has a place."""
    session = make_session(
        db,
        location=db.get_one(Location, room.session.location_id),
        clinician=room.doctor,
        starts_at=room.session.starts_at + timedelta(days=days),
        held_on=room.session.held_on + timedelta(days=days),
        status="open",
    )
    make_appointment(db, session, db.get_one(Patient, room.alan.id))
    return session


def dates_on(room: Room, assignment_id: UUID) -> list[tuple[str, str]]:
    """Each date on the agreement's page with its badge."""
    page = room.desk.get(f"/assignments/{assignment_id}").text
    return re.findall(r"<strong>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([^<]+)</strong>.*?</svg>(\w+)</span>", page, re.DOTALL)


def test_a_plan_of_six_dates_loses_only_the_one_that_moved(room: Room) -> None:
    with room.database.write() as db:
        sessions = [planned(db, room, 7 * week) for week in range(1, 6)]
        too_late = planned(db, room, 200)
    form = room.desk.get(room.address).text
    assert str(sessions[4].id) in form
    assert str(too_late.id) not in form
    signing = room.prepare(sessions=[str(each.id) for each in sessions])
    room.desk.post(signing, data={"drawing": WAVE})
    made = room.one()
    assert [state for _, state in dates_on(room, made.id)] == ["Stands"] * 6

    moved_to = sessions[2].held_on + timedelta(days=1)
    with room.database.write() as db:
        session = db.get_one(GroupSession, sessions[2].id)
        session.starts_at += timedelta(days=1)
        session.ends_at += timedelta(days=1)
        session.held_on = moved_to
    assert [state for _, state in dates_on(room, made.id)] == ["Stands"] * 3 + ["Void"] + ["Stands"] * 2
    assert "The session moved to" in room.desk.get(f"/assignments/{made.id}").text
    assert held(room, moved_to) is None
    assert held(room, sessions[3].held_on) == made.id


def test_a_locum_or_a_cancelled_session_makes_just_that_date_void(room: Room) -> None:
    with room.database.write() as db:
        sessions = [planned(db, room, 7 * week) for week in range(1, 4)]
    room.desk.post(room.prepare(sessions=[str(each.id) for each in sessions]), data={"drawing": WAVE})
    made = room.one()
    from sma.scheduling import SessionRole

    with room.database.write() as db:
        locum = make_practitioner(db, db.get_one(Location, room.session.location_id), family_name="Voss")
        role = db.exec(
            select(SessionRole).where(
                col(SessionRole.group_session_id) == sessions[0].id, col(SessionRole.practitioner_id) == room.doctor.id
            )
        ).one()
        role.practitioner_id = locum.id
        db.get_one(GroupSession, sessions[1].id).status = "cancelled"
    assert [state for _, state in dates_on(room, made.id)] == ["Stands", "Void", "Void", "Stands"]
    assert held(room, sessions[0].held_on, locum.id) is None

    day = sessions[2].held_on
    room.desk.post(f"/assignments/{made.id}/void-date", data={"day": day.isoformat()})
    assert held(room, day) is None
    assert held(room, room.session.held_on) == made.id


def held(room: Room, day: date, practitioner_id: UUID | None = None) -> UUID | None:
    """Which agreement holds for Alan on a day."""
    from sma.assignments import assignments_of

    with room.database.read() as db:
        found = assignments_of(db, [room.alan.id], day, room.session.timezone)
    one = found.get((room.alan.id, practitioner_id or room.doctor.id))
    return one.id if one else None


def test_the_batch_makes_one_agreement_for_each_person_or_none_at_all(room: Room) -> None:
    url = f"/sessions/{room.session.id}/assignments"
    people = [f"{each.id.hex}.{room.doctor.id.hex}" for each in (room.alan, room.ben)]
    today = room.session.held_on.isoformat()
    with room.database.write() as db:
        nameless = db.get_one(Patient, room.ben.id)
        nameless.preferred_name, nameless.given_names, nameless.family_name = "", None, None
    wrong = room.desk.post(url, data={"people": people, "method": "pre", "assigned_on": today})
    assert wrong.status_code == 422
    with room.database.write() as db:
        assert db.exec(select(BenefitAssignment)).all() == []
        db.get_one(Patient, room.ben.id).preferred_name = "Ben"
    assert room.desk.post(url, data={"people": people, "method": "pre", "assigned_on": today}).status_code == 303
    with room.database.read() as db:
        rows = db.exec(select(BenefitAssignment)).all()
        assert {row.patient_id for row in rows} == {room.alan.id, room.ben.id}
        assert len({row.document_hash for row in rows}) == 2
        assert {row.way for row in rows} == {"paper"}


def test_an_agreement_aloud_without_a_reason_is_not_recorded(room: Room) -> None:
    url = f"/sessions/{room.session.id}/assignments"
    data = {
        "people": [f"{room.alan.id.hex}.{room.doctor.id.hex}"],
        "method": "verbal",
        "assigned_on": room.session.held_on.isoformat(),
    }
    refused = room.desk.post(url, data=data)
    assert refused.status_code == 422
    assert "Say why there is no signature" in refused.text
    assert room.desk.post(url, data={**data, "why": "Hands full"}).status_code == 303
    assert room.one().why_unsigned == "Hands full"


def test_who_has_only_a_dva_card_needs_no_assignment(room: Room) -> None:
    from sma.people import set_coverage

    with room.database.write() as db:
        now: datetime = clock.now()
        set_coverage(db, room.alan.id, kind="dva", number="NX901555", irn=None, expires_on=None, by=room.by, now=now)
    page = room.desk.get(f"/sessions/{room.session.id}/assignments").text
    assert "Not needed: DVA" in page
    assert "0 of 1 are on record" in page


def test_one_person_s_agreement_is_not_for_somebody_who_has_no_place_there(room: Room) -> None:
    with room.database.write() as db:
        stranger = make_patient(db, preferred_name="Zed")
    assert room.desk.get(f"/sessions/{room.session.id}/people/{stranger.id}/assignment").status_code == 404
