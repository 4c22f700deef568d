"""Asking the cultural lead: the question reaches them, their answer reaches whoever asked."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import col, select

from sma.appointments import Appointment, CancelReason, LeadQuestion, cancel
from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.identity import Role
from tests.conftest import NOW, SignIn
from tests.factories import make_patient, make_program, make_session

pytestmark = pytest.mark.usefixtures("morning")
ANSWER = "Ring her first, and offer Thursday."


@pytest.fixture
def clinic(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
def desk(sign_in: SignIn) -> TestClient:
    return sign_in(Role.FRONT_DESK, username="tahlia")


@pytest.fixture
def lead(sign_in: SignIn) -> TestClient:
    return sign_in(Role.CULTURAL_LEAD, username="dot")


def _ask(clinic: Database, desk: TestClient, **person: Any) -> UUID:
    """Press "ask the cultural lead" for somebody who does not fit; return the question."""
    with clinic.write() as db:
        approved = {"approved_by_id": desk.user.id, "review_on": date(2027, 6, 30)}  # type: ignore[attr-defined]
        session = make_session(db, audience="mens", program=make_program(db, name="Diabetes yarn"), **approved).id
        patient = make_patient(db, preferred_name="Mary", family_name="Moon", groups_ok=["womens"], **person).id
    pressed = desk.post(f"/sessions/{session}/appointments", data={"patient_id": str(patient), "ask_lead": "on"})
    assert pressed.status_code == 303
    with clinic.read() as db:
        return db.exec(select(LeadQuestion.id)).one()


def _answer(lead: TestClient, question: UUID, answer: str = ANSWER) -> Any:
    return lead.post(f"/questions/{question}/answer", data={"answer": answer})


def test_a_question_stands_on_the_leads_list_and_counts_on_their_today(
    clinic: Database, desk: TestClient, lead: TestClient
) -> None:
    before = lead.get("/today").text
    question = _ask(clinic, desk)

    page, today = lead.get("/questions").text, lead.get("/today").text
    one = lead.get(f"/questions/{question}").text

    assert '<span class="stat-count">0</span> <span>asked of the cultural lead' in before
    assert '<span class="stat-count">1</span> <span>asked of the cultural lead' in today
    assert "Tahlia asks about Mary Moon" in page
    assert "Diabetes yarn" in page
    assert f'href="/questions/{question}"' in page
    assert "This session may not suit." in one


def test_an_answer_closes_the_question_and_reaches_whoever_asked_until_they_have_read_it(
    clinic: Database, desk: TestClient, lead: TestClient
) -> None:
    question = _ask(clinic, desk)
    waiting = desk.get("/questions").text
    assert _answer(lead, question).status_code == 303

    assert "Waits for an answer" in waiting
    assert "Nobody waits for an answer" in lead.get("/questions").text
    assert "answer from the cultural lead" in desk.get("/today").text
    answered = desk.get("/questions").text
    assert ANSWER in answered
    assert "Dot" in answered
    assert desk.post(f"/questions/{question}/reading").status_code == 303
    assert "answer from the cultural lead" not in desk.get("/today").text
    assert ANSWER in desk.get("/questions").text


def test_the_waiting_list_shows_the_answer_to_whoever_books(
    clinic: Database, desk: TestClient, lead: TestClient, sign_in: SignIn
) -> None:
    question = _ask(clinic, desk)
    with clinic.read() as db:
        session_id = db.exec(select(Appointment.group_session_id)).one()
    assert "For the cultural lead" in desk.get(f"/sessions/{session_id}").text
    _answer(lead, question)

    assert ANSWER in desk.get(f"/sessions/{session_id}").text
    billing = sign_in(Role.BILLING).get(f"/sessions/{session_id}").text
    assert "The cultural lead answered" in billing
    assert ANSWER not in billing


def test_the_answer_is_sealed_and_the_audit_says_who_answered_but_not_what(
    clinic: Database, desk: TestClient, lead: TestClient
) -> None:
    _answer(lead, _ask(clinic, desk))

    with clinic.read() as db:
        stored = db.connection().execute(text("SELECT answer FROM lead_question")).scalar_one()
        event = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "answer-question")).one()
    assert "Ring" not in stored
    assert event.by_id == lead.user.id  # type: ignore[attr-defined]
    assert event.details == {}


def test_only_the_cultural_lead_answers_and_only_once(clinic: Database, desk: TestClient, lead: TestClient) -> None:
    question = _ask(clinic, desk)

    assert _answer(desk, question).status_code == 403
    assert desk.get(f"/questions/{question}").status_code == 403
    assert _answer(lead, question, "").status_code == 422
    assert _answer(lead, question).status_code == 303
    again = _answer(lead, question, "Something else")
    assert again.status_code == 409
    assert "has an answer already" in again.text
    assert ANSWER in again.text


def test_nobody_reads_or_puts_away_anothers_answer(
    clinic: Database, desk: TestClient, lead: TestClient, sign_in: SignIn
) -> None:
    question = _ask(clinic, desk)
    early = desk.post(f"/questions/{question}/reading")
    _answer(lead, question)
    colleague = sign_in(Role.FRONT_DESK)

    assert early.status_code == 404
    assert ANSWER not in colleague.get("/questions").text
    assert colleague.post(f"/questions/{question}/reading").status_code == 404
    assert colleague.post(f"/questions/{UUID(int=0)}/reading").status_code == 404


def test_a_question_closes_itself_when_the_person_no_longer_waits(
    clinic: Database, desk: TestClient, lead: TestClient
) -> None:
    _ask(clinic, desk)
    with clinic.write() as db:
        waiting = db.exec(select(Appointment.id)).one()
        cancel(db, waiting, reason=CancelReason.PATIENT, by=desk.user, now=NOW)  # type: ignore[attr-defined]

    assert "Nobody waits for an answer" in lead.get("/questions").text
    assert "No answer needed" in desk.get("/questions").text


def test_audiences_to_approve_and_reviews_due_stand_on_the_leads_list_alone(
    clinic: Database, lead: TestClient, desk: TestClient
) -> None:
    soon, later = NOW.date() + timedelta(days=20), NOW.date() + timedelta(days=300)
    mens = {"audience": "mens", "audience_basis": "participants-preference"}
    approved = {"approved_by_id": lead.user.id, "approved_at": NOW}  # type: ignore[attr-defined]
    with clinic.write() as db:
        make_program(db, name="New yarn", **mens, review_on=later)
        make_program(db, name="Half-made yarn", audience="mens")
        due = make_program(db, name="Old yarn", **mens, review_on=soon, **approved).id
        make_program(db, name="Fine yarn", **mens, review_on=later, **approved)
        make_program(db, name="Put away yarn", audience="mens", is_active=False)
        draft = make_session(db, **mens, status="draft", review_on=later, program=make_program(db, name="Drum")).id
        make_session(db, **mens, status="cancelled", program=make_program(db, name="Called off"))

    page, seen_by_desk = lead.get("/questions").text, desk.get("/questions").text

    to_approve, to_review = page.split('id="to-review"')
    assert "New yarn" in to_approve
    assert "The reason why the session is not open to everyone is missing." in to_approve
    assert f'href="/sessions/{draft}/plan"' in to_approve
    assert f'href="/programs/{due}"' in to_review
    assert "Old yarn" not in to_approve
    for absent in ("Fine yarn", "Put away yarn", "Called off"):
        assert absent not in page
    assert "yarn" not in seen_by_desk


def test_an_empty_list_says_what_will_come_here(lead: TestClient, desk: TestClient) -> None:
    page = lead.get("/questions").text

    assert "Nobody waits for an answer" in page
    assert "Every audience is approved" in page
    assert "No review is due" in page
    assert "You have asked nothing yet" in desk.get("/questions").text
    assert 'href="/questions"' in lead.get("/today").text
    assert 'href="/questions"' not in desk.get("/today").text
