"""Every page of the demonstration, refusals included: zero axe violations, nothing cut off, on desk and phone."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from sma.identity import Role
from tests.e2e.browser import provoke
from tests.e2e.clinic import Clinic, sydney
from tests.e2e.pages import NEWCOMER, NOT_PAGES, addresses, refusals
from tests.factories import make_user
from tests.house.routes import routes_of

pytestmark = [pytest.mark.xdist_group("pages"), pytest.mark.timeout(400)]

EVERYTHING = "somebody.with.every.role"
NARROWEST = 320
WIDTHS = (1280, 390)
SCRIPTS = ("with our scripts", "with them blocked")
# What a person sees before signing in.
OPEN = ("/sign-in", "/sign-in/code")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """The demonstration clinic at twenty to eleven, a session under way; one user may see every page."""
    clinic = Clinic(tmp_path_factory.mktemp("demo"), starts=sydney("2026-11-24T09:30"))
    try:
        clinic.run("db", "upgrade")
        clinic.run("demo", "load")
        with clinic.write() as db:
            make_user(db, *Role, username=EVERYTHING)
            make_user(db, Role.FRONT_DESK, username=NEWCOMER, must_choose_password=True)
        clinic.at("2026-11-24T10:40")
        clinic.start()
        yield clinic
    finally:
        clinic.stop()


@pytest.fixture(scope="module")
def pages(demo: Clinic) -> dict[str, list[str]]:
    with demo.read() as db:
        return addresses(db, now=demo.now)


@pytest.fixture
def open_at(chromium: Browser, demo: Clinic) -> Iterator[Callable[..., Page]]:
    """Open a browser, signed in or not, with or without our script files."""
    contexts = []

    def enter(scripts: str, username: str | None = EVERYTHING) -> Page:
        context = chromium.new_context(base_url=demo.address, locale="en-AU")
        context.set_default_timeout(10_000)
        contexts.append(context)
        if scripts == "with them blocked":
            context.route("**/static/**/*.js", lambda route: route.abort())
        if username:
            context.add_cookies([demo.cookie(username)])  # type: ignore[list-item]
        return context.new_page()

    yield enter
    for context in contexts:
        context.close()


def test_every_page_that_the_application_answers_is_looked_at(app: FastAPI, pages: dict[str, list[str]]) -> None:
    answered = {route.path for route in routes_of(app) if "GET" in route.methods}
    assert set(pages) | set(NOT_PAGES) == answered


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_no_page_stands_in_anybodys_way(
    open_at: Callable[..., Page], pages: dict[str, list[str]], scripts: str
) -> None:
    page, stranger = open_at(scripts), open_at(scripts, None)
    troubles = []
    for address in [address for found in pages.values() for address in found]:
        visitor = stranger if address in OPEN else page
        answer = visitor.goto(address)
        assert answer is not None
        if answer.status != 200:
            troubles.append(f"{address}: answered {answer.status}")
            continue
        troubles += [f"{address}: {trouble}" for trouble in troubles_of(visitor)]
    assert not troubles, "\n" + "\n".join(troubles)


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_no_refusal_stands_in_anybodys_way(open_at: Callable[..., Page], demo: Clinic, scripts: str) -> None:
    with demo.read() as db:
        wanted = refusals(db, now=demo.now)
    pages = {who: open_at(scripts, who) for who in {refusal.username or EVERYTHING for refusal in wanted}}
    troubles = []
    for refusal in wanted:
        page = pages[refusal.username or EVERYTHING]
        status = provoke(page, refusal)
        if status != refusal.status:
            troubles.append(f"{refusal.address}: answered {status}, not {refusal.status}")
        troubles += [f"{refusal.address} ({refusal.status}): {trouble}" for trouble in troubles_of(page)]
    assert not troubles, "\n" + "\n".join(troubles)


def test_the_judge_notices_a_picture_without_words_and_a_page_that_is_too_wide(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content('<html lang="en"><title>T</title><main><h1>H</h1><img src="x"><p style="width:900px">x</p></main>')
    found = " ".join(troubles_of(page))
    page.close()
    assert "image-alt" in found
    assert f"wider than {NARROWEST}" in found


def troubles_of(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, and whether it is cut off, at each width."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for violation in answer["violations"]:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            found.append(f"at {width} {violation['id']}: {violation['help']}: {nodes}")
        found += too_wide(page, width)
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    return found + too_wide(page, NARROWEST)


def too_wide(page: Page, width: int) -> list[str]:
    """Say so when the page has to be scrolled sideways, and which elements reach out."""
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    culprits = page.evaluate(
        """(width) => [...document.querySelectorAll('main *, header *')]
           .filter((it) => it.getBoundingClientRect().right > width + 1 && !it.closest('.table-scroll'))
           .map((it) => it.outerHTML.slice(0, 100)).slice(0, 3)""",
        width,
    )
    return [f"wider than {width}: {culprits}"]
