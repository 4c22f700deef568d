"""Every page of the demonstration, refusals included: zero axe violations, nothing cut off, on desk and phone."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from sma.identity import Role
from tests.e2e.clinic import Clinic, sydney
from tests.e2e.pages import NOT_PAGES, addresses, refusals
from tests.factories import make_user
from tests.house.routes import routes_of

pytestmark = [pytest.mark.xdist_group("pages"), pytest.mark.timeout(400)]

EVERYTHING = "somebody.with.every.role"
NARROWEST = 320
WAYS = [(width, scripts) for width in (1280, 390) for scripts in ("with our scripts", "with them blocked")]
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
    """Open a browser of a width, signed in or not, with or without our script files."""
    contexts = []

    def enter(width: int, scripts: str, username: str | None = EVERYTHING) -> Page:
        context = chromium.new_context(base_url=demo.address, viewport={"width": width, "height": 900})
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


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_no_page_stands_in_anybodys_way(
    open_at: Callable[..., Page], pages: dict[str, list[str]], width: int, scripts: str
) -> None:
    page, stranger = open_at(width, scripts), open_at(width, scripts, None)
    troubles = []
    for address in [address for found in pages.values() for address in found]:
        visitor = stranger if address in OPEN else page
        answer = visitor.goto(address)
        assert answer is not None
        if answer.status != 200:
            troubles.append(f"{address}: answered {answer.status}")
            continue
        troubles += [f"{address}: {trouble}" for trouble in troubles_of(visitor, width)]
    assert not troubles, "\n" + "\n".join(troubles)


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_no_refusal_stands_in_anybodys_way(
    open_at: Callable[..., Page], demo: Clinic, width: int, scripts: str
) -> None:
    with demo.read() as db:
        wanted = refusals(db, now=demo.now)
    troubles = []
    for refusal in wanted:
        page = open_at(width, scripts, refusal.username or EVERYTHING)
        answer = page.goto(refusal.address)
        if refusal.button is not None:
            page.evaluate("document.querySelectorAll('main form').forEach((form) => { form.noValidate = true; })")
            for field, typed in refusal.typed.items():
                page.fill(field, typed)
            with page.expect_response(lambda response: response.request.method == "POST") as posted:
                page.get_by_role("button", name=refusal.button).first.click()
            answer = posted.value
            page.wait_for_load_state()
        assert answer is not None
        if answer.status != refusal.status:
            troubles.append(f"{refusal.address}: answered {answer.status}, not {refusal.status}")
        troubles += [f"{refusal.address} ({refusal.status}): {trouble}" for trouble in troubles_of(page, width)]
        page.context.close()
    assert not troubles, "\n" + "\n".join(troubles)


def test_nothing_is_cut_off_on_the_narrowest_screen(open_at: Callable[..., Page], pages: dict[str, list[str]]) -> None:
    page = open_at(NARROWEST, "with our scripts")
    wide = []
    for address in [address for found in pages.values() for address in found]:
        page.goto(address)
        wide += [f"{address}: {trouble}" for trouble in too_wide(page, NARROWEST)]
    assert not wide, "\n" + "\n".join(wide)


def troubles_of(page: Page, width: int) -> list[str]:
    """Return what axe finds on the page as it stands, and whether it has to be scrolled sideways."""
    found = [
        f"{violation['id']}: {violation['help']}: {'; '.join(node['html'][:120] for node in violation['nodes'][:3])}"
        for violation in Axe().run(page).response["violations"]
    ]
    return found + too_wide(page, width)


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
