"""Signing in, the second factor, stepping up, and what each refusal gives away."""

from datetime import timedelta

import pyotp
import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from sma.core.audit import AuditEvent
from sma.core.clock import now
from sma.identity import Role, create_user
from sma.identity.models import LoginSession, User
from sma.identity.rules import ago
from tests.conftest import SignIn

PASSWORD = "a short sentence"


@pytest.fixture
def tahlia(app: FastAPI) -> str:
    with app.state.database.write() as db:
        create_user(
            db,
            "tahlia",
            display_name="Tahlia",
            password=PASSWORD,
            roles=frozenset({Role.FRONT_DESK}),
            by=None,
            now=now(),
            choose_own=False,
        )
    return "tahlia"


def enter(browser: TestClient, username: str, password: str = PASSWORD, next_url: str = "/account") -> object:
    return browser.post("/sign-in", data={"username": username, "password": password, "next": next_url})


def test_the_right_password_opens_the_page_that_was_asked_for(browser: TestClient, tahlia: str) -> None:
    asked = browser.get("/account")
    assert asked.headers["location"] == "/sign-in?next=/account"

    answer = enter(browser, "Tahlia ")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/account"
    assert "Tahlia" in browser.get("/account").text


def test_a_wrong_name_and_a_wrong_password_look_the_same(browser: TestClient, tahlia: str) -> None:
    wrong_password = enter(browser, tahlia, "not the password")
    wrong_name = enter(browser, "nobody", "not the password")

    assert wrong_password.status_code == wrong_name.status_code == 422
    assert wrong_password.text.replace("tahlia", "*") == wrong_name.text.replace("nobody", "*")
    assert PASSWORD not in wrong_password.text


def test_a_failed_try_is_kept_without_the_name(browser: TestClient, app: FastAPI, tahlia: str) -> None:
    enter(browser, tahlia, "not the password")
    with app.state.database.read() as db:
        kept = db.exec(select(AuditEvent).where(AuditEvent.did == "sign-in-refused")).one()
    assert kept.by_id is None
    assert "tahlia" not in str(kept.details)


def test_the_ninth_try_in_a_row_is_told_to_wait_even_with_the_right_password(browser: TestClient, tahlia: str) -> None:
    for _ in range(8):
        assert enter(browser, tahlia, "not the password").status_code == 422
    answer = enter(browser, tahlia)
    assert answer.status_code == 429
    assert "fifteen minutes" in answer.text


def test_nobody_uses_up_anothers_proofs_by_typing_at_the_door(browser: TestClient, app: FastAPI, tahlia: str) -> None:
    enter(browser, tahlia)
    with app.state.database.read() as db:
        user_id = db.exec(select(User.id)).one()
    with TestClient(app, base_url="http://testserver", headers={"sec-fetch-site": "same-origin"}) as stranger:
        for _ in range(9):
            enter(stranger, f"step-up:{user_id}", "not the password")

    assert browser.post("/step-up", data={"proof": PASSWORD, "next": "/account"}).status_code == 303


def test_signing_out_ends_the_session_on_the_server(browser: TestClient, app: FastAPI, tahlia: str) -> None:
    enter(browser, tahlia)
    token = browser.cookies["sma_session"]
    browser.post("/sign-out")
    browser.cookies.set("sma_session", token)
    assert browser.get("/account").status_code == 303


def test_the_token_itself_is_never_stored(browser: TestClient, app: FastAPI, tahlia: str) -> None:
    enter(browser, tahlia)
    with app.state.database.read() as db:
        row = db.exec(select(LoginSession)).one()
    assert browser.cookies["sma_session"] not in str(row.model_dump())


def test_an_idle_session_has_to_sign_in_again(browser: TestClient, app: FastAPI, tahlia: str) -> None:
    enter(browser, tahlia)
    with app.state.database.write() as db:
        row = db.exec(select(LoginSession)).one()
        row.last_seen_at = now() - timedelta(minutes=31)
    assert browser.get("/account").status_code == 303


def test_after_signing_in_nobody_is_sent_to_another_site(browser: TestClient, tahlia: str) -> None:
    answer = enter(browser, tahlia, next_url="//evil.example/steal")
    assert answer.headers["location"] == "/today"


