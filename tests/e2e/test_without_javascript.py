"""Every flow of the desk with the browser's JavaScript off: plain links, plain forms, whole pages."""

from datetime import date, time

import pytest
from playwright.sync_api import Page, expect

from sma.demo import PASSWORD
from tests.e2e.clinic import Clinic
from tests.e2e.conftest import Open
from tests.e2e.ground import Days

pytestmark = pytest.mark.xdist_group("flows")


@pytest.fixture
def desk(open_as: Open) -> Page:
    """The front desk's browser, JavaScript off."""
    return open_as("tahlia", javascript=False)


def heading(page: Page) -> str:
    return (page.text_content("h1") or "").strip()


def test_staff_sign_in_come_to_the_page_they_wanted_and_sign_out(open_as: Open, days: Days) -> None:
    days.take()
    page = open_as(javascript=False)
    page.goto("/people")
    assert heading(page) == "Sign in"
    page.fill("#username", "tahlia")
    page.fill("#password", "something else entirely")
    page.click("main button")
    expect(page.locator("[role=alert]")).to_contain_text("do not belong together")
    assert page.input_value("#username") == "tahlia"
    page.fill("#password", PASSWORD)
    page.click("main button")
    assert heading(page) == "People"
    page.get_by_role("button", name="Sign out").click()
    assert heading(page) == "Sign in"
    page.goto("/people")
    assert heading(page) == "Sign in"


def test_the_desk_finds_a_person_by_letters_by_date_and_by_card(desk: Page, days: Days) -> None:
    days.take()
    for typed in ("Alan", "11/2/1968", "1671"):
        desk.goto("/people")
        desk.fill("#text", typed)
        desk.get_by_role("button", name="Find").click()
        expect(desk.get_by_role("link", name="Alan Drum")).to_be_visible()
        assert typed not in desk.url, "what is searched for stays out of the address"


def test_the_desk_registers_a_person_and_a_wrong_answer_loses_nothing(desk: Page, days: Days) -> None:
    days.take()
    desk.goto("/people/new")
    desk.fill("#preferred_name", "Wes")
    desk.fill("#family_name", "Quill")
    desk.fill("#phone", "ring my sister")
    desk.get_by_role("button", name="Register this person").click()
    expect(desk.locator("[role=alert]")).to_contain_text("Give the phone number in digits")
    assert desk.input_value("#preferred_name") == "Wes"
    desk.fill("#phone", "0491 570 157")
    desk.fill("#born_on", "1975-05-06")
    desk.get_by_role("button", name="Register this person").click()
    assert "Wes" in heading(desk)


def test_the_desk_books_a_person_from_the_session(desk: Page, days: Days) -> None:
    session = days.yarn(days.take())
    desk.goto(f"/sessions/{session}")
    desk.get_by_role("link", name="Book a person").click()
    desk.get_by_label("Find a person").fill("Fra")
    desk.get_by_role("button", name="Find").click()
    desk.get_by_role("link", name="Frank Kell").click()
    desk.get_by_role("button", name="Book Frank into").click()
    expect(desk.locator("#notices")).to_have_text("Place booked. The message is on its way.")
    expect(desk.locator("#people ~ * tbody tr")).to_have_count(1)


def test_the_desk_books_a_person_from_their_own_page(desk: Page, days: Days) -> None:
    day = days.take()
    session = days.yarn(day)
    desk.goto(f"/people/{days.ground.people['gus']}/appointments/new")
    desk.locator(f"a[href*='{session}']").click()
    desk.get_by_role("button", name="Book Gus into").click()
    expect(desk.locator("#notices")).to_have_text("Place booked. The message is on its way.")


def test_the_stop_page_says_nothing_of_why_and_leads_to_the_waiting_list(desk: Page, days: Days) -> None:
    session = days.yarn(days.take())
    desk.goto(f"/sessions/{session}/appointments/new?patient_id={days.ground.people['sandra']}")
    assert heading(desk) == "This session may not suit. Nothing has been booked."
    said = (desk.text_content("main") or "").lower()
    assert not {"men", "women", "man", "woman", "gender", "sex"} & set(said.replace(".", " ").split())
    desk.get_by_role("button", name="Add Sandra to the waiting list").click()
    expect(desk.locator("#notices")).to_have_text("Added to the waiting list. The message is on its way.")
    expect(desk.locator("#waiting ~ ol")).to_contain_text("No suitable place yet")


def test_a_full_session_offers_the_waiting_list_and_a_freed_place_goes_to_who_waits(
    desk: Page, open_as: Open, days: Days
) -> None:
    session = days.yarn(days.take(), booked=("alan", "ben", "cody"), least=2, target=3, most=3)
    desk.goto(f"/sessions/{session}/appointments/new?patient_id={days.ground.people['des']}")
    desk.get_by_role("button", name="Add Des to the waiting list").click()
    expect(desk.locator("#waiting ~ ol")).to_contain_text("Des Irons")
    desk.locator("tr", has_text="Alan Drum").get_by_role("link", name="Take off Alan").click()
    desk.get_by_label("They asked to cancel").check()
    desk.get_by_role("button", name="Take Alan off this session").click()
    desk.get_by_role("button", name="Give Des a place").click()
    expect(desk.locator("#notices")).to_have_text("Place given. The message is on its way.")
    expect(desk.locator("#people ~ *").first).to_contain_text("Des Irons")


