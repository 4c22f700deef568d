"""A normal Yarn Up from the first booking to the exported file, by the people who would do it, in their browsers."""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from billing import load_rulebook
from sma.demo import PASSWORD
from sma.demo.cast import MEN
from tests.e2e.clinic import Clinic
from tests.e2e.conftest import Open
from tests.e2e.ground import Days

pytestmark = [pytest.mark.xdist_group("scenario"), pytest.mark.timeout(300)]

PEOPLE = MEN[:10]
NAMES = [person.preferred for person in PEOPLE]
FULL = {person.preferred: f"{person.preferred} {person.family}" for person in PEOPLE}
ABSENT, UNSEEN, SHORT, AT_THE_LINE = "Joe", "Ivo", "Eli", "Des"
TIMED = [name for name in NAMES if name not in (ABSENT, UNSEEN, SHORT)]
ITEM = "23"
# What the story's own book-keeping expects; the program must come to it by its rulebook.
SCENARIO_TOTAL = Decimal("315.35")
# Pressed as it happens: when the clinician turns to whom, and when that consult ends.
CONSULTS = (
    ("Alan", "10:26", "10:33"),
    ("Ben", "10:33", "10:40"),
    ("Cody", "10:41", "10:49"),
    ("Des", "10:49", "10:55"),
    ("Eli", "10:56", "11:01"),
    ("Frank", "11:02", "11:12"),
    ("Gus", "11:12", "11:19"),
    ("Hal", "11:19", "11:26"),
)
ARRIVALS = ("9:48", "9:50", "9:51", "9:55", "9:57", "9:58", "10:00", "10:02", "10:05")


@dataclass
class Story:
    """The clinic on the day of the session, and the browsers of those who work there."""

    clinic: Clinic
    open_as: Open
    day: date
    session: UUID

    def at(self, clock: str) -> None:
        """Move the clinic's clock to a time of the session's day."""
        self.clinic.at(f"{self.day}T{clock.zfill(5)}")

    def sign_in(self, username: str) -> Page:
        """Open a browser and sign in as anybody would, at the present time of the clinic."""
        page = self.open_as()
        page.goto("/sign-in")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        return page


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A clinic of its own: what is agreed here holds for good and would change other tests' lines."""
    clinic = Clinic(tmp_path_factory.mktemp("scenario"))
    try:
        clinic.start()
        yield clinic
    finally:
        clinic.stop()


@pytest.fixture(scope="module")
def days(clinic: Clinic) -> Days:
    return Days(clinic)


@pytest.fixture
def story(clinic: Clinic, open_as: Open, days: Days) -> Story:
    day = days.take()
    return Story(clinic, open_as, day, days.yarn(day))


def test_a_normal_yarn_up_from_the_first_booking_to_the_exported_file(story: Story) -> None:
    _book_ten_people(story)
    _print_the_strips(story)
    _assign_the_benefits(story)
    _run_the_day(story)
    _close(story)
    _check_the_evidence(story)
    _approve_line_by_line(story)
    _freeze_and_export(story)


def _book_ten_people(story: Story) -> None:
    page = story.sign_in("tahlia")
    for person in PEOPLE:
        page.goto(f"/sessions/{story.session}/appointments/new")
        page.get_by_label("Find a person").fill(person.preferred[:3])
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name=f"{person.preferred} {person.family}").click()
        page.get_by_role("button", name=f"Book {person.preferred} into").click()
        expect(page.locator("#notices")).to_contain_text("Place booked.")
    expect(page.locator("main")).to_contain_text("10 of 12")
    story.clinic.settle()


def _print_the_strips(story: Story) -> None:
    story.at("9:40")
    page = story.sign_in("tahlia")
    strips = _text_of(page, f"/sessions/{story.session}/sheets/sign-in.pdf")
    for person in PEOPLE:
        assert person.preferred in strips
        assert (person.family or "") not in strips, "a strip shows first names only"


