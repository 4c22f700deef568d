"""The practice says, dated and signed, whether items for one patient alone are proposed at shared appointments."""

from datetime import date

import pytest
from fastapi import FastAPI
from sqlmodel import select

from sma.claims import Claim, ClaimStatus, approve, reassess, record_policy
from sma.claims.actions import make_batches
from sma.claims.judgement import choices
from sma.claims.models import PracticePolicy
from sma.claims.policy import policy_on
from sma.claims.queries import evidence
from sma.claims.rules import NotApprovable
from sma.claims.web.remedies import pages_for
from sma.core.db import Database, WriteSession
from sma.core.errors import Invalid
from sma.identity import Role
from tests.conftest import SignIn
from tests.factories import make_policy, make_user
from tests.sma.claims.factories import CLOSED, YarnUp, later, propose_now, yarn_up

NOTE = "Advice of Harbour Legal, 12 June 2026"


@pytest.fixture
def day(database: Database) -> YarnUp:
    """A yarn up of a practice that has recorded nothing, closed and assessed."""
    with database.write() as db:
        day = yarn_up(db)
        for row in db.exec(select(PracticePolicy)):
            db.delete(row)
    propose_now(database, day.session.id)
    return day


def state(db: WriteSession, day: YarnUp, answer: str, from_on: date) -> None:
    make_policy(db, answer, from_on=from_on, recorded_by_id=day.billing.id)


def test_the_newest_statement_on_or_before_the_day_counts_and_without_one_it_is_asked(db: WriteSession) -> None:
    manager = make_user(db, Role.MANAGER)
    for answer, day in (("yes", date(2026, 7, 1)), ("no", date(2026, 10, 1))):
        record_policy(db, individual_items=answer, from_on=day, note=NOTE, by=manager, now=CLOSED)
    db.flush()

    days = (date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1))
    assert [policy_on(db, day) for day in days] == ["ask", "yes", "yes", "no"]


def test_of_two_statements_for_one_day_the_one_recorded_later_counts(db: WriteSession) -> None:
    manager = make_user(db, Role.MANAGER)
    for minutes, answer in enumerate(("yes", "no")):
        record_policy(db, individual_items=answer, from_on=date(2026, 7, 1), note=NOTE, by=manager, now=later(minutes))
    db.flush()

    assert policy_on(db, date(2026, 11, 24)) == "no"


def test_a_statement_says_who_advised(db: WriteSession) -> None:
    with pytest.raises(Invalid) as refusal:
        record_policy(
            db,
            individual_items="yes",
            from_on=date(2026, 7, 1),
            note=" ok ",
            by=make_user(db, Role.MANAGER),
            now=CLOSED,
        )
    assert set(refusal.value.fields) == {"note"}


def test_without_a_statement_the_clinician_confirms_each_line(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        line = day.line(db, "P01")
        assert line.status == ClaimStatus.NEEDS_CHECK
        with pytest.raises(NotApprovable):
            approve(db, line.id, item_number="23", by=day.doctor, now=CLOSED)
        (question,) = _questions(line)
        approve(db, line.id, item_number="23", confirmed=[question], by=day.doctor, now=CLOSED)

        assert day.line(db, "P01").status == ClaimStatus.READY


def test_a_line_that_asks_leads_to_what_the_practice_decided(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        pages = pages_for(evidence(db, day.line(db, "P01").id), day.doctor)

    assert ("See what the practice decided", "/claims/policy") in pages


def test_where_the_practice_said_no_nothing_is_proposed_for_anybodys_own_time(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        state(db, day, "no", day.session.held_on)
        reassess(db, day.session.id, by=day.doctor, now=later(1))

    with database.write() as db:
        lines = [day.line(db, name) for name in day.encounters]
        assert {line.status for line in lines} == {ClaimStatus.NOT_BILLED}
        assert "policy" in day.line(db, "P01").summary


def test_a_new_statement_leaves_what_is_exported_and_days_before_it_alone(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        state(db, day, "yes", date(2026, 7, 1))
        reassess(db, day.session.id, by=day.doctor, now=later(1))
        approve(db, day.line(db, "P01").id, item_number="23", by=day.doctor, now=later(2))
        make_batches(db, by=day.billing, now=later(3))
        exported = day.line(db, "P01").model_dump()
        state(db, day, "no", date(2026, 11, 25))

    with database.write() as db:
        assert not reassess(db, day.session.id, by=day.doctor, now=later(4))
        assert day.line(db, "P01").model_dump() == exported


def test_a_manager_records_it_and_others_who_bill_only_read_it(app: FastAPI, sign_in: SignIn) -> None:
    manager, form = sign_in(Role.MANAGER), {"individual_items": "yes", "from_on": "2026-07-01", "note": NOTE}

    for _ in range(2):
        assert manager.post("/claims/policy", data={**form, "idempotency_key": "one"}).status_code == 303
    page = sign_in(Role.BILLING).get("/claims/policy").text

    assert NOTE in page
    assert "We know of no statement by Medicare" in page
    assert "Record a statement" not in page
    for role in (Role.BILLING, Role.CLINICIAN, Role.FRONT_DESK, Role.ADMINISTRATOR):
        assert sign_in(role).post("/claims/policy", data=form).status_code == 403
    with app.state.database.read() as db:
        assert len(db.exec(select(PracticePolicy)).all()) == 1


def test_what_was_typed_stays_when_the_note_says_nothing(sign_in: SignIn) -> None:
    answer = sign_in(Role.MANAGER).post(
        "/claims/policy", data={"individual_items": "no", "from_on": "2026-07-01", "note": "ok"}
    )

    assert answer.status_code == 422
    assert "Write who advised the practice, and when." in answer.text


def _questions(line: Claim) -> list[str]:
    return [question.key for choice in choices(line.assessment)[:1] for question in choice.questions]
