"""The desk's work by keyboard alone: Tab, Enter, Space and arrows, with the focus always to be seen."""

from datetime import time

import pytest
from playwright.sync_api import expect

from tests.e2e.clinic import Clinic
from tests.e2e.conftest import Open
from tests.e2e.ground import Days
from tests.e2e.keyboard import FOCUSED, tab_to

pytestmark = pytest.mark.xdist_group("flows")


def test_the_first_tab_offers_to_skip_to_the_content(open_as: Open, days: Days) -> None:
    days.take()
    page = open_as("tahlia")
    page.goto("/today")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the content"
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_person_is_booked_by_keyboard_alone(open_as: Open, days: Days) -> None:
    session = days.yarn(days.take())
    page = open_as("tahlia")
    page.goto(f"/sessions/{session}")
    tab_to(page, "Book a person")
    page.keyboard.press("Enter")
    page.wait_for_url("**/appointments/new")
    expect(page.get_by_label("Find a person")).to_be_focused()
    page.keyboard.type("Fra")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Frank Kell")).to_be_visible()
    tab_to(page, "Frank Kell")
    page.keyboard.press("Enter")
    page.wait_for_url("**patient_id=**")
    tab_to(page, "Book Frank into")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Place booked.")


def test_the_entries_of_a_week_are_walked_with_arrows(open_as: Open, days: Days) -> None:
    day = days.take()
    days.yarn(day)
    days.yarn(day, starts=time(14))
    page = open_as("tahlia")
    page.goto(f"/week?week={day}")
    entries = page.locator(".week-entry")
    entries.first.focus()
    page.keyboard.press("ArrowDown")
    expect(entries.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/*")


def test_the_roll_call_is_done_by_keyboard_alone(open_as: Open, days: Days, clinic: Clinic) -> None:
    session = days.yarn(day := days.take(), booked=("alan", "ben"), least=2)
    clinic.at(f"{day}T09:58")
    page = open_as("marcus")
    page.goto(f"/sessions/{session}/day")
    tab_to(page, "Arrived: Alan")
    page.keyboard.press("Enter")
    expect(page.locator("#progress")).to_contain_text("1 of 2 recorded")
    tab_to(page, "Absent: Ben")
    page.keyboard.press("Space")
    expect(page.locator("#progress")).to_contain_text("2 of 2 recorded")
    tab_to(page, "Undo: Ben")
    page.keyboard.press("Enter")
    expect(page.locator("#progress")).to_contain_text("1 of 2 recorded")
    clinic.at(f"{day}T10:25")
    page.goto(f"/sessions/{session}/day")
    tab_to(page, "In: Dr Sam Okafor")
    page.keyboard.press("Enter")
    expect(page.locator(".consult-button")).to_have_count(1)
    clinic.at(f"{day}T10:26")
    tab_to(page, "Tap to start")
    page.keyboard.press("Space")
    expect(page.locator("#clock")).to_contain_text("With Alan")