def _assign_the_benefits(story: Story) -> None:
    page = story.sign_in("marcus")
    for people, how in ((NAMES[:9], "Enduring agreement"), (NAMES[9:], "Said aloud (verbal)")):
        page.goto(f"/sessions/{story.session}/assignments")
        for name in people:
            page.get_by_role("checkbox", name=FULL[name]).check()
        page.get_by_label(how).check()
        if how == "Enduring agreement":
            page.get_by_text("Only for an enduring agreement").click()
            page.get_by_label("Patient of an Aboriginal Community Controlled Health Organisation").check()
        else:
            page.get_by_label("Why there is no signature").fill("Said in the room before the session")
        page.get_by_label("Date of the assignment").fill(story.day.isoformat())
        page.get_by_role("button", name="Record for the people ticked").click()
    expect(page.locator("main")).to_contain_text("10 of 10 are on record")


def _run_the_day(story: Story) -> None:
    story.at("9:45")
    page = story.sign_in("marcus")
    page.goto(f"/sessions/{story.session}/day")
    for name, clock in zip(NAMES, ARRIVALS, strict=False):
        story.at(clock)
        page.get_by_role("button", name=f"Arrived: {name}").click()
        expect(page.get_by_role("button", name=f"Arrived: {name}")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#progress")).to_contain_text("9 of 10 recorded")
    story.at("10:25:30")
    page.get_by_role("button", name="In: Dr Sam Okafor").click()
    for number, (name, starts, ends) in enumerate(CONSULTS):
        if not number or starts != CONSULTS[number - 1][2]:
            story.at(starts)
            page.locator(".consult-button", has_text=name).click()
        expect(page.locator("#clock")).to_contain_text(f"With {name}")
        story.at(ends)
        if number + 1 < len(CONSULTS) and CONSULTS[number + 1][1] == ends:
            page.locator(".consult-button", has_text=CONSULTS[number + 1][0]).click()
        else:
            page.get_by_role("button", name=f"Stop: {name}").click()
    story.at("11:27")
    page.get_by_role("button", name="Out: Dr Sam Okafor").click()
    expect(page.locator("#consults")).to_contain_text("8 people seen, 57 min of a planned 60 min")


def _close(story: Story) -> None:
    story.at("11:35")
    page = story.sign_in("marcus")
    page.goto(f"/sessions/{story.session}/closing")
    expect(page.locator("h2#open-points ~ ul li")).to_have_count(1)
    page.get_by_role("button", name="Close the session").click()
    expect(page.get_by_role("alert")).to_contain_text("Not closed yet")
    page.get_by_role("link", name=f"Record {ABSENT}").click()
    page.get_by_role("button", name=f"Absent: {ABSENT}").click()
    doctor = story.sign_in("dr.okafor")
    doctor.goto(f"/sessions/{story.session}/day")
    for name, _, _ in CONSULTS:
        doctor.get_by_role("button", name=f"Note done: {name}").click()
        expect(doctor.get_by_role("button", name=f"Take back the note tick: {name}")).to_be_visible()
    page.goto(f"/sessions/{story.session}/closing")
    expect(page.locator("main")).to_contain_text("9 came · 8 seen by the clinician")
    expect(page.locator("main")).to_contain_text("1 person came and has no consult recorded.")
    page.get_by_label("Yes, they had no consult").check()
    page.get_by_role("button", name="Close the session of 10 people").click()
    expect(page.locator("main")).to_contain_text("9 people came, 8 seen by the clinician")


def _check_the_evidence(story: Story) -> None:
    page = story.sign_in("marcus")
    evidence = _text_of(page, f"/sessions/{story.session}/sheets/evidence.pdf")
    for name, starts, ends in CONSULTS:
        assert re.search(rf"{name}.*", evidence)
        assert starts in evidence
        assert ends in evidence


def _approve_line_by_line(story: Story) -> None:
    story.clinic.settle()
    story.at("12:10")
    page = story.sign_in("dr.okafor")
    page.goto(f"/sessions/{story.session}/claims")
    lines = page.get_by_role("row")
    for name, _, _ in CONSULTS:
        expect(lines.filter(has_text=FULL[name])).to_contain_text("3" if name == SHORT else "23")
    expect(lines.filter(has_text=FULL[AT_THE_LINE])).to_contain_text("threshold")
    expect(lines.filter(has_text=FULL[UNSEEN])).to_contain_text("attended, no individual consult")
    expect(lines.filter(has_text=FULL[ABSENT])).to_contain_text("did not attend")
    for name in TIMED:
        page.goto(f"/sessions/{story.session}/claims")
        page.get_by_role("link", name=FULL[name]).click()
        # What is asked about the item itself; the incentive beside it is left out.
        for question in page.locator(f"[aria-labelledby='item-{ITEM}'] form > label [name=confirmed]").all():
            question.check()
        page.get_by_role("button", name=f"Approve item {ITEM} ({_dollars(_fee(story.day))})").click()
        expect(page.locator("#notices")).to_contain_text("Approved.")
    page.goto("/claims?tab=exported")
    expect(page.locator("main")).to_contain_text("Nothing waits for its result")


def _freeze_and_export(story: Story) -> None:
    story.at("15:00")
    page = story.sign_in("karen")
    # The sign-in itself counts as proof for ten minutes; this is later.
    story.at("15:20")
    page.goto("/claims?tab=ready")
    page.get_by_role("button", name=f"Freeze {len(TIMED)} approved lines").click()
    page.goto("/claim-batches")
    page.get_by_role("link", name=re.compile(r"^B\d{8}-01$")).click()
    expect(page.locator("main")).to_contain_text(_dollars(len(TIMED) * _fee(story.day)))
    batch = page.url
    page.get_by_role("button", name="Make ").first.click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    files = {}
    for kind in ("csv", "xlsx"):
        page.goto(batch)
        page.get_by_role("button", name="Make ").first.click()
        # Nobody presses anything: the page looks again by itself until the file is there.
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile(rf"Download .*\.{kind}$")).click()
        expect(page.locator("main")).to_contain_text("Done")
        files[kind] = download.value.path().read_bytes()
        assert hashlib.sha256(files[kind]).hexdigest() in (page.text_content("code") or "").replace("\u200b", "")
    page.goto("/claims?tab=needs")
    expect(page.locator("main")).to_contain_text(FULL[SHORT])
    _check_the_line_file(story, files["csv"])
    _check_the_workbook(story, files["xlsx"])


