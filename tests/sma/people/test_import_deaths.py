"""A source says that somebody has died: it counts as when staff record it, and staff have the last word."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.identity import Role
from sma.people import Patient, ToldBy, mark_deceased, unmark_deceased
from sma.people.fhir_import import ImportReport, import_folder
from tests.factories import NOW, make_user
from tests.sma.people import fhir

DIED = {"deceasedDateTime": "2026-11-02T08:00:00+11:00"}


def _run(database: Database, folder: Path, *resources: dict[str, Any], **options: Any) -> ImportReport:
    return import_folder(
        database, fhir.write(folder, *resources), **{"dry_run": False, "by": None, "now": NOW, **options}
    )


def _person(database: Database) -> Patient:
    with database.read() as db:
        return db.exec(select(Patient)).one()


def _owed(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.exec(select(Outbox.kind)))


def _codes(report: ImportReport) -> list[str]:
    return [finding.code for finding in report.findings]


def test_somebody_known_here_who_died_is_owed_what_follows_and_is_in_the_report(
    database: Database, tmp_path: Path
) -> None:
    _run(database, tmp_path / "one", fhir.patient())
    rehearsal = _run(database, tmp_path / "two", fhir.patient(**DIED), dry_run=True)
    rehearsed = _owed(database)
    report = _run(database, tmp_path / "three", fhir.patient(**DIED))

    person = _person(database)
    assert (person.is_deceased, person.deceased_on, person.deceased_told_by) == (True, date(2026, 11, 2), "imported")
    assert (_codes(rehearsal), rehearsed) == (["died"], [])
    assert (_codes(report), _owed(database)) == (["died"], ["patient.died"])
    assert "Dante" not in " ".join(report.lines())
    with database.read() as db:
        (event,) = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "record-death"))
    assert event.details == {"told_by": "imported"}


def test_it_is_said_once(database: Database, tmp_path: Path) -> None:
    _run(database, tmp_path / "one", fhir.patient())
    _run(database, tmp_path / "two", fhir.patient(**DIED))
    again = _run(database, tmp_path / "three", fhir.patient(**DIED, gender="other"))

    assert _codes(again) == []
    assert _owed(database) == ["patient.died"]


def test_somebody_new_who_has_died_has_no_place_to_end(database: Database, tmp_path: Path) -> None:
    report = _run(database, tmp_path / "one", fhir.patient(deceasedBoolean=True))

    assert _person(database).is_deceased
    assert (_codes(report), _owed(database)) == ([], [])


def test_what_was_taken_back_here_stays_taken_back_and_each_run_says_so(database: Database, tmp_path: Path) -> None:
    _run(database, tmp_path / "one", fhir.patient())
    _run(database, tmp_path / "two", fhir.patient(**DIED))
    with database.write() as db:
        unmark_deceased(db, _person(database).id, by=make_user(db, Role.MANAGER), now=NOW)

    same = _run(database, tmp_path / "three", fhir.patient(**DIED))
    changed = _run(database, tmp_path / "four", fhir.patient(**DIED, gender="other"))

    person = _person(database)
    assert (person.is_deceased, person.deceased_on, person.deceased_told_by) == (False, None, None)
    assert [_codes(report) for report in (same, changed)] == [["death-not-taken"]] * 2


def test_who_told_us_here_is_not_overwritten_and_a_day_we_did_not_know_is_taken(
    database: Database, tmp_path: Path
) -> None:
    _run(database, tmp_path / "one", fhir.patient())
    with database.write() as db:
        by = make_user(db, Role.CULTURAL_LEAD)
        mark_deceased(db, _person(database).id, told_by=ToldBy.FAMILY, died_on=None, by=by, now=NOW)

    report = _run(database, tmp_path / "two", fhir.patient(**DIED))

    person = _person(database)
    assert (person.deceased_told_by, person.deceased_on) == ("family", date(2026, 11, 2))
    assert _codes(report) == []


@pytest.mark.parametrize("day", ["2050-01-01", "2050", "1969-12-31", "2026-02-30", "unknown", "2026-13"])
def test_a_death_on_a_day_that_cannot_be_leaves_the_person_as_they_are_and_asks_somebody(
    database: Database, tmp_path: Path, day: str
) -> None:
    _run(database, tmp_path / "one", fhir.patient(birthDate="1970-01-01"))

    report = _run(database, tmp_path / "two", fhir.patient(birthDate="1970-01-01", deceasedDateTime=day))
    again = _run(database, tmp_path / "three", fhir.patient(birthDate="1970-01-01", deceasedDateTime=day))

    person = _person(database)
    assert (person.is_deceased, person.deceased_on, person.deceased_told_by) == (False, None, None)
    assert [_codes(each) for each in (report, again)] == [["death-day"]] * 2
    assert _owed(database) == []


def test_a_stated_day_to_come_counts_from_the_day_on(database: Database, tmp_path: Path) -> None:
    line = fhir.patient(deceasedDateTime="2026-12-01")
    _run(database, tmp_path / "one", fhir.patient())
    _run(database, tmp_path / "two", line)

    _run(database, tmp_path / "three", line, now=NOW + timedelta(days=20))

    assert _person(database).deceased_on == date(2026, 12, 1)
    assert _owed(database) == ["patient.died"]


@pytest.mark.parametrize("part", ["2026", "2026-11"])
def test_a_year_or_a_month_of_death_is_a_day_we_do_not_know(database: Database, tmp_path: Path, part: str) -> None:
    _run(database, tmp_path / "one", fhir.patient(deceasedDateTime=part))

    person = _person(database)
    assert (person.is_deceased, person.deceased_on) == (True, None)
