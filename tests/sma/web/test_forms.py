"""Forms keep what was typed, never fall over, and say what to do."""

from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sma.web.form_body import LARGEST_TEXT_BYTES, MOST_FIELDS, MOST_FILES
from sma.web.forms import FORM, Form, blank, with_errors

GOOD = {"name": "Mary", "on": "2026-12-01"}


def echo(browser: TestClient, data: Any, **more: Any) -> dict[str, Any]:
    answer = browser.post("/echo", data=data, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def raw_post(browser: TestClient, body: bytes, content_type: str) -> dict[str, Any]:
    answer = browser.post("/echo", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_filled_form_gives_checked_values(browser: TestClient) -> None:
    found = echo(browser, GOOD | {"places": "12", "audience": "mens", "agreed": "on", "note": "a\r\nb"})

    assert found["errors"] == {}
    assert found["values"] == GOOD | {
        "places": 12,
        "audience": "mens",
        "agreed": True,
        "needs": [],
        "note": "a\nb",
    }


def test_blank_fields_count_as_missing_so_defaults_apply(browser: TestClient) -> None:
    found = echo(browser, {"name": "   ", "on": "2026-12-01", "places": "", "audience": ""})

    assert found["errors"] == {"name": "Fill this in."}
    assert found["raw"]["name"] == "   ", "what was typed stays as it was typed"


def test_repeated_fields_become_a_list_and_a_single_field_sent_twice_takes_the_last(browser: TestClient) -> None:
    found = echo(browser, GOOD | {"needs": ["bus", "step", ""], "places": ["3", "4"]})

    assert found["values"]["needs"] == ["bus", "step"]
    assert found["values"]["places"] == 4
    assert echo(browser, GOOD | {"needs": "bus"})["raw"]["needs"] == ["bus"]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "x" * 21, "Use at most 20 characters."),
        ("name", "12345", "Write the person's name, not a number."),
        ("on", "31/02/2026", "Give a date as day, month and year, for example 9/12/2026."),
        ("on", "2026-02-30", "Give a date as day, month and year, for example 9/12/2026."),
        ("places", "many", "Give a whole number, such as 12."),
        ("places", "0", "Give 1 or more."),
        ("places", "9" * 5000, "That number is too large. Check it and try again."),
        ("audience", "martians", "Choose one of the answers shown."),
        ("agreed", "perhaps", "Tick the box or leave it empty."),
        ("note", "x" * 20_001, "This is too long to keep. Use at most 20,000 characters."),
        ("name", "Ma\x00ry", "This has hidden characters that can't be kept. Type it again instead of pasting it."),
        ("file", "not a file", "Choose a file to send."),
    ],
)
def test_each_mistake_says_what_to_do_beside_its_field(
    browser: TestClient, field: str, typed: str, sentence: str
) -> None:
    found = echo(browser, GOOD | {field: typed})

    assert found["errors"] == {field: sentence}
    assert found["raw"][field] == typed
    assert found["values"] is None


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_damaged_letters_are_refused_not_stored_as_others(browser: TestClient, kind: str) -> None:
    if kind == "urlencoded":
        found = raw_post(browser, b"name=Yol%F1u&on=2026-12-01", "application/x-www-form-urlencoded")
    else:
        body = (
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nYol\xf1u\r\n'
            b'--b\r\nContent-Disposition: form-data; name="on"\r\n\r\n2026-12-01\r\n--b--\r\n'
        )
        found = raw_post(browser, body, "multipart/form-data; boundary=b")

    assert found["errors"] == {"name": "Some letters arrived damaged. Type this again instead of pasting it."}


@pytest.mark.parametrize("files", [None, {"other": b"x"}])
def test_names_in_any_script_arrive_whole(browser: TestClient, files: dict[str, bytes] | None) -> None:
    for name in ("Yolŋu Gälpu", "Nguyễn Văn Ạ", "أمل", "陈小明"):
        assert echo(browser, GOOD | {"name": name}, files=files)["values"]["name"] == name


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b'{"name": "Mary"}', "application/json", "use its own form"),
        (b"name=Mary", "application/x-www-form-urlencoded; charset=utf-16", "UTF-8"),
        (b"--b\r\nnonsense", "multipart/form-data; boundary=b", "arrived incomplete"),
        (b"--b\r\n\r\n", "multipart/form-data", "arrived incomplete"),
        (b"a=1&" * (MOST_FIELDS + 1), "application/x-www-form-urlencoded", "too many fields"),
        (b"x" * 300 + b"=1", "application/x-www-form-urlencoded", "doesn't know"),
        (b"\x00\xff" * 50, "text/\x7fplain", "use its own form"),
    ],
)
def test_a_body_that_is_no_form_gets_one_clear_error(
    browser: TestClient, body: bytes, content_type: str, words: str
) -> None:
    found = raw_post(browser, body, content_type)

    assert list(found["errors"]) == [FORM]
    assert words in found["errors"][FORM]


def test_too_many_files_and_endless_answers_are_refused_politely(browser: TestClient) -> None:
    files = [("file", (f"{n}.csv", b"x")) for n in range(MOST_FILES + 1)]
    assert "Too many files" in echo(browser, GOOD, files=files)["errors"][FORM]

    endless = {"file": b"x"}
    found = echo(browser, GOOD | {"note": "x" * (LARGEST_TEXT_BYTES + 1)}, files=endless)
    assert "far too long" in found["errors"][FORM]


def test_a_file_field_left_empty_is_simply_missing(browser: TestClient) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nMary\r\n'
        b'--b\r\nContent-Disposition: form-data; name="on"\r\n\r\n2026-12-01\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n"
    )
    assert raw_post(browser, body, "multipart/form-data; boundary=b")["errors"] == {}


def test_a_refused_page_shows_what_was_typed_and_links_each_error_to_its_field(browser: TestClient) -> None:
    answer = browser.post("/sample", data={"name": "12", "note": "<b>keep me</b>", "idempotency_key": "k1"})

    assert answer.status_code == 422
    assert '<a href="#name">Name</a>: Write the person&#39;s name, not a number.' in answer.text
    assert "&lt;b&gt;keep me&lt;/b&gt;" in answer.text
    assert 'value="k1"' in answer.text, "the redrawn form keeps its key"
    assert 'aria-describedby="name-hint name-error"' in answer.text


def test_starting_values_are_written_as_a_browser_would_send_them() -> None:
    form = blank(agreed=True, off=False, needs=["bus", 2], room=None)

    assert form.raw == {"agreed": "on", "off": "", "needs": ["bus", "2"]}
    assert form.chosen("needs", 2)
    assert form.chosen("agreed", "on")
    assert not form.chosen("needs", "step")
    assert form.text("room") == ""


def test_values_of_a_refused_form_cannot_be_used_by_mistake() -> None:
    form: Form[Any] = with_errors(blank(name="Mary"), {"name": "Already booked."})

    assert form.text("name") == "Mary"
    with pytest.raises(RuntimeError):
        _ = form.values


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=12), st.text(max_size=40), max_size=6), st.binary(max_size=60))
def test_no_form_whatsoever_breaks_the_page(browser: TestClient, fields: dict[str, str], junk: bytes) -> None:
    encoded = urlencode(fields, errors="surrogatepass").encode()
    raw_post(browser, encoded, "application/x-www-form-urlencoded")
    raw_post(browser, encoded + b"&" + junk, "application/x-www-form-urlencoded")
    raw_post(browser, b"--b\r\n" + junk, "multipart/form-data; boundary=b")
