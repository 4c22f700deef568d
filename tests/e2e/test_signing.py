"""An agreement on the tablet: drawn with a finger, or typed with the keyboard and JavaScript off."""

from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.clinic import Clinic
from tests.e2e.conftest import PHONE, Open
from tests.e2e.ground import Days

pytestmark = pytest.mark.xdist_group("flows")


@pytest.fixture
def day(days: Days) -> date:
    return days.take()


@pytest.fixture
def session(days: Days, day: date, clinic: Clinic) -> UUID:
    session = days.yarn(day, booked=("alan", "ben"), least=2)
    clinic.at(f"{day}T09:50")
    return session


def prepare(page: Page, session: UUID) -> None:
    """Open Alan's agreement from the session's page and go on to the page that is handed over."""
    page.goto(f"/sessions/{session}/assignments")
    page.get_by_role("link", name="Prepare to sign for Alan Drum").click()
    page.get_by_role("button", name="Go on to sign").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please read and sign")


def test_a_finger_signs_on_a_page_that_shows_nobody_else(open_as: Open, session: UUID) -> None:
    page = open_as("marcus", viewport=PHONE)
    prepare(page, session)
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("link")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("Ben Farr")
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(box["x"] + 20 + 5 * step, box["y"] + 40 + 15 * (step % 3))
    page.mouse.up()
    page.get_by_role("button", name="I agree").click()
    expect(page.locator("body")).to_contain_text("Please hand the tablet back")
    expect(page.locator("body")).not_to_contain_text("Drum")

    page.get_by_role("link", name="Staff: go on").click()
    expect(page.get_by_role("img", name="Signature")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Signed on the screen")


def test_without_javascript_the_keyboard_types_the_name(open_as: Open, session: UUID) -> None:
    page = open_as("marcus", javascript=False)
    prepare(page, session)
    expect(page.locator("canvas")).to_be_hidden()
    page.get_by_label("Your name").focus()
    page.keyboard.type("Alan Drum")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Please hand the tablet back")
    page.goto(f"/sessions/{session}/assignments")
    expect(page.get_by_role("row").filter(has_text="Alan Drum")).to_contain_text("Signed before the service")
