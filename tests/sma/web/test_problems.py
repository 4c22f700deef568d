"""Every refusal leads on, fits its reader, and reveals nothing."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from sma.identity import Role
from sma.web import problems
from tests.conftest import SignIn
from tests.sma.web.sample import make_app

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_a_missing_page_says_so_and_leads_on(browser: TestClient) -> None:
    answer = browser.get("/nowhere")

    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text
    assert 'href="/"' in answer.text
    assert answer.headers["x-request-id"] in answer.text


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/account/password", 405)])
def test_a_dead_end_keeps_the_navigation_for_whoever_is_signed_in(
    app: FastAPI, sign_in: SignIn, path: str, status: int
) -> None:
    inside = sign_in(Role.FRONT_DESK).get(path)
    outside = TestClient(app, cookies={"sma_session": "made-up"}).get(path)

    assert (inside.status_code, outside.status_code) == (status, status)
    assert ['href="/today"' in answer.text for answer in (inside, outside)] == [True, False]
    assert ['href="/sign-in"' in answer.text for answer in (inside, outside)] == [False, True]


@pytest.mark.parametrize("path", ["/number/abc", "/number/" + "9" * 5000])
def test_a_malformed_id_in_an_address_is_a_missing_page(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_malformed_filter_in_an_address_names_the_part(browser: TestClient) -> None:
    answer = browser.get("/number/1?limit=ten", headers=JSON)

    assert answer.status_code == 422
    assert answer.json()["fields"] == {"limit": "Give a whole number, such as 12."}


def test_a_wrong_method_names_the_right_ones(browser: TestClient) -> None:
    answer = browser.get("/taken")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert "use the button or link on the page" in answer.text


def test_a_refused_act_is_a_page_for_a_browser(browser: TestClient) -> None:
    answer = browser.post("/taken", headers={"Referer": "http://testserver/sample?week=2"})

    assert answer.status_code == 409
    assert "Add the person to the waiting list." in answer.text
    assert 'href="/sample?week=2"' in answer.text


@pytest.mark.parametrize(
    "referer", ["http://evil.example/sample", "http://testserver//evil.example", "nonsense", "http://[half an address"]
)
def test_the_way_back_never_leads_to_another_site(browser: TestClient, referer: str) -> None:
    answer = browser.post("/taken", headers={"Referer": referer})

    assert answer.status_code == 409
    assert "Go back to where you were" not in answer.text


def test_a_refused_act_is_a_notice_for_htmx_and_leaves_the_row_alone(browser: TestClient) -> None:
    answer = browser.post("/taken", headers=HTMX)

    assert answer.status_code == 409
    assert answer.headers["hx-retarget"] == "#notices"
    assert answer.headers["hx-reswap"] == "innerHTML"
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_a_refused_act_is_problem_json_for_a_system(browser: TestClient) -> None:
    answer = browser.post("/taken", headers=JSON)

    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (409, "full", "urn:sma:problem:full")
    assert body["reference"] == answer.headers["x-request-id"]


def test_the_api_speaks_json_to_browsers_too_and_names_the_fields(browser: TestClient) -> None:
    answer = browser.get("/api/lines")

    assert answer.status_code == 422
    assert answer.json()["fields"] == {"amount": "Give an amount."}


@pytest.mark.parametrize("headers", [{}, JSON, HTMX])
def test_a_programming_error_shows_a_reference_and_nothing_else(browser: TestClient, headers: dict[str, str]) -> None:
    with capture_logs() as logs:
        answer = browser.get("/boom", headers=headers)

    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "Mary" not in answer.text + str(logs)
    assert logs[0]["error"] == "RuntimeError"
    assert logs[0]["reference"] == answer.headers["x-request-id"]
    assert any("sample.py" in place for place in logs[0]["places"])


def test_a_test_suite_sees_programming_errors_as_they_are() -> None:
    with pytest.raises(RuntimeError, match="the row"):
        TestClient(make_app(hide_unexpected=False)).get("/boom")


def test_a_page_that_cannot_be_drawn_still_leads_on() -> None:
    app = make_app()
    app.state.nav = [object()]

    with capture_logs() as logs:
        answer = TestClient(app).get("/nowhere", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert logs[0]["error"] == "AttributeError"


def test_every_status_we_speak_of_has_a_title_and_advice() -> None:
    assert problems.TITLES.keys() == problems.ADVICE.keys()
    assert problems.TITLES.keys() >= problems.OWN_PAGES
