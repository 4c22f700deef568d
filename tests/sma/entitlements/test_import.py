"""A file of earlier services: every row or nothing, each refused row with its reason, and no row twice."""

import tracemalloc
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.core.errors import Invalid
from sma.entitlements import EarlierRecord, earlier_services
from sma.entitlements.history_file import RefusedRow, read_history
from sma.entitlements.history_import import HistoryReport, import_history
from sma.identity import Role
from sma.people import set_coverage
from tests.factories import NOW, make_patient, make_user

HEADING = "medicare_number,date_of_birth,item_number,date_of_service,where"
CARD = "4951651671"  # HL7 Australia's test people (CC0)
GOOD = f"{CARD},1970-03-04,715,10/03/2026,Northmead"


@pytest.fixture
def clinic(database: Database) -> Database:
    """Alan with his card, and somebody whom only a reference names."""
    with database.write() as db:
        desk = make_user(db, Role.FRONT_DESK)
        alan = make_patient(db, born_on=date(1970, 3, 4))
        set_coverage(db, alan.id, kind="medicare", number=CARD, irn="1", expires_on=None, by=desk, now=NOW)
        make_patient(db, preferred_name="Ben", source="pms", source_id="B-17", born_on=date(1980, 1, 1))
    return database


def bring_in(clinic: Database, tmp_path: Path, rows: Iterable[str], heading: str = HEADING) -> HistoryReport:
    path = tmp_path / "history.csv"
    path.write_text("\n".join([heading, *rows, ""]))
    return import_history(clinic, path, by=None, now=NOW)


def recorded(clinic: Database) -> int:
    with clinic.read() as db:
        return db.exec(select(func.count()).select_from(EarlierRecord)).one()


def test_services_are_recorded_once_however_often_the_file_is_read(clinic: Database, tmp_path: Path) -> None:
    rows = [GOOD, GOOD, f"{CARD},1970-03-04,965,2026-02-01,here", f"{CARD},1970-03-04,66500,2026-02-01,"]
    first, second = bring_in(clinic, tmp_path, rows), bring_in(clinic, tmp_path, rows)

    assert (first.recorded, first.known_already, first.not_counted, first.refused) == (2, 1, 1, 0)
    assert (second.recorded, second.known_already) == (0, 3)
    with clinic.read() as db:
        patient_id = db.exec(select(EarlierRecord.patient_id).limit(1)).one()
        known = earlier_services(db, [patient_id], date(2026, 11, 23))[patient_id]
        plan = db.exec(select(EarlierRecord.plan_kind).where(col(EarlierRecord.item_number) == "965")).one()
        acts = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "import-history")).all()
    assert [(each.item_number, each.known_from) for each in known] == [
        ("965", "our own files"),
        ("715", "another practice"),
    ]
    assert plan == "gpccmp-made"
    assert [act.details["recorded"] for act in acts] == [2]


def test_a_person_is_also_found_by_the_number_of_the_practice_system(clinic: Database, tmp_path: Path) -> None:
    heading = "patient_reference,item_number,date_of_service"

    assert bring_in(clinic, tmp_path, ["B-17,715,2026-03-10"], heading).recorded == 1
    assert bring_in(clinic, tmp_path, ["B-18,715,2026-03-10"], heading).refused == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{CARD},1970-03-05,715,2026-03-10,", "Nobody here has that Medicare number and date of birth"),
        ("4951651672,1970-03-04,715,2026-03-10,", "Medicare"),
        (f"{CARD},1970-03-04,715,2026-11-24,", "has not come yet"),
        (f"{CARD},1970-03-04,715,1970-03-03,", "before this person was born"),
        (f"{CARD},1970-03-04,715,31/02/2026,", "date of service must be a day"),
        (f"{CARD},1970-03-04,71S,2026-03-10,", "one to five digits"),
        (f"{CARD},,715,2026-03-10,", "names nobody"),
        (f"{CARD},1970-03-04,715,2026-03-10", "has 4 columns"),
        (f"{CARD},1970-03-04,715,2026-03-10,{'x' * 81}", "at most 80 characters"),
        (f'{CARD},1970-03-04,715,2026-03-10,"open', "not CSV"),
    ],
)
def test_one_row_that_cannot_be_taken_stops_the_file_and_is_named(
    clinic: Database, tmp_path: Path, row: str, reason: str
) -> None:
    report = bring_in(clinic, tmp_path, [GOOD, row])

    assert report.refused == 1
    assert report.reasons[0].number == 3
    assert reason in report.reasons[0].reason
    assert CARD not in "".join(report.lines())
    assert "Nothing was recorded: 1 of 2 rows" in "".join(report.lines())
    assert recorded(clinic) == 0


@pytest.mark.parametrize("heading", ["", "name,item_number,date_of_service", "item_number,date_of_service,where"])
def test_a_file_with_another_heading_is_no_such_file(clinic: Database, tmp_path: Path, heading: str) -> None:
    with pytest.raises(Invalid, match="history-heading"):
        bring_in(clinic, tmp_path, [GOOD], heading)


def test_a_file_that_is_no_text_is_no_such_file(clinic: Database, tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(HEADING.encode() + b"\n\xff\xfe\x00")

    with pytest.raises(Invalid, match="history-text"):
        import_history(clinic, path, by=None, now=NOW)


def test_a_large_file_is_never_in_memory_as_a_whole() -> None:
    def endless() -> Iterable[str]:
        yield HEADING + "\n"
        for number in range(50_000):
            yield f"{CARD},1970-03-04,{number % 10},bad,\n"

    report = HistoryReport()
    tracemalloc.start()
    for row in read_history(endless()):
        assert isinstance(row, RefusedRow)
        report.refuse(row)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert report.refused == 50_000
    assert len(report.reasons) == 100
    assert peak < 2_000_000
