"""Items that owe the referrer a report put it on the clinician's list once; the letter has only its patient in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlmodel import col, select

from billing import load_rulebook
from sma.appointments import Appointment
from sma.claims import Claim, ClaimStatus
from sma.claims.actions.referrer_reports import (
    expect_more,
    mark_written_elsewhere,
    note_course_ends,
    note_reports,
    owe_report,
    sign_off,
    write_letter,
)
from sma.claims.models import ReferrerReport
from sma.claims.papers import LetterPaper, letter_pdf
from sma.claims.queries.referrer_reports import opened_letter, report_rows
from sma.claims.referring import (
    NoReportOwed,
    NotYourReport,
    ReportClosed,
    ReportMoment,
    ReportState,
    duty_of,
    load_duties,
    moments_now,
)
from sma.core.db import Database, WriteSession
from sma.core.errors import DomainError, Invalid, StaleVersion
from sma.entitlements import ReferralRecord
from sma.people import Patient
from tests.factories import make_appointment, make_session
from tests.sma.claims.factories import CLOSED, YarnUp, at, later, propose_now, yarn_up

GROUP_ITEM, SINGLE_ITEM = "81105", "10951"
LETTER: dict[str, Any] = {
    "referrer": "Dr Ada Field",
    "referrer_address": "Provider number 2448261H",
    "assessment": "Sugar is steady.",
    "treatment": "Eight group sessions.",
    "management": "See again in six months.",
}


@contextmanager
def refused(kind: type[DomainError], words: str) -> Iterator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert words in caught.value.message


@pytest.fixture
def day(database: Database) -> YarnUp:
    """A day whose line of P01 went out with a group item of an allied health profession."""
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    with database.write() as db:
        gone_out(db, day, "P01", GROUP_ITEM)
    return day


def gone_out(db: WriteSession, day: YarnUp, name: str, item: str) -> UUID:
    line = day.line(db, name)
    line.item_number, line.status = item, ClaimStatus.EXPORTED
    db.flush()
    return line.id


def reports(db: WriteSession) -> list[tuple[str, str]]:
    rows = db.exec(select(ReferrerReport).execution_options(populate_existing=True))
    return sorted((row.moment, row.state) for row in rows)


def noted(db: WriteSession, day: YarnUp, name: str = "P01") -> ReferrerReport:
    (report, *_) = note_reports(db, [day.line(db, name).id], now=later(1))
    return report


def later_place(db: WriteSession, day: YarnUp, name: str) -> Appointment:
    session = make_session(db, location=None, starts_at=at("10:00") + timedelta(days=7))
    session.program_id = day.session.program_id
    db.flush()
    return make_appointment(db, session, db.get_one(Patient, day.patients[name]))


def test_the_duties_name_families_of_the_rulebook_and_moments_with_a_source() -> None:
    families = {item.family for item in load_rulebook().items}
    for duty in load_duties():
        assert duty.families <= families
        assert duty.source
    assert duty_of("gp-attendance") is None


def test_an_only_service_owes_one_report_and_a_first_of_several_the_first() -> None:
    single, group = duty_of("individual-allied-health"), duty_of("group-allied-health")
    assert single is not None
    assert group is not None
    first, last = ReportMoment.FIRST, ReportMoment.LAST
    assert moments_now(single, services=0, stated=None, is_over=True) == []
    assert moments_now(single, services=1, stated=None, is_over=False) == [first]
    assert moments_now(single, services=1, stated=None, is_over=True) == [last]
    assert moments_now(single, services=5, stated=5, is_over=False) == [first, last]
    assert moments_now(single, services=4, stated=5, is_over=False) == [first]
    assert moments_now(group, services=1, stated=None, is_over=False) == []
    assert moments_now(group, services=2, stated=None, is_over=True) == [last]


def test_a_report_comes_once_when_the_last_service_has_gone_out(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        noted(db, day)
        noted(db, day)
        note_course_ends(db, day.session.id, now=later(2))
        assert reports(db) == [("last", "due")]


def test_nothing_is_due_while_the_person_has_a_later_place_and_then_it_is(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        place = later_place(db, day, "P01")
        assert note_reports(db, [day.line(db, "P01").id], now=later(1)) == []
        place.status = "cancelled"
        db.flush()
        note_course_ends(db, day.session.id, now=later(2))
        assert reports(db) == [("last", "due")]


def test_staying_away_from_the_last_session_ends_the_course_too(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        place = later_place(db, day, "P01")
        place.status = "noshow"
        db.flush()
        note_course_ends(db, place.group_session_id, now=later(2))
        assert reports(db) == [("last", "due")]


def test_a_line_that_has_not_gone_out_or_owes_nothing_makes_no_report(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        gone_out(db, day, "P02", "23")
        day.line(db, "P03").item_number = GROUP_ITEM
        db.flush()
        ids = [day.line(db, name).id for name in ("P02", "P03")]
        assert note_reports(db, ids, now=later(1)) == []
        for name in ("P02", "P03"):
            with refused(NoReportOwed, "owes no report"):
                owe_report(db, day.line(db, name).id, by=day.doctor, now=later(1))


def test_more_services_to_come_waits_and_is_due_again_with_the_next(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        gone_out(db, day, "P02", SINGLE_ITEM)
        report = noted(db, day, "P02")
        assert (report.moment, report.state) == ("last", "due")
        expect_more(db, report.id, by=day.doctor, now=later(2))
        # What was taken for the only service turned out to be the first.
        assert reports(db) == [("first", "due"), ("last", "waiting")]
        note_reports(db, [day.line(db, "P02").id], now=later(3))
        assert reports(db) == [("first", "due"), ("last", "due")]


def test_the_letter_is_frozen_when_signed_and_names_its_patient_only(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        report = noted(db, day)
        write_letter(db, report.id, **LETTER, version=1, by=day.doctor, now=later(2))
        sign_off(db, report.id, by=day.doctor, now=later(3))
        first = letter_pdf(opened_letter(report))
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(first)).pages).split())
        for shown in ("Dr Ada Field", "Alan Drum", "24 November 2026", *list(LETTER.values())[2:], "2447781L"):
            assert shown in text
        for hidden in ("Farr", "Hale", "$", day.session.neutral_label, GROUP_ITEM):
            assert hidden not in text
        assert b"Drum" not in (report.letter or b"")
        acts: tuple[Callable[[], object], ...] = (
            lambda: write_letter(db, report.id, **LETTER, version=3, by=day.doctor, now=later(4)),
            lambda: sign_off(db, report.id, by=day.doctor, now=later(4)),
            lambda: mark_written_elsewhere(db, report.id, by=day.doctor, now=later(4)),
        )
        for act in acts:
            with refused(ReportClosed, "not changed any more"):
                act()
        assert letter_pdf(opened_letter(report)) == first


def test_nobody_but_its_clinician_writes_it_and_never_over_a_newer_text(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        report = noted(db, day)
        with refused(NotYourReport, "Only the clinician"):
            write_letter(db, report.id, **LETTER, version=1, by=day.billing, now=later(2))
        with refused(Invalid, "not complete"):
            sign_off(db, report.id, by=day.doctor, now=later(2))
        write_letter(db, report.id, **LETTER, version=1, by=day.doctor, now=later(2))
        with refused(StaleVersion, "while you were editing"):
            write_letter(db, report.id, **LETTER, version=1, by=day.doctor, now=later(2))


def test_the_list_names_the_referrer_of_the_referral_and_leaves_out_what_is_done(
    database: Database, day: YarnUp
) -> None:
    with database.write() as db:
        referral = ReferralRecord(
            patient_id=day.patients["P01"],
            profession="dietitian",
            referrer_name="Dr Ada Field",
            referrer_provider_number="2448261H",
            issued_on=date(2026, 11, 2),
            recorded_by_id=day.doctor.id,
            recorded_at=CLOSED,
        )
        db.add(referral)
        line = day.line(db, "P01")
        line.assessment = {
            **line.assessment,
            "evidence": {**line.assessment["evidence"], "referral": {"id": referral.id.hex, "on": "2026-11-02"}},
        }
        db.flush()
        report = noted(db, day)
        assert report.course == referral.id.hex
        (row,) = report_rows(db, is_open=True, page=1, size=9)
        assert (row.name, row.referrer) == ("Alan Drum", "Dr Ada Field")
        mark_written_elsewhere(db, report.id, by=day.doctor, now=later(2))
        assert report_rows(db, is_open=True, page=1, size=9) == []
        (done,) = report_rows(db, is_open=False, page=1, size=9)
        assert (done.report.state, done.done_by) == (ReportState.ELSEWHERE, day.doctor.display_name)


def test_the_same_letter_is_the_same_bytes() -> None:
    letter = LetterPaper(
        reference="1A2B3C4D",
        signed_on=date(2026, 11, 24),
        practice="Saltwater Clinic",
        practice_address="1 Sandy Track, Ballina NSW 2478",
        practice_phone="",
        referrer="Dr Ada Field",
        referrer_address="",
        patient="Alan Drum",
        born_on=None,
        occasion="After the last service",
        services=(date(2026, 11, 24),),
        assessment="First line\nsecond line",
        treatment="Group sessions",
        management="None " * 900,
        clinician="Leah Kemp",
        profession="Dietitian",
        provider_number="2448531A",
    )
    assert letter_pdf(letter) == letter_pdf(replace(letter))
    assert len(PdfReader(BytesIO(letter_pdf(letter))).pages) == 2


def test_a_course_that_stopped_early_is_reported_by_hand(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        later_place(db, day, "P01")
        line = db.exec(select(Claim).where(col(Claim.id) == day.line(db, "P01").id)).one()
        assert note_reports(db, [line.id], now=later(1)) == []
        report = owe_report(db, line.id, by=day.doctor, now=later(2))
        assert (report.moment, report.state) == ("last", "due")
