"""Running a session with the browser's JavaScript off: roll call, the clinician's clock, corrections, closing."""

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
    """Three people booked; it is five minutes before the start."""
    session = days.yarn(day, booked=("alan", "ben", "cody"), least=2)
    clinic.at(f"{day}T09:55")
    return session


@pytest.fixture
def tablet(open_as: Open, session: UUID) -> Page:
    """Marcus at the door, JavaScript off, on a narrow screen, with the roll call open."""
    page = open_as("marcus", javascript=False, viewport=PHONE)
    page.goto(f"/sessions/{session}/day")
    return page


def row(page: Page, name: str) -> str:
    return page.locator("li.work-row", has_text=name).inner_text()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def arrive(page: Page, *names: str) -> None:
    for name in names:
        press(page, f"Arrived: {name}")


def test_everyone_is_not_recorded_until_somebody_says(tablet: Page) -> None:
    expect(tablet.locator("#progress")).to_contain_text("0 of 3 recorded")
    assert "Not recorded" in row(tablet, "Alan")
    arrive(tablet, "Alan")
    assert "Arrived" in row(tablet, "Alan")
    press(tablet, "Undo: Alan")
    assert "Not recorded" in row(tablet, "Alan")


def test_late_left_and_absent_are_pressed_and_kept_apart(tablet: Page, clinic: Clinic, day: date) -> None:
    clinic.at(f"{day}T10:38")
    press(tablet, "Late: Alan")
    assert "Late" in row(tablet, "Alan")
    clinic.at(f"{day}T10:50")
    press(tablet, "Left: Alan")
    assert "left 10:50 am" in row(tablet, "Alan")
    press(tablet, "Absent: Ben")
    assert "Absent" in row(tablet, "Ben")


def test_an_arrival_that_was_pressed_late_is_corrected_with_a_reason(tablet: Page, clinic: Clinic, day: date) -> None:
    clinic.at(f"{day}T10:20")
    arrive(tablet, "Alan")
    tablet.get_by_role("link", name="Times of Alan").click()
    tablet.get_by_label("Arrived", exact=True).check()
    tablet.get_by_label("Time", exact=True).fill("10:02:00")
    press(tablet, "Record for Alan")
    expect(tablet.get_by_role("alert")).to_contain_text("Say why")
    assert tablet.get_by_label("Time", exact=True).input_value().startswith("10:02")
    tablet.get_by_label("Reason").fill("Pressed once the door was quiet")
    press(tablet, "Record for Alan")
    assert "10:02" in row(tablet, "Alan")


def test_a_consult_is_started_stopped_and_corrected_with_a_reason(tablet: Page, clinic: Clinic, day: date) -> None:
    arrive(tablet, "Alan", "Ben")
    clinic.at(f"{day}T10:25")
    press(tablet, "In: Dr Sam Okafor")
    clinic.at(f"{day}T10:26")
    tablet.locator(".consult-button", has_text="Alan").click()
    clinic.at(f"{day}T10:33")
    tablet.locator(".consult-button", has_text="Ben").click()
    clinic.at(f"{day}T10:40")
    press(tablet, "Stop: Ben")
    tablet.get_by_role("link", name="Correct the consult of Ben").click()
    tablet.get_by_label("From").fill("10:32")
    tablet.get_by_label("Reason").fill("Typed wrong")
    press(tablet, "Correct the times")
    expect(tablet.get_by_role("alert")).to_contain_text("overlaps the consult from 10:26 am to 10:33 am")
    assert tablet.get_by_label("From").input_value() == "10:32"
    tablet.get_by_label("From").fill("10:34")
    press(tablet, "Correct the times")
    expect(tablet.locator("#consults")).to_contain_text("Corrected")


def test_a_walk_in_without_a_card_is_here_after_four_answers(tablet: Page) -> None:
    tablet.get_by_role("link", name="Walk-in").click()
    press(tablet, "Add as here now")
    expect(tablet.get_by_role("alert")).to_contain_text("Ask what they like to be called")
    tablet.get_by_label("Preferred name").fill("Bluey")
    tablet.get_by_label("They agreed aloud").check()
    tablet.get_by_label("They were asked").check()
    press(tablet, "Add as here now")
    assert "Walk-in" in row(tablet, "Bluey")
    assert "No card here" in row(tablet, "Bluey")


def test_a_session_is_not_closed_while_anybody_is_not_recorded(tablet: Page, clinic: Clinic, day: date) -> None:
    arrive(tablet, "Alan", "Ben")
    clinic.at(f"{day}T11:35")
    tablet.get_by_role("link", name="Finish").click()
    expect(tablet.locator("#open-points ~ ul")).to_contain_text("Cody")
    press(tablet, "Close the session")
    expect(tablet.get_by_role("alert")).to_contain_text("Not closed yet")
    tablet.get_by_role("link", name="Record Cody").click()
    press(tablet, "Absent: Cody")
    tablet.get_by_role("link", name="Finish").click()
    expect(tablet.get_by_role("link", name="Enter a consult of Alan")).to_be_visible()
    press(tablet, "Close the session of 3 people")
    expect(tablet.get_by_role("alert")).to_contain_text("say yes to each point")
    tablet.get_by_label("Yes, they had no consult").check()
    press(tablet, "Close the session of 3 people")
    expect(tablet.locator("main")).to_contain_text("2 people came, 0 seen")
    expect(tablet.get_by_role("button", name="Arrived: Alan")).to_have_count(0)


def test_the_sheets_are_read_on_screen_and_as_pdf(tablet: Page, session: UUID) -> None:
    for kind in ("sign-in", "staff", "evidence"):
        tablet.goto(f"/sessions/{session}/sheets/{kind}")
        expect(tablet.locator("main")).to_contain_text("Alan")
        answer = tablet.request.get(tablet.get_by_role("link", name="PDF to print").get_attribute("href") or "")
        assert answer.headers["content-type"] == "application/pdf"
        assert "Alan" not in answer.headers["content-disposition"]
