"""The pages of who pays, accounts and letters: what billing and the clinician see, press and take away."""

import re
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.assignments import BenefitAssignment
from sma.claims import Claim, ClaimStatus, PrivateAccount, ReferrerReport, approve, issue_account, make_batches
from sma.core.audit import AuditEvent
from sma.core.clock import local_date, now
from sma.core.db import Database
from sma.identity import Role
from sma.people import Practitioner
from tests.conftest import SignIn
from tests.sma.claims.factories import CLOSED, YarnUp, later, propose_now, yarn_up

LETTER = {"referrer": "Dr Ada Field", "assessment": "Steady.", "treatment": "Eight sessions.", "management": "Review."}


@pytest.fixture
def doctor(app: FastAPI, sign_in: SignIn) -> TestClient:
    return sign_in(Role.CLINICIAN)


@pytest.fixture
def billing(app: FastAPI, sign_in: SignIn) -> TestClient:
    return sign_in(Role.BILLING)


@pytest.fixture
def day(database: Database, doctor: TestClient) -> YarnUp:
    """The yarn up of the doctor who is signed in; P01 has assigned nothing."""
    with database.write() as db:
        day = yarn_up(db)
        db.get_one(Practitioner, day.clinician.id).user_id = doctor.user.id  # type: ignore[attr-defined]
        agreement = db.exec(
            select(BenefitAssignment).where(col(BenefitAssignment.patient_id) == day.patients["P01"])
        ).one()
        agreement.revoked_at = CLOSED
    propose_now(database, day.session.id)
    return day


def line_of(database: Database, day: YarnUp, name: str = "P01") -> UUID:
    with database.write() as db:
        return day.line(db, name).id


def declined(database: Database, day: YarnUp, doctor: TestClient) -> UUID:
    """P01's line, private and approved."""
    doctor.post(f"/claims/{line_of(database, day)}/payer", data={"billing_type": "private"})
    line = line_of(database, day)
    doctor.post(f"/claims/{line}/approval", data={"item_number": "23"})
    return line


