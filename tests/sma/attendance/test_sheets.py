from datetime import timedelta
from io import BytesIO

import pytest
from fastapi import FastAPI
from pypdf import PdfReader
from sqlmodel import col, select

from sma.attendance import (
    add_consult,
    clinician_in,
    clinician_out,
    close_session,
    correct_consult,
    correct_presence,
    mark,
)
from sma.attendance.queries import paper, read_day
from sma.attendance.sheets import evidence_sheet, sign_in_sheet, staff_sheet
from sma.core.audit import AuditEvent
from sma.core.db import Database, WriteSession
from sma.identity import Role
from tests.sma.attendance.conftest import Enter, SetClock
from tests.sma.attendance.scene import PEOPLE, Scene, at, the_whole_day, yarn_up

PRINTING = paper.Printing("Marcus Webb", at("09:41"))


@pytest.fixture
def database(app: FastAPI) -> Database:
    return app.state.database  # type: ignore[no-any-return]


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def corrected_day(db: WriteSession) -> Scene:
    """The whole day, with one consult corrected at the time and one entered in the afternoon."""
    scene = yarn_up(db)
    eli = the_whole_day(db, scene)[4]
    doctor = scene.doctor_user
    times = {"starts_at": at("10:55"), "ends_at": at("11:02")}
    correct_consult(db, eli.id, **times, reason="typed wrong", by=doctor, now=at("11:10"))
    times = {"starts_at": at("10:40"), "ends_at": at("10:41")}
    add_consult(db, scene.place(9), scene.doctor.id, **times, reason="nobody pressed", by=scene.marcus, now=at("15:10"))
    close_session(db, scene.session.id, by=scene.marcus, now=at("15:20"))
    db.flush()
    return scene


def test_strips_carry_first_names_and_nothing_else_of_anybody(db: WriteSession) -> None:
    scene = yarn_up(db)
    db.flush()
    day = read_day(db, scene.session.id)
    words = words_of(sign_in_sheet(paper.header(day, PRINTING), paper.strips(day)))
    for first, family in PEOPLE:
        assert first in words
        assert family not in words
    assert "Okafor" not in words
    assert "Webb" not in words
    assert day.view.program_name not in words


def test_numbers_agree_on_strips_staff_sheet_and_record(db: WriteSession) -> None:
    scene = yarn_up(db)
    db.flush()
    day = read_day(db, scene.session.id)
    strips = {strip.first_name: strip.number for strip in paper.strips(day)}
    staff = {row.display_name.split()[0]: row.number for row in paper.staff_rows(day)}
    record = {row.patient_name.split()[0]: row.number for row in paper.evidence(day, None, PRINTING, None).rows}
    assert strips == staff == record


def test_who_cancelled_or_waits_is_on_no_sheet(db: WriteSession) -> None:
    scene = yarn_up(db)
    scene.places[0].status, scene.places[1].status = "cancelled", "waitlist"
    db.flush()
    day = read_day(db, scene.session.id)
    words = words_of(staff_sheet(paper.header(day, PRINTING), paper.staff_rows(day)))
    assert "Drum" not in words
    assert "Farr" not in words
    assert "Hale" in words


def test_the_record_shows_corrections_and_what_came_afterwards(db: WriteSession) -> None:
    scene = corrected_day(db)
    day = read_day(db, scene.session.id)
    sheet = paper.evidence(day, scene.doctor.id, PRINTING, "Marcus Webb")
    words = words_of(evidence_sheet(sheet))

    assert sheet.group_size == 9
    assert sheet.provider_number == "2448261H"
    by_name = {row.patient_name: row for row in sheet.rows}
    (eli,) = by_name["Eli Jury"].intervals
    assert (eli.minutes_text, eli.correction) == ("7 min", "was 10:56 am to 11:01 am; typed wrong")
    (ivo,) = by_name["Ivo Nash"].intervals
    assert ivo.recorded_after
    assert ivo.correction == "nothing was pressed; nobody pressed; not confirmed by the clinician"
    assert "recorded afterwards" in words
    assert "typed wrong" in words
    assert "2448261H" in words
    assert by_name["Joe Marlow"].status_word == "Absent"


def test_the_same_day_prints_the_same_bytes_and_a_change_a_higher_version(db: WriteSession) -> None:
    scene = yarn_up(db)
    db.flush()
    before = read_day(db, scene.session.id)
    twice = [sign_in_sheet(paper.header(before, PRINTING), paper.strips(before)) for _ in range(2)]
    mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("10:00"))
    db.flush()
    after = read_day(db, scene.session.id)
    assert twice[0] == twice[1]
    assert after.sheet_number > before.sheet_number
    later = paper.Printing("Marcus Webb", at("09:41") + timedelta(minutes=1))
    assert sign_in_sheet(paper.header(before, later), paper.strips(before)) != twice[0]


def test_the_version_rises_with_every_correction_and_when_the_last_person_is_taken_off(db: WriteSession) -> None:
    scene = yarn_up(db, 1)
    numbers = []

    def number() -> None:
        db.flush()
        numbers.append(read_day(db, scene.session.id).sheet_number)

    number()
    stay = clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))
    number()
    for minute in range(3):
        stay = correct_presence(
            db,
            stay.id,
            starts_at=at(f"10:2{minute}"),
            ends_at=None,
            reason="clock",
            by=scene.marcus,
            now=at("10:30"),
        )
        number()
    clinician_out(db, stay.id, by=scene.marcus, now=at("10:40"))
    number()
    scene.places[0].status, scene.places[0].version = "cancelled", 2
    number()
    assert numbers == sorted(set(numbers))


def test_sheets_are_printed_by_role_under_names_that_say_nothing(
    enter: Enter, database: Database, set_clock: SetClock
) -> None:
    with database.write() as db:
        scene = corrected_day(db)
    set_clock(at("15:30"))
    url = f"/sessions/{scene.session.id}/sheets"
    desk, billing = enter(Role.FRONT_DESK), enter(Role.BILLING)
    for kind in ("sign-in", "staff"):
        answer = desk.get(f"{url}/{kind}.pdf")
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["content-disposition"].endswith(f'sheet-{kind}-{scene.session.code}-2026-11-24.pdf"')
        assert answer.headers["cache-control"] == "no-store"
        assert desk.get(f"{url}/{kind}").status_code == 200
        assert billing.get(f"{url}/{kind}.pdf").status_code == 403
    assert desk.get(f"{url}/evidence.pdf").status_code == 403
    assert desk.get(f"{url}/evidence").status_code == 403
    assert billing.get(f"{url}/evidence.pdf").content.startswith(b"%PDF")
    assert "was 10:56 am to 11:01 am; typed wrong" in billing.get(f"{url}/evidence").text
    assert desk.get(f"{url}/secret").status_code == 404
    with database.read() as db:
        noted = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "print-sheet")).all()
    assert sorted(event.details["sheet"] for event in noted) == ["evidence", "sign-in", "staff"]
    assert {event.on_id for event in noted} == {scene.session.id}