def _check_the_line_file(story: Story, content: bytes) -> None:
    lines = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert sorted(line["patient_given_name"] for line in lines) == sorted(TIMED)
    assert {line["mbs_item"] for line in lines} == {ITEM}
    assert {line["session_date"] for line in lines} == {story.day.isoformat()}
    fee = _fee(story.day)
    assert [Decimal(line["charge_amount"]) for line in lines] == [fee] * len(TIMED)
    assert sum(Decimal(line["charge_amount"]) for line in lines) == SCENARIO_TOTAL


def _check_the_workbook(story: Story, content: bytes) -> None:
    book = load_workbook(BytesIO(content))
    header, *rows = book["Lines"].iter_rows(values_only=True)
    lines = [dict(zip(header, row, strict=True)) for row in rows if row[0]]
    assert sorted(line["patient_given_name"] for line in lines) == sorted(TIMED)
    assert sum(Decimal(str(line["charge_amount"])) for line in lines) == SCENARIO_TOTAL


def _text_of(page: Page, address: str) -> str:
    """Download a PDF as the signed-in person and return its text."""
    answer = page.request.get(address)
    assert answer.ok, f"{address}: {answer.status}"
    return "\n".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.body())).pages)


def _fee(day: date) -> Decimal:
    """The schedule fee of the timed item on a date of service, from the shipped rulebook."""
    rulebook = load_rulebook()
    return Decimal(rulebook.fee_cents(rulebook.item(ITEM).on(day), day, 1)) / 100


def _dollars(amount: Decimal) -> str:
    return f"${amount:.2f}"
