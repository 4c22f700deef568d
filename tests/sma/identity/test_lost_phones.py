"""A lost phone: an administrator takes the second factor off, and everything about it is kept."""

from collections.abc import Callable

import pyotp
import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.core.audit import AuditEvent
from sma.identity import Role, User
from sma.identity.models import LoginSession, RecoveryCode
from tests.conftest import SignIn


@pytest.fixture
def marcus(sign_in: SignIn) -> TestClient:
    """Marcus, whose second factor is on and whose phone is in the river."""
    browser = sign_in(Role.FACILITATOR, username="marcus")
    browser.post("/account/second-factor/secret")
    page = BeautifulSoup(browser.get("/account/second-factor").text, "html.parser")
    browser.post("/account/second-factor", data={"code": pyotp.TOTP(page.select_one("code").text).now()})
    return browser


@pytest.fixture
def press(marcus: TestClient) -> Callable[[TestClient], str]:
    """Switch off Marcus's second factor as somebody; returns where that leads."""

    def press(administrator: TestClient) -> str:
        url = f"/users/{marcus.user.id}/second-factor-removal"  # type: ignore[attr-defined]
        return str(administrator.post(url).headers["location"])

    return press


def test_it_is_off_they_are_signed_out_and_the_history_says_who_did_it(
    app: FastAPI, sign_in: SignIn, marcus: TestClient, press: Callable[[TestClient], str]
) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)

    assert press(administrator) == "/users"

    assert marcus.get("/account").headers["location"].startswith("/sign-in")
    with app.state.database.read() as db:
        row = db.exec(select(User).where(User.username == "marcus")).one()
        kept = db.exec(select(AuditEvent).where(AuditEvent.did == "take-off-second-factor")).one()
        assert (row.totp_secret, row.totp_confirmed_at) == (None, None)
        assert db.exec(select(RecoveryCode)).all() == []
        assert (kept.by_id, kept.on_id) == (administrator.user.id, row.id)  # type: ignore[attr-defined]


def test_whoever_sits_at_an_administrators_screen_shows_first_that_it_is_them(
    app: FastAPI, sign_in: SignIn, marcus: TestClient, press: Callable[[TestClient], str]
) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    with app.state.database.write() as db:
        for session in db.exec(
            select(LoginSession).where(col(LoginSession.user_id) == administrator.user.id)  # type: ignore[attr-defined]
        ):
            session.stepped_up_at = None
    page = f"/users/{marcus.user.id}"  # type: ignore[attr-defined]

    assert press(administrator) == f"/step-up?next={page}"
    assert "Show that it is you" in administrator.get(page).text
    assert marcus.get("/account").status_code == 200


def test_only_administrators_may(sign_in: SignIn, marcus: TestClient) -> None:
    url = f"/users/{marcus.user.id}/second-factor-removal"  # type: ignore[attr-defined]
    assert sign_in(Role.MANAGER).post(url).status_code == 403
    assert marcus.get("/account").status_code == 200
