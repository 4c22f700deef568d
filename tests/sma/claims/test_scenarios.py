"""What happened to particular people, told from the record to the line: an earlier health check, no card yet, a plan
made elsewhere, two sessions on one day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from sma.attendance import ClinicianPresence, Encounter
from sma.claims import Claim, ClaimStatus, approve, make_batches, reassess
from sma.claims.facts import gather
from sma.claims.judgement import choice_of
from sma.claims.rules import NotApprovable
from sma.core.db import Database, WriteSession
from sma.entitlements import record_plan, record_registration, record_service
from sma.people import Coverage, Location, Patient, record_no_card, set_coverage
from sma.scheduling import GroupSession
from tests.factories import make_appointment, make_session
from tests.sma.claims.factories import CLOSED, YarnUp, add_consult, at, later, propose_now, yarn_up


@pytest.fixture
def day(database: Database) -> YarnUp:
    """A yarn up at which health checks may be claimed too, by people who said that they are Aboriginal."""
    with database.write() as db:
        day = yarn_up(db, item_families=["gp-attendance", "health-check"])
        for patient in db.exec(select(Patient)):
            patient.indigenous_status, patient.indigenous_status_state = "1", "answered"
    propose_now(database, day.session.id)
    return day


@pytest.fixture
def work(database: Database, day: YarnUp) -> Iterator[WriteSession]:
    session = database.write_session()
    yield session
    session.rollback()
    session.close()


def again(db: WriteSession, day: YarnUp, minutes: float = 5) -> None:
    db.flush()
    reassess(db, day.session.id, by=day.doctor, now=later(minutes))


def judged(line: Claim, item: str) -> dict[str, Any]:
    found = [each for each in (*line.assessment["fitting"], *line.assessment["next"]) if each["item"] == item]
    return found[0] if found else {}


def finding(line: Claim, item: str, rule: str) -> dict[str, Any]:
    return next(each for each in judged(line, item)["findings"] if each["rule"] == rule)


# Scenario 10: the last health check was on 10 March 2026.
def test_a_health_check_nine_months_ago_keeps_the_next_one_away_until_the_day_after(
    work: WriteSession, day: YarnUp
) -> None:
    before = finding(day.line(work, "P06"), "715", "frequency")
    record_service(
        work,
        day.patients["P06"],
        item_number="715",
        date_of_service=date(2026, 3, 10),
        given="here",
        place=None,
        by=day.billing,
        now=CLOSED,
    )
    again(work, day)
    line = day.line(work, "P06")
    after = finding(line, "715", "frequency")

    assert before["verdict"] == "cannot-know"
    assert "check with Medicare before claiming" in before["remedy"]
    assert after["verdict"] == "not-met"
    assert "715 on 10 Mar 2026 (from our own files)" in after["facts"]
    assert "11 Dec 2026" in after["facts"]
    assert after["earliest"] == "2026-12-11"
    assert line.item_number == "23"
    assert finding(day.line(work, "P07"), "715", "frequency")["verdict"] == "cannot-know"


def test_a_group_slot_alone_is_never_a_health_check(work: WriteSession, day: YarnUp) -> None:
    questions = [each for each in judged(day.line(work, "P06"), "715")["findings"] if each["rule"] == "confirmation"]

    assert questions
    assert all(each["verdict"] == "needs-a-person" for each in questions)


# Scenario 11: a walk-in without a card.
def test_a_walk_in_without_a_card_waits_for_the_number_and_goes_on_when_it_comes(
    work: WriteSession, day: YarnUp
) -> None:
    _take_card(work, day, "P03")
    record_no_card(work, day.patients["P03"], "card-not-here", by=day.billing, now=CLOSED)
    again(work, day)
    waiting = day.line(work, "P03")

    assert waiting.status == ClaimStatus.BLOCKED
    assert "Medicare identity is pending" in waiting.summary

    set_coverage(
        work,
        day.patients["P03"],
        kind="medicare",
        number="6951826031",
        irn="2",
        expires_on=None,
        by=day.billing,
        now=later(6),
    )
    again(work, day, 7)
    line = approve(work, day.line(work, "P03").id, item_number="23", by=day.doctor, now=later(8))
    assert (line.status, line.billing_type) == (ClaimStatus.READY, "bulk")


def test_somebody_who_is_not_eligible_gets_no_line_to_claim(work: WriteSession, day: YarnUp) -> None:
    _take_card(work, day, "P03")
    record_no_card(work, day.patients["P03"], "not-eligible", by=day.billing, now=CLOSED)
    again(work, day)

    line = day.line(work, "P03")
    assert (line.status, line.item_number) == (ClaimStatus.NOT_BILLED, None)
    assert "not eligible for Medicare" in line.summary


def test_what_was_entered_elsewhere_reaches_the_engine_once(work: WriteSession, day: YarnUp) -> None:
    approve(work, day.line(work, "P01").id, item_number="23", by=day.doctor, now=CLOSED)
    held: dict[str, Any] = {"given": "elsewhere", "place": "Northmead", "by": day.billing, "now": CLOSED}
    record_plan(work, day.patients["P01"], kind="gpccmp-made", made_on=date(2026, 3, 3), **held)
    record_registration(
        work, day.patients["P01"], registered="here", from_on=date(2026, 1, 1), by=day.billing, now=CLOSED
    )
    later_session = _another_session(work, day)
    # The same service that stands here as a line.
    record_service(work, day.patients["P01"], item_number="23", date_of_service=date(2026, 11, 24), **held)
    work.flush()
    _join(work, day, later_session, "P01", "14:10-14:20")

    (clinician,) = gather(work, later_session.id).clinicians
    (attendee,) = clinician.service.attendees

    assert [(each.item_number, each.known_from) for each in attendee.history] == [
        ("23", "here"),
        ("965", "another practice"),
    ]
    assert attendee.is_my_medicare_here is True
    assert len(clinician.service.elsewhere) == len([name for name in day.encounters if name < "P09"])


def test_a_limit_used_up_by_another_line_since_stops_the_approval(work: WriteSession, day: YarnUp) -> None:
    other = _another_session(work, day, item_families=["health-check"])
    encounter = _join(work, day, other, "P06", "14:10-14:20", note_done_at=CLOSED)
    reassess(work, other.id, by=day.doctor, now=later(1))
    second = work.exec(select(Claim).where(col(Claim.encounter_id) == encounter.id)).one()
    first = day.line(work, "P06")
    confirmed = {line.id: _questions(line, "715") for line in (first, second)}

    approve(work, first.id, item_number="715", confirmed=confirmed[first.id], by=day.doctor, now=later(2))
    with pytest.raises(NotApprovable) as refusal:
        approve(work, second.id, item_number="715", confirmed=confirmed[second.id], by=day.doctor, now=later(3))

    assert "approved since this one was assessed" in refusal.value.message


def test_an_earlier_service_entered_after_the_approval_keeps_the_line_out_of_its_batch(
    work: WriteSession, day: YarnUp
) -> None:
    for name in ("P06", "P07"):
        line = day.line(work, name)
        approve(work, line.id, item_number="715", confirmed=_questions(line, "715"), by=day.doctor, now=later(1))
    entered: dict[str, Any] = {"given": "elsewhere", "place": None, "by": day.billing, "now": later(2)}
    record_service(work, day.patients["P06"], item_number="715", date_of_service=date(2026, 10, 1), **entered)
    # An entry that takes nothing away holds nothing back.
    record_service(work, day.patients["P07"], item_number="715", date_of_service=date(2025, 1, 7), **entered)
    work.flush()
    (batch,) = make_batches(work, by=day.billing, now=later(3))

    assert batch.line_count == 1
    assert day.line(work, "P07").batch_id == batch.id
    held = day.line(work, "P06")
    assert held.status == ClaimStatus.BLOCKED
    assert "An earlier service was entered since" in held.summary


def _questions(line: Claim, item: str) -> list[str]:
    choice = choice_of(line.assessment, item)
    assert choice is not None
    assert not choice.obstacles
    return [question.key for question in choice.questions]


def _another_session(db: WriteSession, day: YarnUp, **changes: Any) -> GroupSession:
    """Two in the afternoon of the same day, with the same clinician."""
    return make_session(
        db,
        starts_at=at("14:00"),
        location=db.get_one(Location, day.session.location_id),
        clinician=day.clinician,
        status="closed",
        closed_at=CLOSED,
        **changes,
    )


def _take_card(db: WriteSession, day: YarnUp, name: str) -> None:
    card = db.exec(select(Coverage).where(col(Coverage.patient_id) == day.patients[name])).one()
    db.delete(card)
    db.flush()


def _join(db: WriteSession, day: YarnUp, session: GroupSession, name: str, span: str, **changes: Any) -> Encounter:
    appointment = make_appointment(db, session, db.get_one(Patient, day.patients[name]), status="fulfilled")
    encounter = Encounter(
        appointment_id=appointment.id,
        group_session_id=session.id,
        patient_id=day.patients[name],
        presence="arrived",
        arrived_at=at("14:00"),
        **changes,
    )
    db.add(encounter)
    db.flush()
    add_consult(db, day, name, span, encounter_id=encounter.id, group_session_id=session.id)
    stay = ClinicianPresence(
        group_session_id=session.id,
        practitioner_id=day.clinician.id,
        starts_at=at("14:00"),
        ends_at=at("15:00"),
        recorded_by_id=day.doctor.id,
        recorded_at=at("15:00"),
    )
    db.add(stay)
    db.flush()
    return encounter
