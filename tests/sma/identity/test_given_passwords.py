"""A password that somebody else chose: good for one sign-in, then replaced by one's own."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from sma.core.clock import now
from sma.demo.ground import lay
from sma.identity import Role, User
from tests.conftest import SignIn

GIVEN, OWN = "given by the boss", "known to me alone"


@pytest.fixture
def tahlia(sign_in: SignIn, browser: TestClient) -> TestClient:
    """Tahlia, signed in for the first time."""
    sign_in(Role.ADMINISTRATOR).post(
        "/users",
        data={"username": "tahlia", "display_name": "Tahlia", "password": GIVEN, "roles": str(Role.FRONT_DESK)},
    )
    enter(browser, GIVEN)
    return browser


def enter(browser: TestClient, password: str) -> int:
    return browser.post("/sign-in", data={"username": "tahlia", "password": password}).status_code


def test_the_first_page_asks_for_ones_own_password_and_leads_to_the_page_that_was_wanted(tahlia: TestClient) -> None:
    asked = tahlia.get("/people?q=an")
    page = tahlia.get(asked.headers["location"])
    chosen = tahlia.post("/account/own-password", data={"fresh": OWN, "next": "/people?q=an"})

    assert asked.headers["location"] == "/account/own-password?next=/people%3Fq%3Dan"
    assert "Choose your own password" in page.text
    assert 'value="/people?q=an"' in page.text
    assert chosen.headers["location"] == "/people?q=an"
    assert tahlia.get("/people").status_code == 200
    assert enter(tahlia, GIVEN) == 422
    assert enter(tahlia, OWN) == 303
    assert tahlia.get("/account").status_code == 200


def test_until_then_nothing_else_can_be_done(tahlia: TestClient) -> None:
    refused = tahlia.post("/people", data={"preferred_name": "Ruth"})

    assert refused.status_code == 403
    assert "Choose your own password first" in refused.text
    assert tahlia.get("/account").headers["location"].startswith("/account/own-password")
    assert tahlia.post("/sign-out").headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("typed", "said"), [(GIVEN, "the password you were given"), ("short", "12 characters"), ("", "Fill this in")]
)
def test_the_given_password_and_a_weak_one_are_refused_with_a_word_why(
    tahlia: TestClient, typed: str, said: str
) -> None:
    refused = tahlia.post("/account/own-password", data={"fresh": typed, "next": "/today"})

    assert refused.status_code == 422
    assert said in refused.text


def test_the_given_password_is_not_kept_by_way_of_the_account_page(tahlia: TestClient) -> None:
    refused = tahlia.post("/account/password", data={"present": GIVEN, "fresh": GIVEN})

    assert refused.status_code == 422
    assert "the password you were given" in refused.text
    assert tahlia.get("/people").headers["location"].startswith("/account/own-password")


def test_a_password_given_later_is_replaced_too(tahlia: TestClient, sign_in: SignIn, app: FastAPI) -> None:
    tahlia.post("/account/own-password", data={"fresh": OWN})
    with app.state.database.read() as db:
        row = db.exec(select(User).where(User.username == "tahlia")).one()

    sign_in(Role.ADMINISTRATOR).post(
        f"/users/{row.id}",
        data={"display_name": "Tahlia", "roles": "front-desk", "is_active": "on", "version": "1", "password": GIVEN},
    )

    assert enter(tahlia, GIVEN) == 303
    assert tahlia.get("/people").headers["location"].startswith("/account/own-password")


def test_somebody_with_a_password_of_their_own_is_led_past_the_page(sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)

    assert desk.get("/account/own-password?next=/people").headers["location"] == "/people"
    assert desk.get("/account/own-password?next=//evil.example").headers["location"] == "/today"


def test_the_people_of_the_demonstration_go_straight_in(app: FastAPI, browser: TestClient) -> None:
    with app.state.database.write() as db:
        lay(db, now=now())
        assert not any(user.must_choose_password for user in db.exec(select(User)))
