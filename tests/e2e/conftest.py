"""What the browser tests stand on: running clinics, Debian's Chromium, and pages opened as somebody."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.browser import CHROMIUM, QUIET
from tests.e2e.clinic import Clinic
from tests.e2e.ground import Days

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as e2e, and skip it where there is no browser."""
    here = [item for item in items if "tests/e2e/" in item.path.as_posix()]
    for item in here:
        item.add_marker(pytest.mark.e2e)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium; on Debian: apt-get install chromium"))


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A running clinic without data."""
    clinic = Clinic(tmp_path_factory.mktemp("clinic"))
    try:
        clinic.start()
        yield clinic
    finally:
        clinic.stop()


@pytest.fixture(scope="session")
def days(clinic: Clinic) -> Days:
    """The clinic with its cast in place; each test takes a day of its own."""
    return Days(clinic)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # One for each module: Playwright's synchronous face can be started only once at a time.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium: Browser, clinic: Clinic) -> Iterator[Open]:
    """Open a page as somebody: `open_as("tahlia")`, `open_as("tahlia", javascript=False, viewport=PHONE)`."""
    contexts: list[BrowserContext] = []

    def enter(username: str | None = None, *, javascript: bool = True, viewport: dict[str, int] | None = None) -> Page:
        context = chromium.new_context(
            base_url=clinic.address,
            locale="en-AU",
            java_script_enabled=javascript,
            viewport=viewport or DESK,  # type: ignore[arg-type]
            accept_downloads=True,
        )
        context.set_default_timeout(5_000)
        contexts.append(context)
        if username is not None:
            context.add_cookies([clinic.cookie(username)])  # type: ignore[list-item]
        return context.new_page()

    yield enter
    for context in contexts:
        context.close()
