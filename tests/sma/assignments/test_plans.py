"""Several dates on one agreement, several people at once, and who needs none."""

import re
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from sma.assignments import BenefitAssignment, assignments_of
from sma.core import clock
from sma.core.db import WriteSession
from sma.people import Location, Patient, set_coverage
from sma.scheduling import GroupSession, SessionRole
from tests.factories import (
    make_appointment,
    make_patient,
    make_practitioner,
    make_session,
)
from tests.sma.assignments.scene import WAVE, Room


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


def test_who_waits_for_a_place_has_no_benefit_to_assign_yet(room: Room) -> None:
    with room.database.write() as db:
        waiting = make_patient(db, preferred_name="Cora", family_name="Lake")
        make_appointment(db, room.session, waiting, status="waitlist")
    answer = room.desk.get(f"/sessions/{room.session.id}/people/{waiting.id}/assignment")
    assert answer.status_code == 404


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
