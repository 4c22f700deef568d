"""A whole session's lines cleared by keyboard alone: three of twelve wait, each for something else."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select, update

from sma.attendance import ConsultInterval, Encounter, close_session
from sma.claims import Claim, ClaimStatus
from sma.demo.day import run_day
from sma.demo.money import assign_benefits
from tests.e2e.clinic import Clinic
from tests.e2e.conftest import Open
from tests.e2e.ground import Days
from tests.e2e.keyboard import tab_to

pytestmark = pytest.mark.xdist_group("flows")

TWELVE = ("alan", "ben", "cody", "des", "eli", "frank", "gus", "hal", "ivo", "joe", "kye", "gawa")
UNASSIGNED, UNTICKED, UNCONFIRMED = "ben", "cody", "des"


@pytest.fixture
def session(days: Days, clinic: Clinic) -> Iterator[UUID]:
    """A closed session of twelve: one agreement and one note are missing, and one consult was typed in afterwards."""
    day = days.take()
    clear_away(clinic)
    session = days.yarn(day, booked=TWELVE, least=2)
    clinic.at(f"{day}T12:30")
    ground = days.ground
    run_day(clinic.database, ground, session, absent=(), short=(), unseen=())
    assign_benefits(clinic.database, ground, session, now=clinic.now - timedelta(minutes=5), but_not=(UNASSIGNED,))
    with clinic.write() as db:
        encounters = {
            each.patient_id: each for each in db.exec(select(Encounter).where(Encounter.group_session_id == session))
        }
        encounters[ground.people[UNTICKED]].note_done_at = None
        typed = encounters[ground.people[UNCONFIRMED]].id
        db.exec(select(ConsultInterval).where(col(ConsultInterval.encounter_id) == typed)).one().is_entered = True
    with clinic.write() as db:
        close_session(db, session, by=ground.users["marcus"], now=clinic.now)
    clinic.settle()
    yield session
    clear_away(clinic)


def clear_away(clinic: Clinic) -> None:
    """Leave no line on the list: tests share the clinic, and one freezes whatever is approved in it."""
    waiting = (ClaimStatus.NEEDS_CHECK, ClaimStatus.BLOCKED, ClaimStatus.READY)
    with clinic.write() as db:
        db.execute(update(Claim).where(col(Claim.status).in_(waiting)).values(status=ClaimStatus.WITHDRAWN))


def press(page: Page, words: str) -> None:
    """Reach a link or a button and press Enter on it; it leads to another page."""
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tick(page: Page, words: str, kind: str = "checkbox") -> None:
    """Reach a tick box or a radio button and choose it."""
    tab_to(page, words, kind)
    page.keyboard.press("Space")


def needs_you(page: Page) -> str:
    return page.locator("nav.tabs a[aria-current] .count").inner_text()


def test_twelve_lines_three_of_which_wait_are_cleared_by_keyboard_alone(
    open_as: Open, session: UUID, clinic: Clinic
) -> None:
    page = open_as("dr.okafor")
    page.goto("/claims")
    assert needs_you(page) == "12"
    expect(page.locator(".chips li")).to_have_count(4)

    press(page, "Open the assignments of benefit")
    tick(page, "Ben Farr")
    tick(page, "Signed before the service", "radio")
    press(page, "Record for the people ticked")
    expect(page.get_by_role("status")).to_contain_text("Recorded for")
    clinic.settle()

    press(page, "Claims")
    press(page, "Tick the notes")
    press(page, "Tick note done: Cody")
    press(page, "Claims")
    press(page, "Assess again")
    expect(page.locator("#notices")).to_contain_text("Assessed again")

    press(page, "Look at the times")
    press(page, "Confirm my minutes: Des")
    press(page, "Claims")
    press(page, "Assess again")
    expect(page.locator("#notices")).to_contain_text("Assessed again")
    expect(page.locator(".group-title")).to_have_count(1)

    for _ in range(len(TWELVE)):
        tick(page, "Approve item 23 for")
    press(page, "Approve 12 lines, $540.60")
    expect(page.locator("#notices")).to_contain_text("Approved: 12.")
    assert needs_you(page) == "0"
    expect(page.get_by_role("link", name="Ready")).to_contain_text("12")
