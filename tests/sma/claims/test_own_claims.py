"""A clinician reads their own claims and batches and nobody else's, and Today counts what the page behind it lists."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.claims import Claim, ClaimBatch, approve, make_batches
from sma.core.db import Database
from sma.identity import Role
from sma.people import Practitioner
from tests.conftest import SignIn
from tests.sma.claims.factories import CLOSED, YarnUp, propose_now, yarn_up

NUMBERS = ("2447781L", "2448261H")


@pytest.fixture
def doctors(app: FastAPI, sign_in: SignIn) -> list[tuple[TestClient, YarnUp]]:
    """Two clinicians, each with a yarn up of their own: one line exported that no longer holds, and one blocked."""
    database: Database = app.state.database
    found = []
    for days, number in enumerate(NUMBERS):
        doctor = sign_in(Role.CLINICIAN)
        with database.write() as db:
            day = yarn_up(db, provider_number=number)
            db.get_one(Practitioner, day.clinician.id).user_id = doctor.user.id  # type: ignore[attr-defined]
        propose_now(database, day.session.id, now=CLOSED + timedelta(minutes=days))
        with database.write() as db:
            for name in ("P01", "P02", "P03")[: 2 + days]:
                approve(db, day.line(db, name).id, item_number="23", by=doctor.user, now=CLOSED)  # type: ignore[attr-defined]
        found.append((doctor, day))
    with database.write() as db:
        make_batches(db, by=found[0][1].billing, now=CLOSED + timedelta(hours=1))
    with database.write() as db:
        for _, day in found:
            day.line(db, "P01").outdated_at, day.line(db, "P01").outdated_summary = CLOSED, "The times were corrected."
            day.line(db, "P08").status = "blocked"
    return found


def tally(client: TestClient) -> int:
    """The number on Today above the words about claim lines."""
    stat = BeautifulSoup(client.get("/today").text, "html.parser").select_one('nav.stats a[href^="/claims"]')
    assert stat is not None
    return int(stat.select_one(".stat-count").get_text())  # type: ignore[union-attr]


def listed(client: TestClient) -> tuple[int, int]:
    """What the page behind that number says on its first tab, and how many lines it lists."""
    page = BeautifulSoup(client.get("/claims").text, "html.parser")
    tab = page.select_one("nav.tabs a[aria-current=page] .count")
    assert tab is not None
    return int(tab.get_text()), len(page.select("ul.work-list > li"))


def exceptions(client: TestClient) -> int:
    """How many lines the page says came back or no longer hold."""
    return len(BeautifulSoup(client.get("/claims?tab=exceptions").text, "html.parser").select("ul.work-list > li"))


def test_today_counts_the_lines_that_the_page_behind_it_lists(
    doctors: list[tuple[TestClient, YarnUp]], sign_in: SignIn
) -> None:
    manager = sign_in(Role.MANAGER)
    readers = [doctors[0][0], doctors[1][0], manager]

    # Eight proposed each, of which two or three are in a batch; the one that no longer holds is an exception.
    assert [tally(reader) for reader in readers] == [6, 5, 11]
    assert [listed(reader) for reader in readers] == [(6, 6), (5, 5), (11, 11)]
    assert [exceptions(reader) for reader in readers] == [1, 1, 2]


def test_a_clinician_who_leads_the_clinic_counts_everybodys_as_their_page_does(
    app: FastAPI, doctors: list[tuple[TestClient, YarnUp]], sign_in: SignIn
) -> None:
    both = sign_in(Role.CLINICIAN, Role.MANAGER)

    assert tally(both) == listed(both)[0] == 11


def test_a_clinicians_list_of_batches_holds_their_own_with_their_own_totals(
    app: FastAPI, doctors: list[tuple[TestClient, YarnUp]], sign_in: SignIn
) -> None:
    with app.state.database.read() as db:
        by_number = {batch.provider_number: batch for batch in db.exec(select(ClaimBatch))}
    one, other = (by_number[number] for number in NUMBERS)
    own = doctors[0][0].get("/claim-batches").text
    everybodys = sign_in(Role.MANAGER).get("/claim-batches").text

    assert _batches(own) == {one.id}
    assert (one.reference in own, other.reference in own, NUMBERS[1] in own) == (True, False, False)
    assert "All your batches" in own
    assert "2 lines, $90.10" in own
    assert _batches(everybodys) == {one.id, other.id}
    assert "All batches" in everybodys
    assert "5 lines, $225.25" in everybodys


def test_a_clinician_without_a_batch_sees_an_empty_list(
    doctors: list[tuple[TestClient, YarnUp]], sign_in: SignIn
) -> None:
    assert "No batch yet" in sign_in(Role.CLINICIAN).get("/claim-batches").text


def test_blocked_lines_need_somebody_as_much_as_those_to_decide(
    app: FastAPI, doctors: list[tuple[TestClient, YarnUp]], sign_in: SignIn
) -> None:
    doctor, _ = doctors[0]
    before = tally(doctor)
    with app.state.database.write() as db:
        for line in db.exec(select(Claim).where(col(Claim.status) == "needs-check")):
            line.status = "blocked"

    assert (before, tally(doctor)) == (6, 6)


def _batches(page: str) -> set[UUID]:
    return {UUID(found) for found in re.findall(r'href="/claim-batches/([0-9a-f-]{36})"', page)}