def test_the_desk_takes_a_person_off_and_undoes_it(desk: Page, days: Days) -> None:
    session = days.yarn(days.take(), booked=("alan", "ben"))
    desk.goto(f"/sessions/{session}")
    desk.get_by_role("link", name="Take off Ben").click()
    desk.get_by_role("button", name="Take Ben off this session").click()
    expect(desk.locator("[role=alert]")).to_be_visible()
    desk.get_by_label("Away for family reasons").check()
    desk.get_by_role("button", name="Take Ben off this session").click()
    expect(desk.locator("#notices")).to_have_text("Taken off. The place is free again.")
    desk.locator("[data-undo-seconds]").get_by_role("button", name="Undo").click()
    expect(desk.locator("#notices")).to_have_text("Put back. The message is on its way.")
    expect(desk.locator("#people ~ *").first).to_contain_text("Ben Farr")


def test_the_desk_moves_a_person_and_undoes_it(desk: Page, days: Days) -> None:
    first = days.yarn(day := days.take(), booked=("hal",))
    second = days.yarn(day, starts=time(14))
    desk.goto(f"/sessions/{first}")
    desk.get_by_role("link", name="Move Hal").click()
    desk.locator(f"a[href*='{second}']").click()
    desk.get_by_role("button", name="Move Hal to").click()
    expect(desk.locator("#notices")).to_have_text("Moved. One message with the new time is on its way.")
    assert str(second) in desk.url
    expect(desk.locator("[data-undo-seconds]")).to_contain_text("Hal has moved here.")
    desk.locator("[data-undo-seconds]").get_by_role("button", name="Undo").click()
    expect(desk.locator("#notices")).to_have_text("Undone. The message that says so is on its way.")
    assert str(first) in desk.url
    desk.get_by_role("link", name="Move Hal").click()
    desk.locator(f"a[href*='{second}']").click()
    desk.get_by_role("button", name="Move Hal to").click()
    desk.goto(f"/sessions/{first}")
    expect(desk.locator("#ended ~ ul")).to_contain_text("Moved to another session")
    desk.get_by_role("button", name="Put Hal back").click()
    expect(desk.locator("#people ~ *").first).to_contain_text("Hal Moor")


def test_one_message_for_each_person_and_change(desk: Page, days: Days, clinic: Clinic) -> None:
    session = days.yarn(days.take(), booked=("alan",))
    clinic.settle()
    mail = clinic.folder / "data" / "mail"
    before = sum(1 for path in mail.rglob("*") if path.is_file())
    desk.goto(f"/sessions/{session}/appointments/new?patient_id={days.ground.people['ivo']}")
    desk.get_by_role("button", name="Book Ivo into").click()
    clinic.settle()
    assert sum(1 for path in mail.rglob("*") if path.is_file()) == before + 1
    desk.goto("/messages?state=sent")
    expect(desk.locator("main")).to_contain_text("Ivo")


def test_a_manager_plans_a_session_and_publishes_it_once_the_cultural_lead_approved(open_as: Open, days: Days) -> None:
    day = days.take()
    page = open_as("karen", javascript=False)
    page.goto(f"/sessions/new?program={days.ground.programs['mens']}")
    page.select_option("#location_id", label="Saltwater AHS clinic")
    page.fill("#on", day.isoformat())
    page.fill("#starts", "10:00")
    page.fill("#ends", "11:30")
    page.select_option("#clinician_id", value=str(days.ground.workers["okafor"]))
    page.select_option("#facilitator_id", value=str(days.ground.workers["marcus"]))
    page.fill("#audience_note", "Asked for by those who come")
    page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("main")).to_contain_text(
        "60 minutes for 12 booked: 5.0 minutes each. At 6 minutes each, 10 fit."
    )
    page.get_by_role("button", name="Save as a draft").click()
    page.get_by_role("button", name="Publish this session").click()
    expect(page.locator("[role=alert]")).to_contain_text("Not published")
    lead = open_as("aunty.dot", javascript=False)
    lead.goto(page.url.replace("/publication", "/plan"))
    lead.get_by_role("button", name="Approve this audience in my name").click()
    page.goto(lead.url)
    page.get_by_role("button", name="Publish this session").click()
    expect(page.locator("main")).to_contain_text("Open")


def test_a_time_that_the_clocks_skip_is_refused_with_the_reason(open_as: Open, days: Days) -> None:
    days.take()
    page = open_as("karen", javascript=False)
    page.goto(f"/sessions/new?program={days.ground.programs['heart']}")
    page.select_option("#location_id", label="Saltwater AHS clinic")
    page.fill("#on", date(2027, 10, 3).isoformat())
    page.fill("#starts", "02:30")
    page.fill("#ends", "03:30")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("#starts-error")).to_be_visible()
    assert page.input_value("#starts") == "02:30"
