"""`sma mbs import` and `accept`: a newer schedule's fees, from the published file to the pages that use them."""

import gzip
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from billing import load_rulebook
from billing.current import use_fees
from billing.rulebook import shipped_rulebook
from sma import fees
from sma.app import create_app
from sma.core import clock
from sma.core.db import Database
from sma.core.settings import Settings
from sma.identity import Role
from tests.billing.schedules import raised, release, xml
from tests.conftest import SignIn
from tests.engines import copy_of_sqlite
from tests.factories import make_user
from tests.sma.test_cli import folder, sma

__all__ = ["folder"]  # pytest finds the fixture here

JULY, OCTOBER, NOVEMBER = date(2026, 7, 1), date(2026, 10, 31), date(2026, 11, 1)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """What a process took from a folder ends with the test."""
    yield
    use_fees([])


@pytest.fixture
def november() -> Iterator[None]:
    """The day of the tests that open pages."""
    with time_machine.travel(datetime(2026, 11, 22, 22, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clinic on 23 November 2026, with a manager and somebody at the desk."""
    (folder / "clock").write_text("2026-11-22T22:00:00+00:00")
    monkeypatch.setenv("SMA_TEST_CLOCK", str(folder / "clock"))
    copy_of_sqlite(folder / "sma.db")
    database = Database(f"sqlite:///{folder / 'sma.db'}")
    with database.write() as db:
        make_user(db, Role.MANAGER, username="karen")
        make_user(db, Role.FRONT_DESK, username="tahlia")
        make_user(db, Role.MANAGER, username="gone", is_active=False)
    database.dispose()
    return folder


def published(folder: Path, name: str = "MBS-XML-20261101.XML", **planted: dict[str, str | None] | None) -> Path:
    file = folder / name
    data = xml(*release(JULY, shipped_rulebook(), planted).values())
    file.write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)
    return file


def proposal_of(folder: Path) -> Path:
    (path,) = (folder / "mbs").glob("proposal-*.toml")
    return path


def fee(number: str, day: date) -> int | None:
    return load_rulebook().item(number).on(day).schedule_fee_cents


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "mbs").glob("*")} if (folder / "mbs").exists() else {}


def test_a_person_reads_the_difference_and_accepts_it_before_any_fee_changes(clinic: Path) -> None:
    file = published(clinic, i23=raised(4620), i36=raised(19000), i44=None)

    told = sma("mbs", "import", str(file))

    assert told.exit_code == 0
    lines = told.output.splitlines()
    assert lines[0] == "6,044 items, in force from 01 November 2026"
    assert "  item 44: ended: It is not in the file: it ended." in lines
    assert "  item 36: $87.10 to $190.00 from 2026-11-01 (factor 2.181) - look: fees seldom move so far" in lines
    assert "  item 23: $45.05 to $46.20 from 2026-11-01 (factor 1.026)" in lines
    assert "2 new fees of the schedule of 01 November 2026, 1 to read." in lines
    assert fee("23", NOVEMBER) == 4505

    done = sma("mbs", "accept", str(proposal_of(clinic)), "--by", "Karen")

    assert done.exit_code == 0, done.output
    assert (
        "Accepted: 2 new fees of the schedule of 01 November 2026. Start the server and every worker again"
        in done.output
    )
    create_app(Settings(data_folder=clinic, _env_file=None))  # type: ignore[call-arg]
    assert (fee("23", OCTOBER), fee("23", NOVEMBER), fee("36", NOVEMBER)) == (4505, 4620, 19000)
    (update,) = fees.accepted(Settings(data_folder=clinic, _env_file=None))  # type: ignore[call-arg]
    assert (update.accepted_by, update.file_name, str(update.accepted_at)) == (
        "karen",
        "MBS-XML-20261101.XML",
        "2026-11-22 22:00:00+00:00",
    )


def test_accepting_is_kept_in_the_history_once(clinic: Path) -> None:
    sma("mbs", "import", str(published(clinic, i23=raised(4620))))
    first = sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen")
    before = kept(clinic)

    again = sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "accepted before. Nothing was changed." in again.output
    assert kept(clinic) == before
    assert "accepted already" in sma("mbs", "import", str(clinic / "MBS-XML-20261101.XML")).output
    with sqlite3.connect(clinic / "sma.db") as raw:
        (row,) = raw.execute(
            "SELECT username, details FROM audit_event JOIN staff_user u ON u.id = by_id WHERE did = 'accept-fees'"
        ).fetchall()
    assert row[0] == "karen"
    assert '"schedule": "2026-11-01"' in row[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tahlia", "by a manager, an administrator or billing"),
        ("gone", "Nobody with that"),
        ("nobody", "Nobody with that"),
    ],
)
def test_only_somebody_who_may_accepts(clinic: Path, name: str, said: str) -> None:
    sma("mbs", "import", str(published(clinic, i23=raised(4620))))

    refused = sma("mbs", "accept", str(proposal_of(clinic)), "--by", name)

    assert refused.exit_code == 1
    assert said in refused.output
    assert [each for each in kept(clinic) if each.startswith("fees-")] == []


def test_an_older_schedule_than_the_newest_is_neither_proposed_nor_accepted(clinic: Path) -> None:
    august = raised(4600, FeeStartDate="01.08.2026")
    older = published(clinic, "MBS-XML-20260801.XML", i23=august)
    sma("mbs", "import", str(older))
    waiting = proposal_of(clinic)
    waiting = waiting.rename(clinic / "waiting.toml")
    sma("mbs", "import", str(published(clinic, i23=raised(4620))))
    sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen")
    before = kept(clinic)

    late = sma("mbs", "accept", str(waiting), "--by", "karen")
    again = sma("mbs", "import", str(older))

    assert (late.exit_code, again.exit_code) == (1, 1)
    assert "This is the schedule of 2026-08-01, and that of 2026-11-01 is in use" in late.output
    assert "only a later one is imported" in again.output
    assert kept(clinic) == before


def test_a_corrected_issue_of_a_release_takes_the_place_of_the_first_and_both_are_kept(clinic: Path) -> None:
    for name, cents in (("MBS-XML-20261101.XML", 4620), ("MBS-XML-20261101-version 2.XML.gz", 4625)):
        told = sma("mbs", "import", str(published(clinic, name, i23=raised(cents))))
        assert f"$45.05 to ${cents / 100:.2f}" in told.output
        assert sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen").exit_code == 0
        proposal_of(clinic).unlink()

    sma("mbs", "check", str(clinic / "MBS-XML-20261101.XML"))

    assert fee("23", NOVEMBER) == 4625
    assert sorted(kept(clinic)) == ["fees-20261101-1.toml", "fees-20261101-2.toml"]


def test_a_later_release_builds_on_the_accepted_one(clinic: Path) -> None:
    sma("mbs", "import", str(published(clinic, "MBS-XML-20260801.XML", i23=raised(4600, FeeStartDate="01.08.2026"))))
    sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen")
    proposal_of(clinic).unlink()

    told = sma("mbs", "import", str(published(clinic, i23=raised(4620))))
    sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen")
    sma("mbs", "check", str(clinic / "MBS-XML-20261101.XML"))

    assert "$46.00 to $46.20 from 2026-11-01" in told.output
    days = (date(2026, 7, 31), date(2026, 8, 1), OCTOBER, NOVEMBER)
    assert [fee("23", day) for day in days] == [4505, 4600, 4600, 4620]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            b"<!DOCTYPE MBS_XML [<!ENTITY a 'b'>]><MBS_XML><Data><ItemNum>&a;</ItemNum></Data></MBS_XML>",
            "document type",
        ),
        (b"<MBS_XML><Data><ItemNum>23</ItemNum>", "not complete XML"),
        (b"<html></html>", "not MBS_XML"),
        (xml({"ItemNum": "23"}), "1 items where the release before it had 6,045"),
        (xml({"ItemNum": "23"}, {"ItemNum": "23"}), "more than once"),
    ],
)
def test_a_file_that_is_no_whole_schedule_changes_nothing(clinic: Path, content: bytes, reason: str) -> None:
    file = clinic / "MBS-XML-20261101.XML"
    file.write_bytes(content)

    refused = sma("mbs", "import", str(file))

    assert refused.exit_code == 1
    assert "MBS-XML-20261101.XML cannot be used" in refused.output
    assert reason in refused.output
    assert "Nothing was changed." in refused.output
    assert kept(clinic) == {}


def test_a_proposal_that_is_incomplete_or_was_altered_is_refused(clinic: Path) -> None:
    sma("mbs", "import", str(published(clinic, i23=raised(4620))))
    path = proposal_of(clinic)
    text = path.read_text()

    for spoilt in (text[:-5], text.replace("schedule_fee_cents = 4620", "schedule_fee_cents = 9620")):
        path.write_text(spoilt)
        refused = sma("mbs", "accept", str(path), "--by", "karen")
        assert refused.exit_code == 1
        assert "not complete, or was changed" in refused.output

    assert list(kept(clinic)) == [path.name]


def test_a_damaged_file_of_accepted_fees_stops_what_would_price_by_the_wrong_ones(clinic: Path) -> None:
    sma("mbs", "import", str(published(clinic, i23=raised(4620))))
    sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen")
    path = clinic / "mbs" / "fees-20261101-1.toml"
    path.write_text(path.read_text()[:-5])

    for words in (["check"], ["serve", "--port", "0", "--no-worker"], ["worker"]):
        refused = sma(*words)
        assert refused.exit_code == 1
        assert "fees-20261101-1.toml cannot be used" in refused.output


def test_a_schedule_that_is_late_is_said_calmly_with_what_to_do_until_it_is_here(clinic: Path) -> None:
    late = sma("check")

    assert late.exit_code == 0
    assert "Fees are those of the schedule of 1 July 2026." in late.output
    assert "1 August 2026 and 1 November 2026 were expected since" in late.output
    assert "sma mbs import FILE" in late.output

    sma("mbs", "import", str(published(clinic)))
    sma("mbs", "accept", str(proposal_of(clinic)), "--by", "karen")

    now = sma("check")
    assert "Fees are those of the schedule of 1 November 2026, the newest one expected so far." in now.output
    assert "sma mbs import" not in now.output


@pytest.mark.usefixtures("november")
def test_operations_shows_what_is_in_use_what_is_late_and_what_needs_a_restart(
    sign_in: SignIn, settings: Settings
) -> None:
    manager, now = sign_in(Role.MANAGER), clock.now()
    file = published(settings.data_folder, i23=raised(4620), i44=None)
    before = manager.get("/operations").text
    proposal, _ = fees.propose_from(settings, file, on=None, now=now, today=NOVEMBER)
    fees.accept(settings, proposal, by="karen", now=now)
    accepted = manager.get("/operations").text
    fees.use_accepted(settings)
    restarted = manager.get("/operations").text

    assert "Fees are those of the schedule of 1 July 2026." in before
    assert "sma mbs import FILE" in before
    assert "Start it and the worker again" in accepted
    assert "Start it and the worker again" not in restarted
    assert "sma mbs import FILE" not in restarted
    assert "1 new fee, accepted by karen" in restarted
    assert "Item 44: It is not in the file: it ended." in restarted


@pytest.mark.usefixtures("november")
def test_claims_says_in_one_line_that_a_schedule_is_late_and_who_can_mend_it(
    sign_in: SignIn, settings: Settings
) -> None:
    billing, manager = sign_in(Role.BILLING), sign_in(Role.MANAGER)
    late = [page.get("/claims").text for page in (billing, manager)]
    proposal, _ = fees.propose_from(settings, published(settings.data_folder), on=None, now=clock.now(), today=NOVEMBER)
    fees.accept(settings, proposal, by="karen", now=clock.now())
    fees.use_accepted(settings)

    assert all("Schedules of 1 August 2026 and 1 November 2026 were expected since" in page for page in late)
    assert "Ask whoever runs this system" in late[0]
    assert '<a href="/operations">What to do</a>' in late[1]
    assert "expected since" not in billing.get("/claims").text
