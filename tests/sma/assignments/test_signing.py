"""From what is written down to what is signed: on the tablet, typed, aloud or by another, and its page of paper."""

import hashlib
import json
import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from sma.assignments import (
    AssignmentMethod,
    BenefitAssignment,
    BenefitCopy,
    BenefitDocument,
    NotAssignable,
    Signature,
    Way,
    prepare,
    sign,
)
from sma.core import clock
from sma.core.audit import AuditEvent
from sma.identity import Role
from sma.people import Location, Patient
from sma.scheduling import GroupSession
from tests.conftest import SignIn
from tests.factories import (
    make_practitioner,
)
from tests.sma.assignments.scene import WAVE, Room, pdf_text


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
