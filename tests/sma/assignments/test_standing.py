"""Who assigned the benefit, how, until when it holds, and what a line does without it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from sma.assignments import AssignmentMethod, BenefitAssignment, NotAssignable, assignment_holds
from sma.assignments import assign_benefit as assign
from sma.assignments.law import load_law
from sma.assignments.rules.methods import gap_in
from sma.attendance import Encounter
from sma.claims import ClaimStatus, approve, reassess
from sma.claims.rules import NotApprovable
from sma.core import clock
from sma.core.db import Database, WriteSession
from sma.identity import Role
from tests.conftest import SignIn
from tests.factories import make_practitioner
from tests.sma.claims.factories import CLOSED, DAY, follow_assignments, later, propose_now, yarn_up

GP, DIETITIAN = "general-practitioner", "dietitian"


@pytest.mark.parametrize(
    ("method", "assigned_on", "day", "profession", "fits"),
    [
        ("pre", date(2026, 11, 20), DAY, GP, True),
        ("pre", date(2026, 11, 25), DAY, GP, False),
        ("post", date(2026, 11, 24), DAY, GP, True),
        ("post", date(2026, 11, 23), DAY, GP, False),
        ("enduring", date(2026, 7, 1), DAY, GP, True),
        ("enduring", date(2026, 7, 1), DAY, DIETITIAN, False),
        ("verbal", DAY, DAY, DIETITIAN, True),
        ("verbal", date(2027, 6, 30), date(2027, 6, 30), GP, True),
        ("verbal", date(2027, 7, 1), date(2027, 7, 1), GP, False),
        ("post", date(2027, 7, 3), date(2027, 7, 1), GP, False),
    ],
)
def test_an_assignment_is_taken_only_where_it_can_hold(
    method: str, assigned_on: date, day: date, profession: str, fits: bool
) -> None:
    gap = gap_in(AssignmentMethod(method), assigned_on, day, profession, today=date(2027, 7, 2))
    assert (gap is None) is fits


@pytest.mark.parametrize(
    ("method", "assigned_on", "profession", "field"),
    [("pre", date(2026, 11, 25), GP, "assigned_on"), ("enduring", DAY, DIETITIAN, "method")],
)
def test_a_refused_assignment_names_the_answer_to_change(
    method: str, assigned_on: date, profession: str, field: str
) -> None:
    gap = gap_in(AssignmentMethod(method), assigned_on, DAY, profession, today=date(2027, 7, 2))
    assert gap is not None
    assert gap[0] == field


@dataclass
class Enduring:
    method: str
    date_of_service: date
    revoked_at: datetime | None
    signed_at: datetime | None = CLOSED
    occurrences: list[dict[str, str]] = field(default_factory=list)


def test_an_enduring_assignment_holds_until_the_day_it_is_taken_back() -> None:
    revoked = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)  # 2 December, 1:00 am in Sydney
    assignment = Enduring("enduring", date(2026, 11, 24), revoked)
    days = [date(2026, 11, 23), date(2026, 12, 1), date(2026, 12, 2)]
    assert [assignment_holds(assignment, day, "Australia/Sydney") for day in days] == [False, True, False]


def test_the_law_comes_with_the_package() -> None:
    assert load_law().verbal_until == date(2027, 6, 30)


def test_a_line_without_assignment_or_note_is_blocked_until_the_record_has_both(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        take_all_back(db, day.patients["P01"])
        db.get_one(Encounter, day.encounters["P01"]).note_done_at = None
    propose_now(database, day.session.id)
    with database.write() as db:
        assert day.line(db, "P01").status == ClaimStatus.BLOCKED
        with pytest.raises(NotApprovable, match="not-approvable"):
            approve(db, day.line(db, "P01").id, item_number="23", by=day.doctor, now=CLOSED)
        db.get_one(Encounter, day.encounters["P01"]).note_done_at = CLOSED
        db.flush()
        reassess(db, day.session.id, by=day.doctor, now=later(1))
        assert day.line(db, "P01").status == ClaimStatus.BLOCKED
        for _ in range(2):
            assign(
                db,
                day.session.id,
                day.patients["P01"],
                day.clinician.id,
                method=AssignmentMethod.AFTER,
                assigned_on=DAY,
                items=("23",),
                by=day.doctor,
                now=later(2),
            )
        db.flush()
        reassess(db, day.session.id, by=day.doctor, now=later(3))
        assert day.line(db, "P01").status == ClaimStatus.NEEDS_CHECK
        query = select(BenefitAssignment).where(col(BenefitAssignment.patient_id) == day.patients["P01"])
        assert len(db.exec(query.where(col(BenefitAssignment.revoked_at).is_(None))).all()) == 1


def test_an_assignment_of_tomorrow_is_refused(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        with pytest.raises(NotAssignable):
            assign(
                db,
                day.session.id,
                day.patients["P10"],
                make_practitioner(db).id,
                method=AssignmentMethod.AFTER,
                assigned_on=date(2026, 11, 25),
                by=day.doctor,
                now=CLOSED,
            )


def test_the_desk_records_six_missing_assignments_at_once_and_the_lines_follow(app: FastAPI, sign_in: SignIn) -> None:
    database: Database = app.state.database
    with database.write() as db:
        day = yarn_up(db)
        take_all_back(db)
    propose_now(database, day.session.id)
    desk, url = sign_in(Role.FRONT_DESK), f"/sessions/{day.session.id}/assignments"
    assert "Record 9 missing assignments" in desk.get(url).text
    assert "checked" not in desk.get(url).text.split("</fieldset>")[0]

    people = [f"{day.patients[name].hex}.{day.clinician.id.hex}" for name in ("P01", "P02", "P03", "P04", "P06", "P07")]
    wrong = desk.post(url, data={"people": people, "method": "post", "items": "23", "assigned_on": "2026-11-01"})
    assert wrong.status_code == 422
    right = desk.post(url, data={"people": people, "method": "pre", "assigned_on": "2026-11-01"})
    assert right.status_code == 303
    follow_assignments(database, now=clock.now())
    with database.write() as db:
        assert day.line(db, "P01").status == ClaimStatus.NEEDS_CHECK
        assert day.line(db, "P08").status == ClaimStatus.BLOCKED
        ids = [row.id for row in db.exec(select(BenefitAssignment).where(col(BenefitAssignment.revoked_at).is_(None)))]
    assert len(ids) == 6

    taken_back = desk.post(f"/assignments/{ids[0]}/revocation", data={"session_id": str(day.session.id)})
    assert taken_back.status_code == 303
    assert "Record 4 missing assignments" in desk.get(url).text


def take_all_back(db: WriteSession, *patients: UUID) -> None:
    for row in db.exec(select(BenefitAssignment)):
        if not patients or row.patient_id in patients:
            row.revoked_at = CLOSED - timedelta(hours=3)
