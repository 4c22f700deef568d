"""The people who may use the system: let in, changed, shut out, and never the last administrator."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from sma.identity import Role, User, roles_of
from sma.identity.models import LoginSession
from tests.conftest import SignIn

PASSWORD = "a short sentence"
OWN = "a sentence of my own"


def answers(*roles: Role, active: bool = True, **more: str) -> dict[str, object]:
    said = {"display_name": "Tahlia Brook", "version": "1", **more}
    fields: dict[str, object] = {**said, "roles": [str(role) for role in roles]}
    return fields | ({"is_active": "on"} if active else {})


def let_in(admin: TestClient, username: str = "tahlia", password: str = PASSWORD) -> int:
    form = answers(Role.FRONT_DESK, username=username, password=password)
    return admin.post("/users", data=form).status_code


def test_somebody_let_in_can_sign_in_at_once(sign_in: SignIn, browser: TestClient) -> None:
    assert let_in(sign_in(Role.ADMINISTRATOR)) == 303

    assert browser.post("/sign-in", data={"username": "TAHLIA", "password": PASSWORD}).status_code == 303
    assert "Welcome, Tahlia Brook" in browser.get("/account/own-password").text


def test_a_user_name_is_taken_once_and_a_short_password_never(sign_in: SignIn, app: FastAPI) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    let_in(admin)

    assert let_in(admin, "Tahlia") == 409
    assert let_in(admin, "marcus", password="short") == 422
    with app.state.database.read() as db:
        assert sorted(user.username for user in db.exec(select(User)))[0] == "tahlia"
        assert db.exec(select(User).where(User.username == "marcus")).first() is None


def test_shutting_somebody_out_ends_their_sessions_at_once(sign_in: SignIn, app: FastAPI) -> None:
    admin, desk = sign_in(Role.ADMINISTRATOR), sign_in(Role.FRONT_DESK)
    assert desk.get("/account").status_code == 200

    admin.post(f"/users/{desk.user.id}", data=answers(Role.FRONT_DESK, active=False))  # type: ignore[attr-defined]

    assert desk.get("/account").headers["location"].startswith("/sign-in")


def test_roles_taken_away_are_gone_with_the_next_click(sign_in: SignIn) -> None:
    admin, desk = sign_in(Role.ADMINISTRATOR), sign_in(Role.FRONT_DESK)
    assert desk.get("/people").status_code == 200

    admin.post(f"/users/{desk.user.id}", data=answers(Role.ADMINISTRATOR))  # type: ignore[attr-defined]

    assert desk.get("/people").status_code == 403


def test_the_last_administrator_can_neither_leave_nor_lose_the_role(sign_in: SignIn, app: FastAPI) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    own: UUID = admin.user.id  # type: ignore[attr-defined]

    gone = admin.post(f"/users/{own}", data=answers(Role.ADMINISTRATOR, active=False, password="another sentence"))
    other = admin.post(f"/users/{own}", data=answers(Role.MANAGER))

    assert gone.status_code == other.status_code == 409
    assert "only administrator" in gone.text
    with app.state.database.read() as db:
        assert roles_of(db, own) == {Role.ADMINISTRATOR}
        # The refusal takes back the new password that came first in the same form.
        assert db.get_one(User, own).password_hash == "!"


def test_a_new_password_signs_the_other_browsers_out_and_keeps_this_one(
    sign_in: SignIn, app: FastAPI, browser: TestClient
) -> None:
    let_in(sign_in(Role.ADMINISTRATOR))
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as other:
        other.headers["sec-fetch-site"] = "same-origin"
        for each in (browser, other):
            each.post("/sign-in", data={"username": "tahlia", "password": PASSWORD})
        browser.post("/account/own-password", data={"fresh": OWN})
        other.post("/sign-in", data={"username": "tahlia", "password": OWN})

        wrong = browser.post("/account/password", data={"present": "not it at all", "fresh": "another sentence"})
        changed = browser.post("/account/password", data={"present": OWN, "fresh": "another sentence"})

        assert (wrong.status_code, changed.status_code) == (422, 303)
        assert browser.get("/account").status_code == 200
        assert other.get("/account").status_code == 303


@pytest.fixture
def left_open(app: FastAPI, sign_in: SignIn) -> TestClient:
    """An administrator's screen that was left open: nobody has proved anything there for a while."""
    browser = sign_in(Role.ADMINISTRATOR)
    with app.state.database.write() as db:
        db.exec(select(LoginSession)).one().stepped_up_at = None
    return browser


