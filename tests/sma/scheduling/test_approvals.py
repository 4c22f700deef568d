"""The cultural lead approves audiences: a program's, and with it those of its drafts that were made before."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.core.audit import AuditEvent
from sma.core.clock import local_date
from sma.core.db import Database
from sma.identity import Role
from sma.scheduling import GroupSession, Program
from tests.conftest import NOW, SignIn
from tests.factories import make_program, make_session

MENS = {"audience": "mens", "audience_basis": "participants-preference", "review_on": date(2027, 6, 30)}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def clinic(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
def lead(sign_in: SignIn) -> TestClient:
    return sign_in(Role.CULTURAL_LEAD)


def _program(clinic: Database, **changes: Any) -> UUID:
    with clinic.write() as db:
        return make_program(db, name="Yarn Up", **{**MENS, **changes}).id


def _session(clinic: Database, program_id: UUID, **changes: Any) -> UUID:
    with clinic.write() as db:
        given = {"status": "draft", "starts_at": NOW + timedelta(days=8), **MENS, **changes}
        held_on = local_date(given["starts_at"], "Australia/Sydney")
        return make_session(db, program=db.get_one(Program, program_id), held_on=held_on, **given).id


def _approved(clinic: Database, session_id: UUID) -> tuple[UUID | None, date | None]:
    with clinic.read() as db:
        session = db.get_one(GroupSession, session_id)
        return session.approved_by_id, session.review_on


def _approve(lead: TestClient, program_id: UUID, *drafts: UUID, **answers: object) -> Any:
    data = {"version": "1", "drafts": [str(draft) for draft in drafts], **answers}
    return lead.post(f"/programs/{program_id}/approval", data=data)


def test_drafts_ticked_are_approved_with_their_program_each_with_a_line_in_the_audit(
    clinic: Database, lead: TestClient
) -> None:
    program = _program(clinic)
    ticked, left = _session(clinic, program), _session(clinic, program, starts_at=NOW + timedelta(days=15))

    page = lead.get(f"/programs/{program}").text
    answer = _approve(lead, program, ticked, review_on="2027-08-31")

    assert str(ticked) in page
    assert str(left) in page
    assert answer.status_code == 303
    by, review_on = _approved(clinic, ticked)
    assert by == lead.user.id  # type: ignore[attr-defined]
    assert review_on == date(2027, 8, 31)
    assert _approved(clinic, left) == (None, MENS["review_on"])
    with clinic.read() as db:
        acts = db.exec(select(AuditEvent.on_id).where(col(AuditEvent.did) == "approve-audience")).all()
    assert set(acts) == {program, ticked}
    assert "the program, and 1 of its drafts" in lead.get(f"/programs/{program}").text


def test_only_unapproved_drafts_of_the_very_same_audience_are_offered(clinic: Database, lead: TestClient) -> None:
    program = _program(clinic)
    offered = _session(clinic, program)
    others = [
        _session(clinic, program, audience_basis="clinical-need"),
        _session(clinic, program, audience="womens"),
        _session(clinic, program, status="open"),
        _session(clinic, program, starts_at=NOW - timedelta(days=2)),
        _session(clinic, program, approved_by_id=lead.user.id),  # type: ignore[attr-defined]
    ]

    page = lead.get(f"/programs/{program}").text

    assert str(offered) in page
    assert not [session for session in others if str(session) in page]


def test_a_draft_changed_meanwhile_stops_the_whole_act(clinic: Database, lead: TestClient) -> None:
    program = _program(clinic)
    kept, changed = _session(clinic, program), _session(clinic, program)
    with clinic.write() as db:
        db.get_one(GroupSession, changed).audience_note = "Asked for by the Elders"

    answer = _approve(lead, program, kept, changed)

    assert answer.status_code == 409
    assert _approved(clinic, kept)[0] is None
    with clinic.read() as db:
        assert db.get_one(Program, program).approved_by_id is None


@pytest.mark.parametrize(
    ("review_on", "status", "sentence"),
    [
        ("2026-11-20", 409, "The date to review the audience has come"),
        ("2026-11-26", 409, "due for review before the session is held"),
        ("soon", 422, "date"),
    ],
)
def test_a_review_date_that_cannot_stand_is_said_beside_it_and_nothing_is_approved(
    clinic: Database, lead: TestClient, review_on: str, status: int, sentence: str
) -> None:
    program = _program(clinic)
    draft = _session(clinic, program)

    answer = _approve(lead, program, draft, review_on=review_on)

    assert answer.status_code == status
    assert sentence in answer.text
    assert f'value="{draft}" checked' in answer.text
    assert _approved(clinic, draft)[0] is None
    with clinic.read() as db:
        assert db.get_one(Program, program).approved_by_id is None


def test_an_audience_due_for_review_is_approved_again_until_a_new_date(clinic: Database, lead: TestClient) -> None:
    draft = _session(clinic, _program(clinic), review_on=NOW.date())

    early = lead.post(f"/sessions/{draft}/approval", data={"version": "1", "review_on": "2026-11-25"})
    answer = lead.post(f"/sessions/{draft}/approval", data={"version": "1", "review_on": "2027-02-01"})

    assert early.status_code == 409
    assert "before the session is held" in early.text
    assert answer.status_code == 303
    assert _approved(clinic, draft) == (lead.user.id, date(2027, 2, 1))  # type: ignore[attr-defined]


def test_a_program_open_to_everyone_has_nothing_to_approve(clinic: Database, lead: TestClient) -> None:
    program = _program(clinic, audience="open", audience_basis=None, review_on=None)

    assert "Approve" not in lead.get(f"/programs/{program}").text
