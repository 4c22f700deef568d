"""Files that nobody here wrote: every bad line is named with a reason, the good ones land, nothing personal is said."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from sma.core.db import Database
from sma.core.errors import Invalid
from sma.people import Coverage, Patient, PractitionerRole
from sma.people.fhir_import import ImportReport, Level, import_folder
from sma.people.fhir_import import lines as reading
from tests.factories import NOW
from tests.sma.people import fhir


def _run(database: Database, folder: Path) -> ImportReport:
    return import_folder(database, folder, dry_run=False, by=None, now=NOW)


def _landed(database: Database) -> list[str | None]:
    with database.read() as db:
        return sorted(str(row.source_id) for row in db.exec(select(Patient)))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("not json at all", "bad-json"),
        ('{"resourceType": "Patient", "id": "cut', "bad-json"),
        ("[1, 2]", "bad-json"),
        ('"text"', "bad-json"),
        ('{"resourceType": "Patient", "id": "a", "id": "b"}', "bad-json"),
        ('{"resourceType": "Patient", "id": "nan", "x": NaN}', "bad-json"),
        ('{"resourceType": "Patient", "id": "half", "x": "\\ud800"}', "bad-json"),
        ('{"resourceType": "Patient", "id": "nul", "x": "\\u0000"}', "bad-json"),
        ('{"resourceType": "Patient", "id": "big", "x": ' + "9" * 5_000 + "}", "bad-json"),
        ("[" * 100_000, "bad-json"),
        ('{"resourceType": "Patient", "id": "deep", "x": ' + "[" * 60 + "]" * 60 + "}", "too-deep"),
        (b'{"resourceType": "Patient", "id": "latin", "x": "\xe9"}', "bad-text"),
        ('{"resourceType": "Group", "id": "other"}', "wrong-type"),
        ('{"id": "none"}', "wrong-type"),
        ('{"resourceType": "Patient"}', "no-id"),
        ('{"resourceType": "Patient", "id": "Mary Webb, 4951651671"}', "no-id"),
        ('{"resourceType": "Patient", "id": 7}', "no-id"),
        (fhir.patient("dante"), "duplicate-id"),
        (fhir.patient("odd", name="Dante"), "not-fhir"),
        (fhir.patient("odd", birthDate=19851202), "not-fhir"),
        (fhir.patient("odd", link=[{"type": "seealso"}]), "not-fhir"),
        (fhir.patient("odd", birthDate="1985-02-30"), "birth-date"),
        (fhir.patient("odd", birthDate="2985-02-03"), "birth-date"),
        (fhir.patient("odd", birthDate="1985-12-02T00:00:00Z"), "birth-date"),
        (fhir.patient("odd", name=[{"family": "x" * 81, "given": ["Y"]}]), "too-long"),
        (fhir.patient("odd", extension=[fhir.said(fhir.GENDER, {"text": "x" * 61})]), "too-long"),
    ],
)
def test_a_bad_line_is_refused_by_number_and_the_good_ones_land(
    database: Database, tmp_path: Path, line: Any, code: str
) -> None:
    folder = fhir.write(tmp_path / "in", fhir.patient("dante"))
    fhir.write(folder, line, kind="Patient")
    fhir.write(folder, fhir.patient("after", identifier=[]))

    report = _run(database, folder)

    assert [(one.file, one.line, one.code) for one in report.refused] == [("Patient.ndjson", 2, code)]
    assert _landed(database) == ["after", "dante"]
    said = "\n".join(report.lines())
    assert not any(secret in said for secret in ("Webb", "4951651671", "ARCHIBALD", "Dante", "1985", "x" * 9))


def test_a_line_without_end_is_skipped_without_being_read_into_memory(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE_BYTES", 2_000)
    folder = fhir.write(tmp_path / "in", fhir.patient("before"))
    fhir.write(folder, fhir.patient("long", text={"div": "y" * 20_000}), fhir.patient("after", identifier=[]))
    report = _run(database, folder)
    assert [(one.line, one.code, one.resource_id) for one in report.refused] == [(2, "line-too-long", None)]
    assert _landed(database) == ["after", "before"]


def test_a_file_with_too_many_lines_is_read_up_to_the_limit(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 2)
    people = [fhir.patient(f"p{number}", identifier=[]) for number in range(4)]
    report = _run(database, fhir.write(tmp_path / "in", *people))
    assert [(one.line, one.code) for one in report.refused] == [(3, "too-many-lines")]
    assert _landed(database) == ["p0", "p1"]


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_are_fine(database: Database, tmp_path: Path) -> None:
    folder = fhir.write(tmp_path / "in", fhir.patient("dante"), "", fhir.patient("after", identifier=[]))
    path = folder / "Patient.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert _run(database, folder).findings == ()
    assert _landed(database) == ["after", "dante"]


def test_unknown_fields_and_extensions_are_passed_over(database: Database, tmp_path: Path) -> None:
    odd = fhir.patient(photo=[{"data": "aGk="}], extension=[{"url": "https://example.org/x", "valueAge": {"value": 3}}])
    assert _run(database, fhir.write(tmp_path / "in", odd)).findings == ()


@pytest.mark.parametrize(
    ("identifier", "code", "irn"),
    [
        ({"value": "6951449677"}, "medicare-check-digit", None),
        ({"value": "49516516710"}, "irn", None),
        ({"value": "4951651671", "period": {"end": "2020-01"}}, "card-expired", None),
        ({"value": "4951651671", "period": {"end": "soon"}}, "card-period", None),
    ],
)
def test_a_card_that_cannot_be_used_is_reported_and_not_stored(
    database: Database, tmp_path: Path, identifier: dict[str, Any], code: str, irn: str | None
) -> None:
    person = fhir.patient(identifier=[{"system": fhir.MEDICARE, **identifier}])
    report = _run(database, fhir.write(tmp_path / "in", person))
    assert [(one.level, one.code) for one in report.findings] == [(Level.WARNED, code)]
    assert identifier["value"] not in "\n".join(report.lines())
    with database.read() as db:
        assert db.exec(select(Coverage)).all() == []


def test_references_to_nobody_are_refused_or_left_out(database: Database, tmp_path: Path) -> None:
    folder = fhir.write(
        tmp_path / "in",
        fhir.practitioner(),
        fhir.role("to-nobody", practitioner={"reference": "Practitioner/nobody"}),
        fhir.role("nowhere", location=[{"reference": "Location/nowhere"}]),
        fhir.role("two-places", location=[{"reference": "Location/a"}, {"reference": "Location/b"}], identifier=[]),
        fhir.relative("kin-of-nobody", patient={"reference": "Patient/nobody"}),
        fhir.location(managingOrganization={"reference": "Organization/nobody"}),
    )
    report = _run(database, folder)
    assert [(one.resource_id, one.code) for one in report.refused] == [
        ("to-nobody", "missing-reference"),
        ("kin-of-nobody", "missing-reference"),
    ]
    assert {(one.resource_id, one.code) for one in report.warned} == {
        ("nowhere", "missing-reference"),
        ("two-places", "several-places"),
        ("here", "missing-reference"),
    }


def test_a_wrong_provider_number_is_reported_and_not_stored(database: Database, tmp_path: Path) -> None:
    odd = fhir.role(identifier=[{"system": fhir.PROVIDER, "value": "2429582T"}], location=[])
    report = _run(database, fhir.write(tmp_path / "in", fhir.practitioner(), odd))
    assert [one.code for one in report.findings] == ["provider-number-check"]
    with database.read() as db:
        assert db.exec(select(PractitionerRole)).one().provider_number is None


def test_shared_passports_and_provider_numbers_only_warn(database: Database, tmp_path: Path) -> None:
    passport = {"identifier": [{"system": "http://hl7.org/fhir/sid/passport-ITA", "value": "YA1234567"}]}
    folder = fhir.write(
        tmp_path / "in",
        fhir.patient("one", **passport),
        fhir.patient("two", **passport),
        fhir.practitioner(),
        fhir.role("a", location=[]),
        fhir.role("b", location=[]),
    )
    report = _run(database, folder)
    assert report.refused == ()
    assert [(one.resource_id, one.code) for one in report.findings] == [
        ("b", "duplicate-provider-number"),
        ("two", "duplicate-identifier"),
    ]
    assert "YA1234567" not in "\n".join(report.lines())


def test_a_part_of_a_birth_date_is_not_completed_by_guessing(database: Database, tmp_path: Path) -> None:
    report = _run(database, fhir.write(tmp_path / "in", fhir.patient(birthDate="1965")))
    assert [one.code for one in report.findings] == ["birth-date-in-part"]
    with database.read() as db:
        assert db.exec(select(Patient.born_on).where(col(Patient.source_id) == "dante")).one() is None


def test_other_types_of_file_are_mentioned_and_not_read(database: Database, tmp_path: Path) -> None:
    folder = fhir.write(tmp_path / "in", fhir.patient())
    fhir.write(folder, "anything", kind="Observation")
    assert [(one.file, one.code) for one in _run(database, folder).findings] == [("Observation.ndjson", "not-read")]


def test_a_folder_under_the_name_of_a_file_is_said_and_nothing_lands(database: Database, tmp_path: Path) -> None:
    fhir.write(tmp_path, fhir.patient("somebody"))
    (tmp_path / "Location.ndjson").mkdir()

    with pytest.raises(Invalid, match="import-folder") as refused:
        _run(database, tmp_path)
    assert "Location.ndjson is a folder, not a file" in refused.value.message
    assert _landed(database) == []
