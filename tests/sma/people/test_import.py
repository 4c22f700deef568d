"""Importing people and places: all of it or nothing, the same again changes nothing, and nothing is guessed."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, func, select

from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.core.errors import Invalid
from sma.identity import Role
from sma.people import (
    Coverage,
    Location,
    LocationAnswers,
    Organization,
    Patient,
    PatientAnswers,
    Practitioner,
    PractitionerRole,
    RelatedPerson,
    fhir_import,
    find_patients,
    record_comfort,
    set_coverage,
    update_location,
    update_patient,
)
from sma.people.fhir_import import ImportReport, import_folder
from sma.people.rules import Origin
from tests.factories import NOW, make_user
from tests.sma.people import fhir

REAL = Path(__file__).parents[4] / "shared" / "data" / "fhir-au"
TABLES = (Organization, Location, Practitioner, PractitionerRole, Patient, RelatedPerson, Coverage)


def _run(database: Database, folder: Path, **options: Any) -> ImportReport:
    return import_folder(database, folder, **{"dry_run": False, "by": None, "now": NOW, **options})


def _counts(database: Database) -> dict[str, int]:
    with database.read() as db:
        return {table.__name__: db.exec(select(func.count()).select_from(table)).one() for table in TABLES}


def _patient(database: Database, source_id: str = "dante") -> Patient:
    with database.read() as db:
        return db.exec(select(Patient).where(col(Patient.source_id) == source_id)).one()


def _codes(report: ImportReport) -> Counter[str]:
    return Counter(finding.code for finding in report.findings)


@pytest.mark.skipif(not REAL.is_dir(), reason="the HL7 AU test data (shared/data/fhir-au) is not beside this checkout")
def test_the_hl7_au_people_and_places_land_and_a_second_run_changes_nothing(database: Database) -> None:
    looked = _run(database, REAL, dry_run=True)
    assert _counts(database) == dict.fromkeys((table.__name__ for table in TABLES), 0)

    first = _run(database, REAL)
    with database.read() as db:
        rows = db.connection().execute(text("SELECT * FROM patient ORDER BY id")).all()
        events = db.exec(select(func.count()).select_from(AuditEvent)).one()
    second = _run(database, REAL)

    assert looked.findings == first.findings == second.findings
    assert first.refused == ()
    assert _counts(database) == {
        "Organization": 188,
        "Location": 89,
        "Practitioner": 374,
        "PractitionerRole": 363,
        "Patient": 89,
        "RelatedPerson": 40,
        "Coverage": 75,
    }
    assert second.changed == 0
    with database.read() as db:
        assert db.connection().execute(text("SELECT * FROM patient ORDER BY id")).all() == rows
        assert db.exec(select(func.count()).select_from(AuditEvent)).one() == events
    bad = [finding for finding in first.findings if finding.code.startswith("medicare")]
    assert [(finding.resource_id, finding.code) for finding in bad] == [("bennelong-anne", "medicare-check-digit")]
    assert "6951449677" not in "\n".join(first.lines())
    assert _codes(first)["duplicate-identifier"] == 6
    assert _codes(first)["duplicate-provider-number"] == 1


@pytest.mark.skipif(not REAL.is_dir(), reason="the HL7 AU test data (shared/data/fhir-au) is not beside this checkout")
def test_the_hl7_au_people_bring_no_comfort_no_clock_and_no_guessed_gender(database: Database) -> None:
    _run(database, REAL)
    with database.read() as db:
        people, places = db.exec(select(Patient)).all(), db.exec(select(Location)).all()
        assert len(find_patients(db, "1671")) == 1
        kin = db.exec(select(RelatedPerson)).all()
    assert {(tuple(person.groups_ok), person.groups_state) for person in people} == {((), "not-asked")}
    assert Counter(person.indigenous_status for person in people) == {
        "4": 24,
        None: 20,
        "1": 16,
        "9": 14,
        "2": 8,
        "3": 7,
    }
    # 89 state an administrative gender; only the 21 with a stated gender identity or refusal have an answer.
    assert Counter(person.gender for person in people)["not-asked"] == 89 - 21
    assert {place.timezone for place in places} == {None}
    assert {place.is_consulting_rooms for place in places} == {None}
    assert sum(person.same_person_as_id is not None for person in kin) >= 36


def test_a_dry_run_says_what_would_happen_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    folder = fhir.write(tmp_path / "in", fhir.patient(), fhir.location())
    report = _run(database, folder, dry_run=True)
    assert (report.tallies["Patient"].created, report.changed) == (1, 2)
    assert _counts(database)["Patient"] == 0


def test_a_crash_half_way_leaves_nothing(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fhir.write(tmp_path / "in", fhir.patient(), fhir.location(), fhir.relative())

    def crash(*_: object) -> None:
        raise OSError("the disk went away")

    monkeypatch.setattr(fhir_import, "_STEPS", (*fhir_import._STEPS, crash))
    with pytest.raises(OSError, match="disk"):
        _run(database, folder)
    assert set(_counts(database).values()) == {0}


def test_a_patient_lands_with_what_is_stated(database: Database, tmp_path: Path) -> None:
    person = fhir.patient(
        name=[
            {"use": "official", "family": "Webb", "given": ["Mary", "Ann"]},
            {"use": "usual", "given": ["Molly"]},
        ],
        telecom=[
            {"system": "phone", "use": "work", "value": "0870100396"},
            {"system": "phone", "use": "mobile", "value": "0491571491"},
            {"system": "email", "value": "molly@patients.example"},
        ],
        communication=[
            {"language": {"coding": [{"code": "el"}]}},
            {"language": {"coding": [{"code": "yue"}]}, "preferred": True},
        ],
        extension=[
            fhir.status("3"),
            fhir.said(fhir.GENDER, {"text": "Sistergirl"}),
            fhir.said(fhir.PRONOUNS, {"coding": [{"system": "http://loinc.org", "code": "LA29519-8"}]}),
        ],
        deceasedBoolean=False,
    )
    _run(database, fhir.write(tmp_path / "in", person))
    found = _patient(database)
    assert (found.preferred_name, found.given_names, found.family_name) == ("Molly", "Mary Ann", "Webb")
    assert (found.phone, found.email, found.language) == ("0491571491", "molly@patients.example", "yue")
    assert (found.gender, found.gender_term, found.gender_source) == ("different-term", "Sistergirl", "imported")
    assert (found.pronouns, found.indigenous_status, found.indigenous_status_source) == ("she/her", "3", "imported")
    assert (found.contact_by_email, found.contact_by_phone) == ("neutral", "neutral")
    assert found.medicare_state == "held"


@pytest.mark.parametrize("gender", ["male", "female", "other", "unknown"])
def test_administrative_gender_says_nothing_about_the_person(database: Database, tmp_path: Path, gender: str) -> None:
    _run(database, fhir.write(tmp_path / "in", fhir.patient(gender=gender, name=[{"family": "X", "prefix": ["Mrs"]}])))
    found = _patient(database)
    assert (found.gender, found.pronouns, found.groups_ok, found.groups_state) == ("not-asked", None, [], "not-asked")


def test_a_changed_resource_changes_what_it_states_and_leaves_what_was_said_here(
    database: Database, tmp_path: Path
) -> None:
    _run(database, fhir.write(tmp_path / "one", fhir.patient(extension=[fhir.status("9")]), fhir.location()))
    with database.write() as db:
        by = make_user(db, Role.FRONT_DESK)
        person = db.exec(select(Patient)).one()
        record_comfort(db, person.id, ["mens"], source="self", by=by, now=NOW)
        answers = PatientAnswers(
            preferred_name="Dan",
            family_name="ARCHIBALD",
            given_names="Dante",
            born_on=date(1985, 12, 2),
            origin=frozenset({Origin.ABORIGINAL}),
        )
        update_patient(db, person.id, answers, person.version, by=by, now=NOW)
        set_coverage(db, person.id, kind="medicare", number="6951826031", irn="2", expires_on=None, by=by, now=NOW)
        place = db.exec(select(Location)).one()
        confirmed = LocationAnswers(
            name=place.name,
            address=place.address,
            suburb="Saltwater",
            state="NSW",
            postcode="2480",
            timezone="Australia/Sydney",
            neutral_name="Wharf Street",
        )
        update_location(db, place.id, confirmed, place.version, by=by, now=NOW)
    changed = fhir.patient(
        name=[{"family": "ARCHER", "given": ["Dante"]}],
        extension=[fhir.status("4")],
        telecom=[{"system": "email", "value": "new@patients.example"}],
    )
    report = _run(database, fhir.write(tmp_path / "two", changed, fhir.location(name="Saltwater clinic")))

    assert (report.tallies["Patient"].updated, report.tallies["Location"].updated) == (1, 1)
    found = _patient(database)
    assert (found.preferred_name, found.family_name, found.family_search) == ("Dan", "ARCHER", "archer")
    assert found.email == "new@patients.example"
    assert (found.indigenous_status, found.indigenous_status_source) == ("1", "self")
    assert (found.groups_ok, found.groups_source) == (["mens"], "self")
    with database.read() as db:
        cards = db.exec(select(Coverage).where(col(Coverage.is_current).is_(True))).all()
        place = db.exec(select(Location)).one()
    assert [card.number for card in cards] == ["6951826031"]
    assert (place.name, place.timezone, place.neutral_name) == ("Saltwater clinic", "Australia/Sydney", "Wharf Street")


def test_a_new_card_at_the_source_replaces_the_old_and_counts_as_a_change(database: Database, tmp_path: Path) -> None:
    _run(database, fhir.write(tmp_path / "one", fhir.patient()))
    moved = fhir.patient(identifier=[{"system": fhir.MEDICARE, "value": "69518260311"}])
    report = _run(database, fhir.write(tmp_path / "two", moved))
    assert (report.tallies["Patient"].updated, report.tallies["Patient"].unchanged) == (1, 0)
    with database.read() as db:
        cards = db.exec(select(Coverage).where(col(Coverage.is_current).is_(True))).all()
    assert [(card.number, card.irn) for card in cards] == [("6951826031", "1")]


def test_the_same_id_from_another_source_is_another_person(database: Database, tmp_path: Path) -> None:
    folder = fhir.write(tmp_path / "in", fhir.patient())
    _run(database, folder, source="hospital")
    report = _run(database, folder, source="other-clinic")
    assert _counts(database)["Patient"] == 2
    assert _codes(report) == {"duplicate-medicare": 1}


def test_somebody_who_is_also_a_patient_is_linked_by_a_strong_identifier_only(
    database: Database, tmp_path: Path
) -> None:
    flavia = fhir.patient(
        "flavia",
        name=[{"family": "Ballantyne", "given": ["Flavia"]}],
        birthDate="1973-06-17",
        identifier=[
            {"system": fhir.MEDICARE, "value": "69518260311"},
            {"system": fhir.IHI, "value": "8003608833648488"},
        ],
        link=[{"other": {"reference": "RelatedPerson/by-link"}, "type": "seealso"}],
    )
    card = {"identifier": [{"system": fhir.MEDICARE, "value": "69518260311"}]}
    kin = [
        fhir.relative("by-ihi", identifier=[{"system": fhir.IHI, "value": "8003608833648488"}]),
        fhir.relative("by-card", birthDate="1973-06-17", **card),
        fhir.relative("by-link"),
        fhir.relative("card-without-birthday", **card),
        fhir.relative("same-name-only"),
    ]
    _run(database, fhir.write(tmp_path / "in", fhir.patient(), flavia, *kin))
    with database.read() as db:
        linked = {row.source_id for row in db.exec(select(RelatedPerson)) if row.same_person_as_id is not None}
    assert linked == {"by-ihi", "by-card", "by-link"}
    assert _counts(database)["Patient"] == 2


def test_a_role_brings_its_number_place_and_stated_profession(database: Database, tmp_path: Path) -> None:
    _run(database, fhir.write(tmp_path / "in", fhir.practitioner(), fhir.location(), fhir.role()))
    with database.read() as db:
        doctor, role = db.exec(select(Practitioner)).one(), db.exec(select(PractitionerRole)).one()
    assert (doctor.prefix, doctor.family_name, doctor.profession) == ("Dr", "Okafor", "general-practitioner")
    assert (role.provider_number, role.practitioner_id, role.role_text) == (
        "2448261H",
        doctor.id,
        "General practitioner",
    )


def test_a_place_that_arrives_later_completes_the_role(database: Database, tmp_path: Path) -> None:
    folder = fhir.write(tmp_path / "one", fhir.practitioner(), fhir.role())
    assert _codes(_run(database, folder)) == {"missing-reference": 1}
    assert _run(database, folder).changed == 0
    fhir.write(folder, fhir.location())
    assert _run(database, folder).tallies["PractitionerRole"].updated == 1
    with database.read() as db:
        assert db.exec(select(PractitionerRole)).one().location_id is not None


def test_a_folder_without_any_of_the_files_is_refused(database: Database, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(Invalid):
            _run(database, folder)
