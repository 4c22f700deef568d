"""Templates, notices and addresses."""

from datetime import UTC, date, datetime, time

import pytest
from fastapi.testclient import TestClient
from jinja2 import UndefinedError

from sma.web import flash
from sma.web.assets import STATIC, asset, version
from sma.web.htmx import is_local
from sma.web.templating import day, environment, idempotency_key, local, money, plural, render_text, time12
from tests.sma.web.sample import BOOKED, TOLD, pages

FORM = {"name": "Mary", "on": "2026-12-01"}


def test_a_notice_is_shown_once_on_the_next_page(browser: TestClient) -> None:
    page = browser.post("/sample", data=FORM)

    assert page.url.path == "/sample"
    assert "Place booked. The invitation is on its way." in page.text
    assert "Place booked" not in browser.get("/sample").text


@pytest.mark.parametrize("cookie", ["<script>", "sample-booked.x", "unknown", "sample-told", "a" * 500])
def test_a_forged_notice_says_nothing(browser: TestClient, cookie: str) -> None:
    answer = browser.get("/sample", headers={"Cookie": f"{flash.COOKIE}={cookie}"})

    assert answer.status_code == 200
    assert 'id="notices" role="status"></div>' in answer.text


def test_a_notice_may_carry_one_number(browser: TestClient) -> None:
    said = TOLD.of(6)
    answer = browser.get("/sample", headers={"Cookie": f"{flash.COOKIE}={said.key}.{said.count}"})
    assert "6 people will be told." in answer.text


def test_one_notice_key_stands_for_one_sentence() -> None:
    assert flash.notice("sample-booked", "Place booked. The invitation is on its way.") == BOOKED
    with pytest.raises(ValueError, match="already says"):
        flash.notice("sample-booked", "Something else.")
    with pytest.raises(ValueError, match="lower-case"):
        flash.notice("Mary Example", "x")


def test_after_an_act_a_browser_is_sent_on_by_303_and_htmx_by_header(browser: TestClient) -> None:
    plain = browser.post("/sample", data=FORM, follow_redirects=False)
    assert (plain.status_code, plain.headers["location"]) == (303, "/sample")

    htmx = browser.post("/sample", data=FORM, headers={"HX-Request": "true"}, follow_redirects=False)
    assert (htmx.status_code, htmx.headers["hx-redirect"], htmx.text) == (200, "/sample", "")
    assert flash.COOKIE in htmx.cookies


@pytest.mark.parametrize("url", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", ""])
def test_nobody_is_sent_to_another_site(url: str) -> None:
    assert not is_local(url)


def test_navigation_marks_the_present_place(browser: TestClient) -> None:
    text = browser.get("/sample").text
    assert text.count('aria-current="page"') == 2, "one in the navigation, one in the sample's own tabs"
    assert '<a href="/sample" aria-current="page">' in text


def test_a_missing_value_is_an_error_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ forgotten }}").render()


def test_pages_escape_and_text_messages_do_not() -> None:
    pages()
    assert render_text("mail.txt", name="O'Brien & Sons <x>") == "Dear O'Brien & Sons <x>"
    assert "O&#39;Brien &amp; Sons &lt;x&gt;" in render_text("mail.html", name="O'Brien & Sons <x>")


def test_times_are_written_for_the_site() -> None:
    instant = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)

    assert time12(local(instant, "Australia/Sydney")) == "10:30 am"
    assert time12(local(instant, "Australia/Darwin")) == "9:00 am"
    assert day(local(instant, "Australia/Sydney")) == "Tue 1 Dec 2026"
    assert day(date(2026, 12, 1), weekday=False, year=False) == "1 Dec"
    assert [time12(time(hour)) for hour in (0, 12, 13)] == ["12:00 am", "12:00 pm", "1:00 pm"]
    with pytest.raises(ValueError, match="zone"):
        local(datetime(2026, 1, 1), "Australia/Sydney")


def test_money_and_counts_read_as_people_write_them() -> None:
    assert [money(cents) for cents in (0, 5, 4505, 123456789, -4505)] == [
        "$0.00",
        "$0.05",
        "$45.05",
        "$1,234,567.89",
        "\u2212$45.05",
    ]
    assert plural(1, "person", "people") == "1 person"
    assert plural(2, "place") == "2 places"
    assert idempotency_key() != idempotency_key()


def test_static_files_are_kept_for_a_year_only_under_their_present_address(browser: TestClient) -> None:
    fresh = browser.get(asset("app.css"))
    assert "immutable" in fresh.headers["cache-control"]

    for stale in ("/static/app.css", "/static/000000000000/app.css", f"/static/{version()}/none.css"):
        answer = browser.get(stale)
        assert "immutable" not in answer.headers["cache-control"]
    assert browser.get(f"/static/{version()}/..%2f..%2fforms.py").status_code == 404
    with pytest.raises(FileNotFoundError):
        asset("app.cs")


def test_every_style_named_by_the_stylesheet_is_there(browser: TestClient) -> None:
    for line in (STATIC / "app.css").read_text().splitlines():
        if line.startswith("@import"):
            assert browser.get(asset(line.split('"')[1])).status_code == 200
