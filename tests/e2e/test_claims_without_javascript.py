"""From the closed session to the downloaded file with the browser's JavaScript off."""

from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from sma.attendance import close_session
from sma.demo import PASSWORD
from sma.demo.day import run_day
from tests.e2e.clinic import Clinic
from tests.e2e.conftest import Open
from tests.e2e.ground import Days

pytestmark = pytest.mark.xdist_group("flows")

CAME = ("Alan Drum", "Ben Farr", "Cody Hale")


@pytest.fixture
def day(days: Days) -> date:
    return days.take()


@pytest.fixture
def session(days: Days, day: date, clinic: Clinic) -> UUID:
    """A session that was run and closed; three people came, and nobody has assigned their benefit yet."""
    session = days.yarn(day, booked=("alan", "ben", "cody"), least=2)
    clinic.at(f"{day}T12:30")
    run_day(clinic.database, days.ground, session, absent=(), short=(), unseen=())
    with clinic.write() as db:
        close_session(db, session, by=days.ground.users["marcus"], now=clinic.now)
    clinic.settle()
    return session


@pytest.fixture
def doctor(open_as: Open, session: UUID) -> Page:
    return open_as("dr.okafor", javascript=False)


def assign(page: Page, clinic: Clinic, session: UUID, *people: str) -> None:
    """Record that these people assigned their benefit, signed on the day; the lines follow."""
    page.goto(f"/sessions/{session}/assignments")
    for name in people:
        page.get_by_role("checkbox", name=name).check()
    page.get_by_label("Signed before the service").check()
    page.get_by_role("button", name="Record for the people ticked").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded for")
    clinic.settle()


def approve(page: Page, session: UUID, name: str) -> None:
    page.goto(f"/sessions/{session}/claims")
    page.get_by_role("link", name=name).click()
    for question in page.locator("#main article").first.locator("[name=confirmed]").all():
        question.check()
    page.locator("#main article").first.get_by_role("button", name="Approve item").click()


def test_a_line_without_an_assignment_of_benefit_is_not_to_be_approved(
    doctor: Page, session: UUID, clinic: Clinic
) -> None:
    doctor.goto(f"/sessions/{session}/claims")
    expect(doctor.get_by_role("row").filter(has_text="Ben Farr")).to_contain_text("Blocked")
    doctor.get_by_role("link", name="Ben Farr").click()
    expect(doctor.get_by_role("button", name="Approve item")).to_have_count(0)
    assign(doctor, clinic, session, "Ben Farr")
    doctor.goto(f"/sessions/{session}/claims")
    expect(doctor.get_by_role("row").filter(has_text="Ben Farr")).to_contain_text("Needs check")


def test_lines_are_approved_frozen_made_into_a_file_and_downloaded(
    doctor: Page, open_as: Open, session: UUID, clinic: Clinic
) -> None:
    assign(doctor, clinic, session, *CAME)
    for name in CAME:
        approve(doctor, session, name)
        expect(doctor.locator("#notices")).to_contain_text("Approved.")
    manager = open_as("karen", javascript=False)
    manager.goto("/claims?tab=ready")
    manager.get_by_role("button", name="Freeze 3 approved lines").click()
    if manager.url.endswith("/claim-batches"):
        manager.get_by_role("link", name="B20").first.click()
    batch = manager.url
    manager.get_by_role("button", name="Make ").first.click()
    manager.get_by_label("Your password").fill("not my password at all")
    manager.get_by_role("button", name="Go on").click()
    expect(manager.get_by_role("alert")).to_contain_text("That is not your password.")
    manager.get_by_label("Your password").fill(PASSWORD)
    manager.get_by_role("button", name="Go on").click()
    manager.goto(batch)
    manager.get_by_role("button", name="Make ").first.click()
    clinic.settle()
    manager.reload()
    with manager.expect_download() as download:
        manager.get_by_role("link", name="Download").click()
    # A header, then each service and the incentive confirmed beside it.
    assert len(download.value.path().read_bytes().splitlines()) == 1 + 2 * len(CAME)


def test_a_clinician_keeps_a_service_as_not_billed_with_a_reason(doctor: Page, session: UUID) -> None:
    doctor.goto(f"/sessions/{session}/claims")
    doctor.get_by_role("link", name="Cody Hale").click()
    doctor.get_by_text("Do not bill this service").click()
    doctor.get_by_role("button", name="Keep as not billed").click()
    expect(doctor.get_by_role("alert").first).to_be_visible()
    doctor.get_by_text("Do not bill this service").click()
    doctor.get_by_label("Reason").fill("Part of a care plan")
    doctor.get_by_role("button", name="Keep as not billed").click()
    expect(doctor.locator("#notices")).to_contain_text("Kept as not billed")


def test_a_doctors_lines_are_not_for_another_doctor_to_see(open_as: Open, session: UUID) -> None:
    other = open_as("dr.raman", javascript=False)
    other.goto(f"/sessions/{session}/claims")
    expect(other.locator("main")).to_contain_text("You are not on this session.")
    other.goto("/claims")
    expect(other.get_by_role("link", name="Alan Drum")).to_have_count(0)
