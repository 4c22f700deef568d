"""The Medicare history of a person: who opens it, what it says, and what stays when something is wrong."""

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from sma.core.db import Database
from sma.entitlements import EarlierRecord, ReferralRecord
from sma.identity import Role
from tests.conftest import SignIn
from tests.factories import make_patient

REFERRAL = {
    "profession": "dietitian",
    "referrer_name": "Dr A. Nguyen",
    "referrer_provider_number": "2447781L",
    "issued_on": "2024-03-03",
    "period": "months",
    "months": "12",
}


def _person(app: FastAPI) -> str:
    database: Database = app.state.database
    with database.write() as db:
        return f"/people/{make_patient(db).id}"


def test_a_receptionist_enters_a_plan_made_elsewhere_and_takes_a_mistake_back(app: FastAPI, sign_in: SignIn) -> None:
    desk, person = sign_in(Role.FRONT_DESK), _person(app)
    plan = {"kind": "gpccmp-made", "made_on": "2026-03-10", "given": "elsewhere", "place": "Northmead"}

    for _ in range(2):  # pressed twice
        answer = desk.post(f"{person}/medicare/plans", data={**plan, "idempotency_key": "one"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{person}/medicare")
    page = desk.get(f"{person}/medicare").text
    row = _rows(app, EarlierRecord)[0]
    desk.post(f"{person}/medicare/services/{row.id}/mistake")
    after = desk.get(f"{person}/medicare").text

    assert len(_rows(app, EarlierRecord)) == 1
    assert "Chronic condition plan, prepared" in page
    assert "Northmead" in page
    assert "Services given elsewhere that nobody entered cannot be seen from here" in page
    assert "No plan entered" in after
    assert "Entered by mistake (1)" in after


def test_an_expired_referral_says_so_and_can_be_ended(app: FastAPI, sign_in: SignIn) -> None:
    desk, person = sign_in(Role.BILLING), _person(app)
    desk.post(f"{person}/medicare/referrals", data=REFERRAL)

    page = desk.get(f"{person}/medicare").text
    desk.post(f"{person}/medicare/referrals/{_rows(app, ReferralRecord)[0].id}/end")

    assert "Expired on 3 March 2025 if counted from its date" in page
    assert "Ended on" in desk.get(f"{person}/medicare").text


def test_what_was_typed_stays_when_a_check_digit_is_wrong(app: FastAPI, sign_in: SignIn) -> None:
    desk, person = sign_in(Role.FRONT_DESK), _person(app)

    answer = desk.post(f"{person}/medicare/referrals", data={**REFERRAL, "referrer_provider_number": "2447781K"})

    assert answer.status_code == 422
    assert 'value="Dr A. Nguyen"' in answer.text
    assert "A character of the provider number is wrong" in answer.text


def test_the_same_service_twice_is_told_and_not_doubled(app: FastAPI, sign_in: SignIn) -> None:
    desk, person = sign_in(Role.FRONT_DESK), _person(app)
    service = {"item_number": "715", "date_of_service": "2026-03-10", "given": "elsewhere"}

    assert desk.post(f"{person}/medicare/services", data=service).status_code == 303
    again = desk.post(f"{person}/medicare/services", data=service)

    assert again.status_code == 409
    assert "recorded for this person already" in again.text
    assert len(_rows(app, EarlierRecord)) == 1


def test_each_form_opens_and_an_empty_one_keeps_nothing(app: FastAPI, sign_in: SignIn) -> None:
    desk, person = sign_in(Role.HEALTH_WORKER), _person(app)

    for part in ("services", "plans", "referrals", "registrations"):
        assert desk.get(f"{person}/medicare/{part}/new").status_code == 200
        assert desk.post(f"{person}/medicare/{part}", data={}).status_code == 422


def test_who_has_no_need_for_it_does_not_see_it(app: FastAPI, sign_in: SignIn) -> None:
    person = _person(app)
    for role in (Role.FACILITATOR, Role.CULTURAL_LEAD, Role.SAFETY_LEAD, Role.ADMINISTRATOR):
        client: TestClient = sign_in(role)
        assert client.get(f"{person}/medicare").status_code == 403
        assert f"{person}/medicare" not in client.get(person).text
    assert f"{person}/medicare" in sign_in(Role.FRONT_DESK).get(person).text


def test_a_clinician_sees_only_the_people_of_their_own_sessions(app: FastAPI, sign_in: SignIn) -> None:
    assert sign_in(Role.CLINICIAN).get(f"{_person(app)}/medicare").status_code in (403, 404)


def _rows(app: FastAPI, table: type) -> list:  # type: ignore[type-arg]
    with app.state.database.read() as db:
        return list(db.exec(select(table)))