def test_whoever_finds_a_screen_left_open_gives_nobody_a_password_not_even_its_owner(
    app: FastAPI, sign_in: SignIn, left_open: TestClient
) -> None:
    desk = sign_in(Role.FRONT_DESK)
    for user_id, role in (
        (desk.user.id, Role.FRONT_DESK),  # type: ignore[attr-defined]
        (left_open.user.id, Role.ADMINISTRATOR),  # type: ignore[attr-defined]
    ):
        refused = left_open.post(f"/users/{user_id}", data=answers(role, password="another sentence"))

        assert refused.headers["location"] == f"/step-up?next=/users/{user_id}"
        assert "Nothing is saved yet" in left_open.get(refused.headers["location"]).text
        with app.state.database.read() as db:
            assert db.get_one(User, user_id).password_hash == "!"


def test_whoever_finds_a_screen_left_open_gives_no_role_and_lets_nobody_in(
    app: FastAPI, sign_in: SignIn, left_open: TestClient
) -> None:
    desk = sign_in(Role.FRONT_DESK, Role.BILLING)
    page = f"/users/{desk.user.id}"  # type: ignore[attr-defined]

    given = left_open.post(page, data=answers(Role.FRONT_DESK, Role.ADMINISTRATOR))
    taken = left_open.post(page, data=answers(Role.FRONT_DESK))

    assert given.headers["location"] == f"/step-up?next={page}"
    assert taken.headers["location"] == "/users", "taking a role away needs no proof"
    assert "show first that it is you" in left_open.get(page).text
    assert "/step-up?next=/users/new" in left_open.get("/users/new").text
    let_in(left_open)
    with app.state.database.read() as db:
        assert roles_of(db, desk.user.id) == {Role.FRONT_DESK}  # type: ignore[attr-defined]
        assert db.exec(select(User).where(User.username == "tahlia")).first() is None


def test_nobody_ends_another_persons_session(sign_in: SignIn, app: FastAPI) -> None:
    admin, desk = sign_in(Role.ADMINISTRATOR), sign_in(Role.FRONT_DESK)
    with app.state.database.read() as db:
        theirs = db.exec(select(LoginSession.id).where(LoginSession.user_id == desk.user.id)).one()  # type: ignore[attr-defined]

    assert admin.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert desk.get("/account").status_code == 200


def test_two_administrators_editing_one_user_see_both_values_and_nothing_is_lost(sign_in: SignIn, app: FastAPI) -> None:
    first, second, desk = sign_in(Role.ADMINISTRATOR), sign_in(Role.ADMINISTRATOR), sign_in(Role.FRONT_DESK)
    page = f"/users/{desk.user.id}"  # type: ignore[attr-defined]
    first.post(page, data=answers(Role.FRONT_DESK, Role.BILLING))

    stale = second.post(page, data=answers(Role.FRONT_DESK, display_name="Tahlia B.", password="another sentence"))

    assert stale.status_code == 409
    assert "Somebody else changed this" in stale.text
    assert "Front desk, Billing" in stale.text
    assert 'value="Tahlia B."' in stale.text
    with app.state.database.read() as db:
        assert roles_of(db, desk.user.id) == {Role.FRONT_DESK, Role.BILLING}  # type: ignore[attr-defined]
        assert db.get_one(User, desk.user.id).password_hash == "!"  # type: ignore[attr-defined]
    version = BeautifulSoup(stale.text, "html.parser").select_one("input[name=version]")["value"]
    again = second.post(page, data=answers(Role.FRONT_DESK, display_name="Tahlia B.", version=version))
    assert again.status_code == 303