def test_a_page_asked_for_in_any_letters_is_reached_through_the_page_program_too(
    browser: TestClient, tahlia: str
) -> None:
    form = {"username": tahlia, "password": PASSWORD, "next": "/people?q=Łucja%20Zoë"}
    answer = browser.post("/sign-in", data=form, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert answer.headers["hx-redirect"] == "/people?q=%C5%81ucja%20Zo%C3%AB"


def test_the_page_that_was_asked_for_keeps_its_whole_address_past_the_code(
    browser: TestClient, app: FastAPI, tahlia: str
) -> None:
    with app.state.database.write() as db:
        user = db.exec(select(User)).one()
        user.totp_secret, user.totp_confirmed_at = pyotp.random_base32(), now()
    answer = enter(browser, tahlia, next_url="/week?week=2026-11-30&location=1")

    page = BeautifulSoup(browser.get(answer.headers["location"]).text, "html.parser")

    assert page.select_one("input[name=next]")["value"] == "/week?week=2026-11-30&location=1"


def test_a_second_factor_lets_nobody_in_before_its_code_and_each_code_once(
    browser: TestClient, app: FastAPI, tahlia: str
) -> None:
    enter(browser, tahlia)
    browser.post("/account/second-factor/secret")
    page = BeautifulSoup(browser.get("/account/second-factor").text, "html.parser")
    secret = page.select_one("code").text
    first = pyotp.TOTP(secret).now()
    confirmed = browser.post("/account/second-factor", data={"code": first})
    recovery = BeautifulSoup(confirmed.text, "html.parser").select("li code")
    assert len(recovery) == 8
    browser.post("/sign-out")

    assert enter(browser, tahlia).headers["location"].startswith("/sign-in/code")
    assert browser.get("/account").status_code == 303
    assert browser.post("/sign-in/code", data={"code": first}).status_code == 422
    with app.state.database.read() as db:
        kept = db.exec(select(AuditEvent).where(AuditEvent.did == "proof-refused")).all()
    assert len(kept) == 1
    assert browser.post("/sign-in/code", data={"code": recovery[0].text}).status_code == 303
    assert browser.get("/account").status_code == 200

    browser.post("/sign-out")
    enter(browser, tahlia)
    assert browser.post("/sign-in/code", data={"code": recovery[0].text}).status_code == 422


def test_the_authenticator_secret_is_sealed_at_rest(browser: TestClient, app: FastAPI, tahlia: str) -> None:
    enter(browser, tahlia)
    browser.post("/account/second-factor/secret")
    with app.state.database.read() as db:
        secret = db.exec(select(User)).one().totp_secret
        raw = db.connection().exec_driver_sql("SELECT totp_secret FROM staff_user").scalar_one()
    assert secret
    assert secret not in raw


def test_stepping_up_needs_the_password_again(browser: TestClient, app: FastAPI, tahlia: str) -> None:
    enter(browser, tahlia)
    with app.state.database.write() as db:
        db.exec(select(LoginSession)).one().stepped_up_at = None
    wrong = browser.post("/step-up", data={"proof": "not the password", "next": "/claims"})
    assert wrong.status_code == 422
    right = browser.post("/step-up", data={"proof": PASSWORD, "next": "/claims"})
    assert right.headers["location"] == "/claims"
    with app.state.database.read() as db:
        assert db.exec(select(LoginSession)).one().stepped_up_at is not None


def test_a_switched_off_user_is_signed_out_at_once(
    browser: TestClient, app: FastAPI, sign_in: SignIn, tahlia: str
) -> None:
    enter(browser, tahlia)
    administrator = sign_in(Role.ADMINISTRATOR)
    with app.state.database.read() as db:
        user = db.exec(select(User).where(User.username == tahlia)).one()
    administrator.post(f"/users/{user.id}", data={"display_name": "Tahlia", "roles": "front-desk", "version": "1"})
    assert browser.get("/account").status_code == 303


def test_the_last_administrator_cannot_lock_everybody_out(sign_in: SignIn) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    answer = administrator.post(
        f"/users/{administrator.user.id}",
        data={"display_name": "Me", "roles": "front-desk", "is_active": "on", "version": "1"},
    )
    assert answer.status_code == 409
    assert "only administrator" in answer.text
    assert administrator.get("/users").status_code == 200


def test_only_administrators_see_the_users(sign_in: SignIn) -> None:
    assert sign_in(Role.MANAGER).get("/users").status_code == 403
    assert sign_in(Role.ADMINISTRATOR).get("/users").status_code == 200


def test_a_new_user_is_made_once_however_often_the_button_is_pressed(sign_in: SignIn, app: FastAPI) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    form = {
        "username": "marcus",
        "display_name": "Marcus Webb",
        "password": PASSWORD,
        "roles": ["facilitator", "health-worker"],
        "idempotency_key": "k" * 32,
    }
    assert administrator.post("/users", data=form).status_code == 303
    assert administrator.post("/users", data=form).status_code == 303
    weak = administrator.post("/users", data={**form, "username": "kim", "password": "short", "idempotency_key": ""})
    assert weak.status_code == 422
    assert "12 characters" in weak.text
    assert 'value="kim"' in weak.text
    with app.state.database.read() as db:
        assert len(db.exec(select(User).where(User.username == "marcus")).all()) == 1


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=119), "just now"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(minutes=60), "1 hour ago"),
        (timedelta(hours=47, minutes=59), "1 day ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_when_a_browser_was_last_used_is_said_without_a_clock(passed: timedelta, words: str) -> None:
    assert ago(passed) == words
