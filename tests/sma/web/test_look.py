"""Every component in a real browser: readable, reachable, and working with our scripts blocked."""

import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.sma.web.sample import make_app

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium; on Debian: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(make_app(), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    yield page
    page.close()


@pytest.mark.parametrize("scripts", ["with scripts", "without scripts"])
def test_nothing_stands_in_the_way_of_anyone(chromium: Browser, address: str, scripts: str) -> None:
    page = chromium.new_page()
    if scripts == "without scripts":
        page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{address}/sample")
    _is_clean(page)
    page.fill("#name", "12")
    page.eval_on_selector("#on", "input => { input.value = ''; }")
    page.click("text=Book Mary into")
    page.wait_for_selector("text=Please check these answers")
    _is_clean(page)
    page.goto(f"{address}/nowhere")
    _is_clean(page)
    page.close()


def _is_clean(page: Page) -> None:
    axe = Axe()
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        found = axe.run(page, options={"resultTypes": ["violations"], "preload": False})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        low = page.evaluate(
            """[...document.querySelectorAll("a.button, button, .site-nav a, .tabs a, .field input, select, .option")]
               .filter((it) => !it.matches(".option input") && it.type !== "hidden")
               .filter((it) => it.getBoundingClientRect().height < 44).map((it) => it.outerHTML)"""
        )
        assert low == [], f"a finger needs 44 pixels, at {width}"


def test_errors_take_the_focus(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    page.fill("#name", "12")
    page.click("text=Book Mary into")
    page.wait_for_selector("text=Please check these answers")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_the_arithmetic_follows_what_is_typed_and_never_rounds_up(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    page.fill("#minutes", "65")
    page.fill("#places", "11")
    assert page.text_content("output") == "11 people in 65 minutes: 5.9 each; 10 fit at 6"
    page.fill("#places", "")
    assert page.text_content("output") == ""


def test_a_double_press_sends_one_form(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.fill("#name", "Mary")
    page.eval_on_selector("form:has(#name)", "form => { form.requestSubmit(); form.requestSubmit(); }")
    page.wait_for_selector("text=Place booked.")
    assert sent == ["POST"]


def test_a_refused_act_is_told_above_and_the_row_stays(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    page.click("text=Book the last place")
    page.wait_for_selector("#notices [role=alert]")
    assert "waiting list" in (page.text_content("#notices") or "")
    assert page.locator("#last-place").count() == 1
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_after_a_row_is_redrawn_the_keyboard_stays_there(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    page.focus("text=Mark Amal late")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Amal is marked late.")
    assert page.evaluate("document.activeElement.id") == "row"


def test_a_running_consult_counts_on_and_undo_counts_down(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    page.wait_for_selector("text=6:14")
    assert int(page.text_content("[data-seconds-left]") or 0) in (17, 18, 19)


def test_the_keyboard_reaches_the_content_first(page: Page, address: str) -> None:
    page.goto(f"{address}/sample")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