def test_a_declined_benefit_goes_from_the_blocked_line_to_a_paid_account(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    blocked = line_of(database, day)
    card = doctor.get(f"/claims/{blocked}").text
    assert "Choose who pays" in card
    assert "The patient declined to assign the benefit" in doctor.get(f"/claims/{blocked}/payer").text
    line = declined(database, day, doctor)
    draft = billing.get(f"/claims/{line}/account").text
    assert 'value="45.05"' in draft

    answer = billing.post(f"/claims/{line}/account", data={"line": str(line), "charge": "60"})
    account = answer.headers["location"]

    assert "On an account" in doctor.get(f"/claims/{line}").text
    assert "Outstanding" in billing.get(account).text
    today = local_date(now(), "Australia/Sydney").isoformat()
    paid = billing.post(f"{account}/payments", data={"amount": "60.00", "way": "card", "paid_on": today})
    assert paid.status_code == 303
    assert "Nothing is outstanding" in billing.get("/accounts?show=owed").text


@pytest.mark.parametrize("typed", ["", "0", "free", "-4"])
def test_an_amount_that_is_none_is_kept_as_typed_and_nothing_is_issued(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient, typed: str
) -> None:
    line = declined(database, day, doctor)
    answer = billing.post(f"/claims/{line}/account", data={"line": str(line), "charge": typed})
    assert answer.status_code == 422
    assert "Enter an amount above zero" in answer.text
    assert f'name="charge" inputmode="decimal" autocomplete="off" maxlength="12" value="{typed}"' in answer.text
    with database.write() as db:
        assert db.exec(select(PrivateAccount)).all() == []


def test_pressed_twice_one_account_is_issued(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    line = declined(database, day, doctor)
    key = re.search(r'name="idempotency_key" value="([^"]+)"', billing.get(f"/claims/{line}/account").text)
    assert key is not None
    form = {"line": str(line), "charge": "60", "idempotency_key": key[1]}
    first, second = (billing.post(f"/claims/{line}/account", data=form).headers["location"] for _ in range(2))
    assert first == second


def test_a_bulk_line_has_no_account_to_issue_and_the_page_says_why(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    line = line_of(database, day, "P02")
    doctor.post(f"/claims/{line}/approval", data={"item_number": "23"})
    page = billing.get(f"/claims/{line}/account").text
    assert "may not be charged anything" in page
    assert "Issue the account" not in page
    assert billing.post(f"/claims/{line}/account", data={"line": str(line), "charge": "5"}).status_code == 409


def test_the_paper_names_nobody_in_its_file_name_and_taking_it_is_kept(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    line = declined(database, day, doctor)
    account = billing.post(f"/claims/{line}/account", data={"line": str(line), "charge": "60"}).headers["location"]
    first, second = billing.get(f"{account}/file"), billing.get(f"{account}/file")
    assert first.content == second.content
    assert first.content.startswith(b"%PDF")
    assert re.fullmatch(r'inline; filename="account-a\d{6}-\d{3}\.pdf"', first.headers["content-disposition"])
    with database.write() as db:
        taken = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "download-account")).all()
        assert len(taken) == 2
    assert doctor.get(f"{account}/file").status_code == 403


def test_a_credit_and_what_replaces_it_lead_to_each_other(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    line = declined(database, day, doctor)
    first = billing.post(f"/claims/{line}/account", data={"line": str(line), "charge": "60"}).headers["location"]
    assert billing.post(f"{first}/credit", data={"reason": "no"}).status_code == 422
    billing.post(f"{first}/credit", data={"reason": "Wrong amount"})
    again = line_of(database, day)
    second = billing.post(f"/claims/{again}/account", data={"line": str(again), "charge": "45.05"}).headers["location"]
    assert f'href="{second}"' in billing.get(first).text
    assert "Replaces account" in billing.get(second).text
    listed = billing.get("/accounts").text
    assert "Charged $45.05, paid $0.00, outstanding $45.05" in listed


def owed(database: Database, day: YarnUp) -> UUID:
    """A report that the doctor owes about P02."""
    with database.write() as db:
        line = day.line(db, "P02")
        line.item_number, line.status = "81105", ClaimStatus.EXPORTED
        report = ReferrerReport(
            patient_id=line.patient_id,
            practitioner_id=line.practitioner_id,
            claim_id=line.id,
            course="a-course",
            moment="last",
            due_since=day.session.held_on,
        )
        db.add(report)
        return report.id


def test_only_its_clinician_opens_a_letter_and_others_see_that_it_is_due(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient, sign_in: SignIn
) -> None:
    report = owed(database, day)
    assert "Ben Farr" in doctor.get(f"/referrer-reports/{report}").text
    assert "To be entered" in billing.get("/referrer-reports").text
    assert billing.get(f"/referrer-reports/{report}").status_code == 403
    both = sign_in(Role.CLINICIAN, Role.BILLING)
    assert both.get(f"/referrer-reports/{report}").status_code == 403
    assert both.get(f"/referrer-reports/{report}/file").status_code == 403


def test_a_letter_is_kept_then_signed_and_an_unfinished_one_keeps_what_was_typed(
    database: Database, day: YarnUp, doctor: TestClient
) -> None:
    report = owed(database, day)
    unfinished = LETTER | {"treatment": "", "version": "1", "then": "sign"}
    answer = doctor.post(f"/referrer-reports/{report}", data=unfinished)
    assert answer.status_code == 422
    assert "Write this before signing off" in answer.text
    assert "Steady." in answer.text
    assert doctor.post(f"/referrer-reports/{report}", data=LETTER | {"version": "1"}).status_code == 303
    stale = doctor.post(f"/referrer-reports/{report}", data=LETTER | {"version": "1"})
    assert stale.status_code == 409
    signed = doctor.post(f"/referrer-reports/{report}", data=LETTER | {"version": "2", "then": "sign"})
    assert signed.status_code == 303
    page = doctor.get(f"/referrer-reports/{report}").text
    assert "Signed off" in page
    assert "<textarea" not in page
    assert doctor.get(f"/referrer-reports/{report}/file").content.startswith(b"%PDF")
    assert "Ben Farr" in doctor.get("/referrer-reports?show=done").text


def test_lines_of_accounts_stand_in_no_total_of_batches(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    line = declined(database, day, doctor)
    with database.write() as db:
        issue_account(db, line, charges={line: 6000}, by=day.billing, now=later(5))
        approve(db, day.line(db, "P02").id, item_number="23", by=doctor.user, now=later(5))  # type: ignore[attr-defined]
    with database.write() as db:
        make_batches(db, by=day.billing, now=later(6))
    with database.write() as db:
        assert db.get_one(Claim, line).batch_id is None
    assert "1 line, $45.05" in billing.get("/claim-batches").text


def test_the_desk_records_who_declined_on_the_page_of_the_session(
    database: Database, day: YarnUp, sign_in: SignIn
) -> None:
    desk, address = sign_in(Role.FRONT_DESK), f"/sessions/{day.session.id}/payers"
    person = f"{day.patients['P01'].hex}.{day.clinician.id.hex}"
    assert desk.post(address, data={"person": person}).status_code == 422
    assert desk.post(address, data={"person": "x.y", "billing_type": "private"}).status_code == 422
    assert desk.post(address, data={"person": person, "billing_type": "dva"}).status_code == 409
    assert desk.post(address, data={"person": person, "billing_type": "private"}).status_code == 303
    assert "The patient: a private account" in desk.get(address).text
    with database.write() as db:
        assert day.line(db, "P01").billing_type == "private"


def test_what_a_patient_pays_is_not_offered_for_freezing(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    declined(database, day, doctor)

    for page in ("/claims?tab=ready", "/claim-batches"):
        assert "Freeze" not in billing.get(page).text
    assert "never into a batch" in billing.get("/claims?tab=ready").text
    refused = billing.post("/claim-batches", data={})
    assert refused.status_code == 409
    assert "what a patient pays goes onto an account" in refused.text

    doctor.post(f"/claims/{line_of(database, day, 'P02')}/approval", data={"item_number": "23"})
    for page in ("/claims?tab=ready", "/claim-batches", f"/claims?tab=ready&clinician={day.clinician.id}"):
        assert "Freeze 1 approved line" in billing.get(page).text


def test_the_button_counts_what_it_freezes_however_the_list_is_narrowed(
    database: Database, day: YarnUp, doctor: TestClient, billing: TestClient
) -> None:
    doctor.post(f"/claims/{line_of(database, day, 'P02')}/approval", data={"item_number": "23"})
    page = billing.get("/claims?tab=ready&month=2020-01").text

    assert "Freeze 1 approved line" in page
    assert "not only those shown" in page
