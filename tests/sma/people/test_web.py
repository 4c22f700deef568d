"""The pages about one person, as a browser without JavaScript meets them."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.core.audit import AuditEvent
from sma.identity import Role
from sma.people import Agreement, Coverage, Patient, set_coverage
from tests.conftest import SignIn
from tests.factories import NOW, make_patient, make_user

NUMBER = "4951651671"


def _new(**changes: Any) -> dict[str, Any]:
    return {
        "preferred_name": "Zoë",
        "family_name": "Marlow",
        "born_on": "1965-07-01",
        "contact_by_phone": "neutral",
        "contact_by_email": "none",
        "idempotency_key": uuid4().hex,
        **changes,
    }


def _make(app: FastAPI, **changes: Any) -> UUID:
    with app.state.database.write() as db:
        return make_patient(db, **changes).id


def _with_card(app: FastAPI, **changes: Any) -> UUID:
    with app.state.database.write() as db:
        patient = make_patient(db, **changes)
        set_coverage(
            db, patient.id, kind="medicare", number=NUMBER, irn="1", expires_on=None, by=make_user(db), now=NOW
        )
        return patient.id


def _read(app: FastAPI, patient_id: UUID) -> Patient:
    with app.state.database.read() as db:
        found = db.get(Patient, patient_id)
        assert found is not None
        return found


def _everybody(app: FastAPI) -> list[Patient]:
    with app.state.database.read() as db:
        return list(db.exec(select(Patient)))


def test_the_people_page_shows_nobody_before_a_search(app: FastAPI, sign_in: SignIn) -> None:
    _make(app, preferred_name="Alan")
    page = sign_in(Role.FRONT_DESK).get("/people")
    assert page.status_code == 200
    assert "Search to see people here" in page.text
    assert "Alan" not in page.text


def test_a_search_is_posted_so_that_names_stay_out_of_the_address(app: FastAPI, sign_in: SignIn) -> None:
    patient = _make(app, preferred_name="Alan", pronouns="he/him", language="yue")
    page = sign_in(Role.FRONT_DESK).post("/people/search", data={"text": "ala"})
    assert page.status_code == 200
    for shown in (f'href="/people/{patient}"', "he/him", "Cantonese", "Phone (neutral words)", "56 · 4/3/1970"):
        assert shown in page.text
    assert 'action="/people/search"' in page.text
    assert 'method="get"' not in page.text.split('id="results"')[0].split("<main")[1]


def test_the_address_of_a_search_leads_to_an_empty_one(sign_in: SignIn) -> None:
    assert sign_in(Role.FRONT_DESK).get("/people/search").headers["location"] == "/people"


def test_htmx_gets_the_list_alone(app: FastAPI, sign_in: SignIn) -> None:
    _make(app, preferred_name="Alan")
    page = sign_in(Role.FRONT_DESK).post("/people/search", data={"text": "zzz"}, headers={"hx-request": "true"})
    assert page.text.lstrip().startswith('<section id="results"')
    assert "Nobody found" in page.text


def test_somebody_is_registered_and_pressing_twice_registers_once(app: FastAPI, sign_in: SignIn) -> None:
    client, form = sign_in(Role.FRONT_DESK), _new(origin=["aboriginal", "torres-strait-islander"])
    first, second = client.post("/people", data=form), client.post("/people", data=form)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    (patient,) = _everybody(app)
    assert (patient.preferred_name, patient.indigenous_status, patient.groups_state) == ("Zoë", "3", "not-asked")
    assert "Zo" not in first.headers["location"]


@pytest.mark.concurrency
def test_two_presses_at_the_same_moment_register_once(app: FastAPI, sign_in: SignIn) -> None:
    client, form = sign_in(Role.FRONT_DESK), _new()
    with ThreadPoolExecutor(6) as presses:
        answers = list(presses.map(lambda _: client.post("/people", data=form), range(6)))
    assert [answer.status_code for answer in answers] == [303] * 6
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(_everybody(app)) == 1


def test_nothing_about_origin_ticked_means_not_asked(app: FastAPI, sign_in: SignIn) -> None:
    sign_in(Role.FRONT_DESK).post("/people", data=_new())
    (patient,) = _everybody(app)
    assert (patient.indigenous_status, patient.indigenous_status_state) == (None, "not-asked")


def test_code_9_is_never_offered(sign_in: SignIn) -> None:
    page = sign_in(Role.FRONT_DESK).get("/people/new").text
    boxes = re.findall(r'name="origin" value="([^"]+)"', page)
    assert boxes == ["no", "aboriginal", "torres-strait-islander", "declined"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("preferred_name", ""),
        ("born_on", "1/13/1965"),
        ("born_on", "2090-01-01"),
        ("email", "zoe at home"),
        ("phone", "ring mum"),
        ("contact_by_phone", "shout"),
        ("gender", "1"),
    ],
)
def test_a_wrong_answer_is_explained_and_everything_typed_is_kept(
    app: FastAPI, sign_in: SignIn, field: str, typed: str
) -> None:
    page = sign_in(Role.FRONT_DESK).post("/people", data=_new(contact_note="ring after 5", **{field: typed}))
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert "ring after 5" in page.text
    assert "Marlow" in page.text
    assert _everybody(app) == []


@pytest.mark.parametrize("ticked", [["no", "aboriginal"], ["declined", "torres-strait-islander"]])
def test_answers_about_origin_that_exclude_each_other_are_asked_again(
    app: FastAPI, sign_in: SignIn, ticked: list[str]
) -> None:
    client = sign_in(Role.FRONT_DESK)
    page = client.post("/people", data=_new(origin=ticked))

    assert page.status_code == 422
    assert "each stand alone" in page.text
    assert _everybody(app) == []
    assert client.post("/people", data=_new(origin=["aboriginal", "torres-strait-islander"])).status_code == 303


def test_a_birth_more_than_115_years_ago_needs_a_tick_and_nothing_typed_is_lost(app: FastAPI, sign_in: SignIn) -> None:
    client = sign_in(Role.FRONT_DESK)
    assert "is_born_then" not in client.get("/people/new").text
    page = client.post("/people", data=_new(born_on="1899-02-01"))

    assert page.status_code == 422
    assert "That would make them 127." in page.text
    assert "Marlow" in page.text
    assert _everybody(app) == []
    answer = client.post("/people", data=_new(born_on="1899-02-01", is_born_then="on"))
    assert answer.status_code == 303
    changed = _new(born_on="1898-02-01", version="1")
    assert client.post(f"{answer.headers['location']}/edit", data=changed).status_code == 422


def test_a_namesake_with_the_same_birthday_is_shown_and_can_be_registered_all_the_same(
    app: FastAPI, sign_in: SignIn
) -> None:
    client = sign_in(Role.FRONT_DESK)
    client.post("/people", data=_new())
    again = client.post("/people", data=_new(contact_note="another"))
    assert again.status_code == 422
    assert "is here already" in again.text
    assert "another" in again.text
    assert client.post("/people", data=_new(is_somebody_else="on")).status_code == 303
    assert len(_everybody(app)) == 2


def test_card_numbers_are_masked_in_the_bytes_of_every_page(app: FastAPI, sign_in: SignIn) -> None:
    patient, client = _with_card(app), sign_in(Role.FRONT_DESK, Role.MANAGER)
    pages = [client.get(f"/people/{patient}{rest}") for rest in ("", "/edit", "/coverage", "/comfort", "/agreement")]
    pages.append(client.post("/people/search", data={"text": "1671"}))
    assert [page.status_code for page in pages] == [200] * 6
    assert all(NUMBER not in page.text and NUMBER[:6] not in page.text for page in pages)
    assert "•••••• 1671" in pages[0].text


def test_a_full_number_is_seen_by_billing_only_and_the_look_is_kept(app: FastAPI, sign_in: SignIn) -> None:
    patient = _with_card(app)
    assert sign_in(Role.FRONT_DESK).get(f"/people/{patient}/identifiers").status_code == 403
    page = sign_in(Role.BILLING).get(f"/people/{patient}/identifiers")
    assert NUMBER in page.text
    assert page.headers["cache-control"] == "no-store"
    with app.state.database.read() as db:
        look = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "view-identifiers")).one()
    assert (look.on_id, look.details) == (patient, {})


def test_a_wrong_card_number_is_kept_in_its_own_field_and_nowhere_else(app: FastAPI, sign_in: SignIn) -> None:
    patient = _make(app)
    form = {"kind": "medicare", "number": "6951449677", "irn": "3", "expires_on": "11/2027"}
    page = sign_in(Role.FRONT_DESK).post(f"/people/{patient}/coverage", data=form)
    assert page.status_code == 422
    assert page.text.count("6951449677") == 1
    assert re.search(r'<input id="number"[^>]*value="6951449677"', page.text)
    assert 'value="11/2027"' in page.text
    with app.state.database.read() as db:
        assert db.exec(select(Coverage)).all() == []


def test_a_card_is_recorded_with_the_month_printed_on_it(app: FastAPI, sign_in: SignIn) -> None:
    patient, client = _make(app), sign_in(Role.FRONT_DESK)
    form = {"kind": "medicare", "number": "4951 65167 1", "irn": "1", "expires_on": "11/2027"}
    assert client.post(f"/people/{patient}/coverage", data=form).status_code == 303
    assert client.post(f"/people/{patient}/coverage", data=form).status_code == 303
    with app.state.database.read() as db:
        (card,) = db.exec(select(Coverage)).all()
    assert (card.irn, card.expires_on) == ("1", date(2027, 11, 30))
    assert client.post(f"/people/{patient}/no-card", data={"state": "unknown"}).status_code == 422


def test_why_there_is_no_card_can_be_said(app: FastAPI, sign_in: SignIn) -> None:
    patient, client = _make(app), sign_in(Role.FRONT_DESK)
    assert client.post(f"/people/{patient}/no-card", data={"state": "newborn"}).status_code == 303
    assert "A newborn, not on a card yet" in client.get(f"/people/{patient}").text
    assert client.post(f"/people/{patient}/no-card", data={}).status_code == 422


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"groups": ["womens", "open"]}, (["open", "womens"], "answered")),
        ({"groups": ["ask"]}, ([], "unknown")),
        ({"groups": ["declined"]}, ([], "declined")),
        ({"named": "Aunties’ group\n"}, (["named:Aunties’ group"], "answered")),
    ],
)
def test_the_persons_own_answer_about_groups_is_kept(
    app: FastAPI, sign_in: SignIn, form: dict[str, Any], answer: tuple[list[str], str]
) -> None:
    patient = _make(app, groups_ok=[], groups_state="not-asked")
    posted = sign_in(Role.FRONT_DESK).post(f"/people/{patient}/comfort", data={"answered_by": "self", **form})
    assert posted.status_code == 303
    found = _read(app, patient)
    assert (found.groups_ok, found.groups_state) == answer


@pytest.mark.parametrize("form", [{}, {"groups": ["ask", "open"]}, {"groups": ["biological"]}])
def test_an_unclear_answer_about_groups_is_asked_again(app: FastAPI, sign_in: SignIn, form: dict[str, Any]) -> None:
    patient = _make(app, groups_ok=["mens"])
    page = sign_in(Role.FRONT_DESK).post(f"/people/{patient}/comfort", data=form)
    assert page.status_code == 422
    assert 'id="groups-error"' in page.text
    assert _read(app, patient).groups_ok == ["mens"]


def test_a_form_about_answers_starts_without_the_last_answers(app: FastAPI, sign_in: SignIn) -> None:
    patient = _make(app, indigenous_status="2", indigenous_status_state="answered", gender="non-binary")
    edit = sign_in(Role.FRONT_DESK).get(f"/people/{patient}/edit").text
    assert not re.search(r'name="(origin|gender)"[^>]*checked', edit)


def test_a_stale_edit_shows_both_values_and_keeps_what_was_typed(app: FastAPI, sign_in: SignIn) -> None:
    patient, client = _make(app, preferred_name="Alan", family_name="Drum"), sign_in(Role.FRONT_DESK)
    form = _new(preferred_name="Alana", family_name="Drum", born_on="1970-03-04", version="1")
    client.post(f"/people/{patient}/edit", data={**form, "preferred_name": "Al"})

    page = client.post(f"/people/{patient}/edit", data=form)

    assert page.status_code == 409
    row = re.search(r"Preferred name</th>.*?</tr>", page.text, re.DOTALL)
    assert row
    assert ">Al<" in row[0]
    assert ">Alana<" in row[0]
    assert 'name="preferred_name" type="text" value="Alana"' in page.text
    assert _read(app, patient).preferred_name == "Al"
    assert client.post(f"/people/{patient}/edit", data={**form, "version": "2"}).status_code == 303
    assert _read(app, patient).preferred_name == "Alana"


def test_an_agreement_is_recorded_once_and_ended_in_one_press(app: FastAPI, sign_in: SignIn) -> None:
    patient, client = _make(app, agreed=False), sign_in(Role.FRONT_DESK)
    form = {"method": "signed", "given_on": "2026-11-01"}
    for _ in range(2):
        assert client.post(f"/people/{patient}/agreement", data=form).status_code == 303
    with app.state.database.read() as db:
        assert len(db.exec(select(Agreement)).all()) == 1
    assert client.post(f"/people/{patient}/agreement-withdrawal").status_code == 303
    assert "No agreement yet" in client.get(f"/people/{patient}").text
    bad = client.post(f"/people/{patient}/agreement", data={"method": "signed", "given_on": "2999-01-01"})
    assert bad.status_code == 422


def test_somebody_who_died_is_named_nowhere(app: FastAPI, sign_in: SignIn) -> None:
    patient, client = _make(app, preferred_name="Quillam", family_name="Zorba", is_deceased=True), sign_in(Role.MANAGER)
    pages = [client.get(f"/people/{patient}"), client.post("/people/search", data={"text": "quil"})]
    for page in pages:
        assert "respectfully withheld" in page.text
        assert "Zorba" not in page.text
    assert "Quillam" not in pages[0].text
    assert "appointments/new" not in pages[0].text


def test_a_person_who_is_not_there_is_a_page_that_says_what_to_do(sign_in: SignIn) -> None:
    client = sign_in(Role.FRONT_DESK)
    for path in (f"/people/{uuid4()}", f"/people/{uuid4()}/edit", "/people/not-an-id"):
        assert client.get(path).status_code == 404
    assert client.post(f"/people/{uuid4()}/comfort", data={"groups": ["open"]}).status_code == 404


def test_billing_reads_people_and_changes_nothing(app: FastAPI, sign_in: SignIn) -> None:
    patient, client = _make(app), sign_in(Role.BILLING)
    assert client.get(f"/people/{patient}").status_code == 200
    for path in ("/people/new", f"/people/{patient}/edit", f"/people/{patient}/comfort", f"/people/{patient}/coverage"):
        assert client.get(path).status_code == 403
    assert client.post("/people", data=_new()).status_code == 403


def test_nobody_comes_in_without_signing_in(browser: TestClient) -> None:
    assert browser.get("/people").status_code == 303
