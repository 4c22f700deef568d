"""What becomes of lines when the assignment under them is taken back, or does not match them."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from sma.assignments import (
    AssignmentMethod,
    BenefitAssignment,
    assign_benefit,
    assignments_of,
    confirm_item,
    note_claimed,
    register,
    revoke_assignment,
)
from sma.attendance import ClinicianPresence, Encounter
from sma.claims import ClaimStatus, approve, make_batches
from sma.claims.rules import NotApprovable
from sma.core import clock
from sma.core.db import Database, WriteSession
from sma.identity import Role
from sma.people import Location, Patient
from tests.conftest import SignIn
from tests.factories import make_appointment, make_session
from tests.sma.claims.factories import (
    CLOSED,
    DAY,
    YarnUp,
    add_consult,
    at,
    follow_assignments,
    later,
    propose_now,
    yarn_up,
)


def assignment_of(db: WriteSession, day: YarnUp, name: str) -> BenefitAssignment:
    return db.exec(select(BenefitAssignment).where(col(BenefitAssignment.patient_id) == day.patients[name])).one()


@pytest.fixture
def day(database: Database) -> YarnUp:
    """The yarn up with the lines of P01 and P02 approved."""
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    with database.write() as db:
        for name in ("P01", "P02"):
            approve(db, day.line(db, name).id, item_number="23", by=day.doctor, now=later(1))
    return day


def test_an_approved_line_does_not_survive_a_revoked_assignment(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        revoke_assignment(db, assignment_of(db, day, "P01").id, by=day.doctor, now=later(2))
    follow_assignments(database, now=later(2))
    with database.write() as db:
        assert day.line(db, "P01").status == ClaimStatus.BLOCKED
        assert day.line(db, "P02").status == ClaimStatus.READY


def test_the_session_in_the_form_decides_nothing(app: FastAPI, sign_in: SignIn, database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        for each in db.exec(select(BenefitAssignment)):
            each.method, each.occurrences = (
                AssignmentMethod.BEFORE,
                [{"day": DAY.isoformat(), "session": day.session.id.hex}],
            )
        other = make_session(db)
        row = assignment_of(db, day, "P01")
    propose_now(database, day.session.id)
    desk = sign_in(Role.FRONT_DESK)
    answer = desk.post(f"/assignments/{row.id}/revocation", data={"session_id": str(other.id)})
    assert answer.headers["location"] == f"/sessions/{other.id}/assignments"
    assert desk.post(f"/assignments/{row.id}/revocation", data={"session_id": "nonsense"}).status_code == 404
    follow_assignments(database, now=clock.now())
    with database.write() as db:
        assert day.line(db, "P01").status == ClaimStatus.BLOCKED


def test_every_session_that_the_assignment_covered_is_assessed_again(database: Database, day: YarnUp) -> None:
    evening = second_session(database, day)
    with database.write() as db:
        assert evening.line(db, "P03").status == ClaimStatus.NEEDS_CHECK
        revoke_assignment(db, assignment_of(db, day, "P03").id, by=day.doctor, now=later(2))
    follow_assignments(database, now=later(2))
    with database.write() as db:
        assert [each.line(db, "P03").status for each in (day, evening)] == [ClaimStatus.BLOCKED] * 2


def test_freezing_leaves_out_a_line_whose_assignment_was_taken_back(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        assignment_of(db, day, "P01").revoked_at = CLOSED
    with database.write() as db:
        (batch,) = make_batches(db, by=day.billing, now=later(3))
        assert batch.line_count == 1
    with database.write() as db:
        line = day.line(db, "P01")
        assert line.status == ClaimStatus.BLOCKED
        assert "taken back" in line.summary


def second_session(database: Database, day: YarnUp) -> YarnUp:
    """The same doctor sees P03 again in another session of that day."""
    with database.write() as db:
        session = make_session(
            db,
            location=db.get_one(Location, day.session.location_id),
            clinician=day.clinician,
            starts_at=at("12:00"),
            status="closed",
            closed_at=CLOSED,
        )
        db.add(
            ClinicianPresence(
                group_session_id=session.id,
                practitioner_id=day.clinician.id,
                starts_at=at("12:00"),
                ends_at=at("12:40"),
                recorded_by_id=day.doctor.id,
                recorded_at=at("12:40"),
            )
        )
        again = YarnUp(session, day.clinician, day.doctor, day.billing, patients=day.patients)
        again.encounters["P03"] = seen(db, again)
    propose_now(database, session.id, now=later(1.5))
    return again


def seen(db: WriteSession, day: YarnUp) -> UUID:
    patient = db.get_one(Patient, day.patients["P03"])
    appointment = make_appointment(db, day.session, patient, status="fulfilled")
    encounter = Encounter(
        appointment_id=appointment.id,
        group_session_id=day.session.id,
        patient_id=patient.id,
        presence="arrived",
        arrived_at=at("12:00"),
        note_done_at=at("12:30"),
        note_done_by_id=day.doctor.id,
    )
    db.add(encounter)
    # Its key is needed by the consult.
    db.flush()
    day.encounters["P03"] = encounter.id
    add_consult(db, day, "P03", "12:10-12:20")
    return encounter.id


def test_freezing_holds_back_a_line_whose_agreement_names_other_items(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        agreement = assignment_of(db, day, "P01")
        agreement.timing, agreement.items = "post", ["3"]
        (batch,) = make_batches(db, by=day.billing, now=later(3))
        assert batch.line_count == 1
        assert assignment_of(db, day, "P02").claimed_on == batch.made_at.date()
        assert agreement.claimed_on is None
    with database.write() as db:
        line = day.line(db, "P01")
        assert (line.status, line.approved_at) == (ClaimStatus.BLOCKED, None)
        assert "does not name item 23" in line.summary


def test_a_line_is_not_approved_while_its_agreement_describes_another_service(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        agreement = assignment_of(db, day, "P03")
        agreement.descriptions = ["psychological-group"]
        db.flush()
        with pytest.raises(NotApprovable) as refusal:
            approve(db, day.line(db, "P03").id, item_number="23", by=day.doctor, now=later(2))
        assert "does not fall under" in refusal.value.message
        confirm_item(db, agreement.id, "23", by=day.doctor, now=later(2))
        db.flush()
        assert approve(db, day.line(db, "P03").id, item_number="23", by=day.doctor, now=later(2)).approved_at


def test_the_register_lists_an_agreement_without_names_until_two_years_after_its_claim(
    database: Database, day: YarnUp
) -> None:
    with database.write() as db:
        agreement = assignment_of(db, day, "P01")
        make_batches(db, by=day.billing, now=later(3))
        note_claimed(db, [agreement.id], on=date(2026, 12, 5))
        note_claimed(db, [agreement.id], on=date(2026, 11, 30))
        db.refresh(agreement)
        (row,) = register(db, [agreement.id, agreement.id])
        assert (row.method, row.signer_is_patient, row.is_verbal) == ("enduring", True, False)
        assert row.document_hash == agreement.document_hash
        assert (row.keep_until, row.is_held) == (date(2028, 12, 5), False)


def test_an_enduring_agreement_ended_on_2_december_stops_proposals_from_that_day(
    database: Database, day: YarnUp
) -> None:
    ended = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)  # 2 December, 1:00 am in Sydney
    with database.write() as db:
        agreement = assignment_of(db, day, "P01")
        revoke_assignment(db, agreement.id, by=day.doctor, now=ended)
    follow_assignments(database, now=ended)
    with database.write() as db:
        assert day.line(db, "P01").status == ClaimStatus.READY
        key = (day.patients["P01"], day.clinician.id)
        for held_on, stands in ((DAY, True), (date(2026, 12, 1), True), (date(2026, 12, 2), False)):
            found = assignments_of(db, [day.patients["P01"]], held_on, "Australia/Sydney")
            assert (key in found) is stands


def test_an_agreement_recorded_late_lets_every_closed_session_that_it_covers_follow(
    database: Database, day: YarnUp
) -> None:
    with database.write() as db:
        revoke_assignment(db, assignment_of(db, day, "P03").id, by=day.doctor, now=CLOSED)
    evening = second_session(database, day)
    with database.write() as db:
        assert evening.line(db, "P03").status == ClaimStatus.BLOCKED
        assign_benefit(
            db,
            day.session.id,
            day.patients["P03"],
            day.clinician.id,
            method=AssignmentMethod.BEFORE,
            assigned_on=DAY,
            by=day.doctor,
            now=later(2),
        )
    follow_assignments(database, now=later(2))
    with database.write() as db:
        assert [each.line(db, "P03").status for each in (day, evening)] == [ClaimStatus.NEEDS_CHECK] * 2
