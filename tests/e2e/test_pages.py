"""Every page of the demonstration, refusals included: zero axe violations, nothing cut off, on desk and phone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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

pytestmark = [pytest.mark.xdist_group("pages"), pytest.mark.timeout(900)]

EVERYTHING = "somebody.with.every.role"
NARROWEST = 320
WIDTHS = (1280, 390)
# Letters are read by the clinician who writes them and by nobody else.
LETTERS, WRITER = "/referrer-reports/", "leah"
# What a person sees before signing in.
OPEN = ("/sign-in", "/sign-in/code")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """The demonstration clinic at twenty to eleven, a session under way; one user may see every page."""
    clinic = Clinic(tmp_path_factory.mktemp("demo"), starts=sydney("2026-11-24T09:30"))
    try:
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


@dataclass
class Visitor:
    """The same person at two browsers: one blocks our script files, the other runs them."""

    plain: Page
    scripted: Page

    def look(self, at: str, visit: Callable[[Page], int], expected: int) -> Iterator[str]:
        """Go somewhere with both browsers and name each trouble.

        What the judge finds follows from the document and its styles. So the page with scripts is judged again only
        where they made another document of it.
        """
        documents = []
        for page, scripts in ((self.plain, "with scripts blocked"), (self.scripted, "with scripts")):
            status = visit(page)
            if status != expected:
                yield f"{at} {scripts}: answered {status}, not {expected}"
            documents.append(document_of(page))
            if len(documents) == 1 or documents[0] != documents[1]:
                yield from (f"{at} {scripts}: {trouble}" for trouble in troubles_of(page))


@pytest.fixture
def visit_as(chromium: Browser, demo: Clinic) -> Iterator[Callable[[str | None], Visitor]]:
    """Open two browsers, signed in as somebody or not."""
    contexts = []

    def enter(username: str | None) -> Visitor:
        cookies = [demo.cookie(username)] if username else []
        pages = []
        for scripted in (False, True):
            context = chromium.new_context(base_url=demo.address, locale="en-AU")
            context.set_default_timeout(10_000)
            contexts.append(context)
            if not scripted:
                context.route("**/static/**/*.js", lambda route: route.abort())
            context.add_cookies(cookies)  # type: ignore[arg-type]
            pages.append(context.new_page())
        return Visitor(*pages)

    yield enter
    for context in contexts:
        context.close()


def test_every_page_that_the_application_answers_is_looked_at(app: FastAPI, pages: dict[str, list[str]]) -> None:
    answered = {route.path for route in routes_of(app) if "GET" in route.methods}
    assert set(pages) | set(NOT_PAGES) == answered


def test_no_page_stands_in_anybodys_way(visit_as: Callable[[str | None], Visitor], pages: dict[str, list[str]]) -> None:
    somebody, stranger, writer = visit_as(EVERYTHING), visit_as(None), visit_as(WRITER)
    troubles: list[str] = []
    for address in [address for found in pages.values() for address in found]:
        visitor = stranger if address in OPEN else writer if address.startswith(LETTERS) else somebody
        troubles += visitor.look(address, lambda page, address=address: open_page(page, address), 200)
    assert not troubles, "\n" + "\n".join(troubles)


def test_no_refusal_stands_in_anybodys_way(visit_as: Callable[[str | None], Visitor], demo: Clinic) -> None:
    with demo.read() as db:
        wanted = refusals(db, now=demo.now)
    visitors = {who: visit_as(who) for who in {refusal.username or EVERYTHING for refusal in wanted}}
    troubles: list[str] = []
    for refusal in wanted:
        visitor = visitors[refusal.username or EVERYTHING]
        at = f"{refusal.address} ({refusal.status})"
        troubles += visitor.look(at, lambda page, refusal=refusal: provoke(page, refusal), refusal.status)
    assert not troubles, "\n" + "\n".join(troubles)


def test_a_page_that_scripts_make_worse_is_noticed(visit_as: Callable[[str | None], Visitor]) -> None:
    visitor = visit_as(None)
    visitor.scripted.add_init_script("addEventListener('load', () => document.querySelector('label').remove())")

    troubles = list(visitor.look("/sign-in", lambda page: open_page(page, "/sign-in"), 200))

    assert troubles
    assert all(trouble.startswith("/sign-in with scripts: ") for trouble in troubles)


def test_the_judge_notices_a_picture_without_words_and_a_page_that_is_too_wide(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content('<html lang="en"><title>T</title><main><h1>H</h1><img src="x"><p style="width:900px">x</p></main>')
    found = " ".join(troubles_of(page))
    page.close()
    assert "image-alt" in found
    assert f"wider than {NARROWEST}" in found


def open_page(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status


def document_of(page: Page) -> str:
    """Return the page as it stands, sheets made by scripts included; the keys of forms differ at each visit."""
    document = page.evaluate(
        """document.documentElement.outerHTML
           + [...document.adoptedStyleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText)"""
    )
    return re.sub(r"\b[0-9a-f]{32}\b", "", document)


def troubles_of(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, and whether it is cut off, at each width."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        # Nothing here plays sound or film, for which axe would wait.
        answer = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
        for violation in answer["violations"]:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            found.append(f"at {width} {violation['id']}: {violation['help']}: {nodes}")
        found += too_wide(page, width)
    if page.locator("audio, video").count():
        found.append("plays sound or film, which axe has to wait for: let it")
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
