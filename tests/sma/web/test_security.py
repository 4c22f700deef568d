"""What every answer carries, and what is turned away at the door."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from sma.web.security import BodyLimits
from tests.sma.web.sample import make_app

FORM = {"name": "Mary", "on": "2026-12-01"}


@pytest.fixture
def stranger() -> TestClient:
    """A client that sends none of the headers a browser adds by itself."""
    return TestClient(make_app(limits=BodyLimits(usual=20_000, by_prefix={"/echo": 60_000})))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://TESTSERVER"}, 303),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://[half an address"}, 403),
        ({"Origin": "null", "Host": ""}, 403),
        ({"Cookie": "sign_in=token"}, 403),
        ({}, 303),
    ],
)
def test_only_our_own_pages_can_ask_for_a_change(stranger: TestClient, headers: dict[str, str], status: int) -> None:
    answer = stranger.post("/sample", data=FORM, headers=headers, follow_redirects=False)

    assert answer.status_code == status
    if status == 403:
        assert "nothing was changed" in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_every_changing_method_is_checked_before_anything_else(stranger: TestClient, method: str) -> None:
    answer = stranger.request(method, "/sample", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_reading_from_a_link_on_another_site_is_fine(stranger: TestClient) -> None:
    assert stranger.get("/sample", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", ["/sample", "/nowhere", "/boom", "/static/app.js"])
def test_every_answer_carries_the_strict_headers(browser: TestClient, path: str) -> None:
    headers = browser.get(path).headers

    policy = headers["content-security-policy"]
    for part in ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert len(headers["x-request-id"]) == 12
    assert "strict-transport-security" not in headers


def test_https_is_kept_to_once_used(browser: TestClient) -> None:
    assert "max-age" in browser.get("https://testserver/sample").headers["strict-transport-security"]


def test_no_page_is_kept_by_the_browser(browser: TestClient) -> None:
    for path in ("/sample", "/nowhere", "/boom", "/api/lines"):
        assert browser.get(path).headers["cache-control"] == "no-store"


def test_an_announced_oversize_gets_a_page_that_says_what_to_do(stranger: TestClient) -> None:
    answer = stranger.post("/sample", data={"name": "x" * 30_000}, headers={"Accept": "text/html"})

    assert answer.status_code == 413
    assert "more than 0 MB" not in answer.text
    assert "20 KB" in answer.text
    assert "Send a smaller file" in answer.text


def test_an_unannounced_oversize_stops_while_it_arrives(stranger: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"name=" + b"x" * 5_000

    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    answer = stranger.post("/sample", content=endless(), headers=headers)

    assert answer.status_code == 413
    assert "Nothing was changed" in answer.text


def test_an_address_for_files_takes_more(stranger: TestClient) -> None:
    big = {"note": "x" * 30_000}
    assert stranger.post("/echo", data=big).status_code == 200
    assert stranger.post("/sample", data=big).status_code == 413


KNOWN = frozenset({"clinic.example", "::1"})


@pytest.mark.parametrize("host", ["clinic.example", "CLINIC.example:8443", "clinic.example.", "[::1]:8000"])
def test_a_name_of_ours_is_answered_whatever_its_port(host: str) -> None:
    assert TestClient(make_app(hosts=KNOWN)).get("/sample", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "clinic.example.evil.example", "", "clinic.example@evil.example", "["]
)
def test_another_name_is_refused_and_never_sent_back_as_an_address(host: str) -> None:
    answer = TestClient(make_app(hosts=KNOWN)).get("/sample/", headers={"Host": host}, follow_redirects=False)

    assert answer.status_code == 400
    assert "does not answer to the name" in answer.text
    assert "location" not in answer.headers
    assert "evil" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_slash_too_many_leads_to_the_page_under_our_own_name() -> None:
    client = TestClient(make_app(hosts=KNOWN))

    answer = client.get("/sample/", headers={"Host": "clinic.example"}, follow_redirects=False)

    assert answer.headers["location"] == "http://clinic.example/sample"


@pytest.mark.parametrize("address", ["/sample", "/nowhere", "/static/nothing"])
def test_asking_for_the_head_of_a_page_gets_what_the_page_says_without_the_page(
    stranger: TestClient, address: str
) -> None:
    whole, head = stranger.get(address), stranger.head(address)

    assert head.status_code == whole.status_code
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert head.headers["content-type"] == whole.headers["content-type"]
