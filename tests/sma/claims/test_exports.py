"""Files of a batch: the same bytes every time, whatever changes or dies around them."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import openpyxl  # type: ignore[import-untyped]
import pytest
from sqlmodel import col, select

from billing.exports import HEADER
from sma.claims import Export, ExportStatus, approve, make_batches, reassess, request_export, void_and_replace
from sma.claims import write_export as write
from sma.claims.formats import FORMATS
from sma.claims.models import ClaimBatch, ExportChunk
from sma.claims.queries import effective_totals, export_bytes
from sma.claims.rules import LeaseLost, NotExported, StepUpNeeded, TotpNeeded
from sma.core import outbox
from sma.core.db import Database
from sma.core.outbox import Outbox, Work
from sma.people import Patient
from tests.sma.claims.factories import CARDS, CLOSED, PEOPLE, YarnUp, correct, later, leased, propose_now, yarn_up

LEVEL_B = ["P01", "P02", "P03", "P04", "P06", "P07", "P08"]


@pytest.fixture
def day(database: Database) -> YarnUp:
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    return day


def batch_of(database: Database, day: YarnUp, items: dict[str, str], *, now: datetime = CLOSED) -> ClaimBatch:
    with database.write() as db:
        for name, item in items.items():
            approve(db, day.line(db, name).id, item_number=item, by=day.doctor, now=now)
    with database.write() as db:
        (batch,) = make_batches(db, by=day.billing, now=now)
    return batch


def asked(database: Database, *, now: datetime) -> list[Work]:
    """The files that the worker is to write now, whatever else waits for it."""
    found: list[Work] = []
    while works := leased(database, now=now):
        found += [work for work in works if work.kind == "export.requested"]
    return found


def make_file(database: Database, day: YarnUp, batch_id: UUID, format: str = "csv", now: datetime = CLOSED) -> bytes:
    with database.write() as db:
        export = request_export(db, batch_id, format, by=day.billing, now=CLOSED)
    for work in asked(database, now=now):
        write(database, work, now=now)
    return b"".join(export_bytes(database, export.id))


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


SEVEN = dict.fromkeys(LEVEL_B, "23")


def test_the_csv_holds_seven_lines_that_add_up_to_315_dollars_35(database: Database, day: YarnUp) -> None:
    batch = batch_of(database, day, SEVEN)
    content = make_file(database, day, batch.id)
    rows = table(content)

    assert list(rows[0]) == list(HEADER)
    assert [row["patient_family_name"] for row in rows] == ["Drum", "Farr", "Hale", "Irons", "Kell", "Lodge", "Moor"]
    assert {row["charge_amount"] for row in rows} == {"45.05"}
    assert round(sum(float(row["benefit_amount"]) for row in rows), 2) == 315.35
    assert [row["line_no"] for row in rows] == [str(number) for number in range(1, 8)]
    assert [row["voucher_id"] for row in rows] == [f"{number:02d}" for number in range(1, 8)]
    assert (rows[0]["medicare_number"], rows[0]["medicare_irn"]) == CARDS[0]
    assert rows[0]["session_start"] == "2026-11-24T10:00:00+11:00"
    assert rows[0]["aob_type"] == "enduring"
    assert rows[3]["validation_codes"] == "at-threshold"
    assert rows[0]["validation_codes"] == ""


def test_the_export_row_carries_the_checksum_and_totals_of_what_is_served(database: Database, day: YarnUp) -> None:
    content = make_file(database, day, batch_of(database, day, SEVEN).id)
    with database.read() as db:
        export = db.exec(select(Export)).one()

    assert export.status == ExportStatus.READY
    assert export.sha256 == hashlib.sha256(content).hexdigest()
    assert (export.size_bytes, export.row_count, export.charge_cents) == (len(content), 7, 31535)


def test_the_workbook_opens_and_agrees_with_the_batch(database: Database, day: YarnUp) -> None:
    content = make_file(database, day, batch_of(database, day, SEVEN).id, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))

    lines = list(book["Lines"].iter_rows(min_row=2, values_only=True))
    assert len(lines) == 7
    assert round(sum(float(str(row[HEADER.index("benefit_amount")])) for row in lines), 2) == 315.35
    assert lines[0][HEADER.index("medicare_number")] == CARDS[0][0]
    assert "At threshold" in str(list(book["Exceptions"].iter_rows(values_only=True)))


def test_nothing_that_changes_afterwards_changes_the_bytes(database: Database, day: YarnUp) -> None:
    batch = batch_of(database, day, SEVEN)
    first = make_file(database, day, batch.id)
    with database.write() as db:
        patient = db.get_one(Patient, day.patients["P01"])
        patient.family_name, patient.born_on = "Changed", None
        correct(db, day, "P02", "10:33-10:36")
        reassess(db, day.session.id, by=day.doctor, now=later(5))
        # As if the file had never been made: another worker writes it again, on another day.
        for export in db.exec(select(Export)):
            export.status, export.attempt = ExportStatus.PREPARING, None
            outbox.publish(db, "export.requested", export.id, now=CLOSED, key="again")
    with database.read() as db:
        attempt = db.exec(select(Export.attempt)).one()
    again = make_file(database, day, batch.id, now=later(60 * 24 * 40))

    with database.read() as db:
        assert db.exec(select(Export.attempt)).one() != attempt
    assert again == first


def test_asked_for_twice_it_is_one_file_written_once(database: Database, day: YarnUp) -> None:
    batch = batch_of(database, day, SEVEN)
    with database.write() as db:
        ids = {request_export(db, batch.id, "csv", by=day.billing, now=later(minute)).id for minute in (0, 1)}
    make_file(database, day, batch.id)

    with database.read() as db:
        assert {export.id for export in db.exec(select(Export))} == ids
        assert len(db.exec(select(Outbox).where(col(Outbox.kind) == "export.requested")).all()) == 1


def test_a_file_needs_proof_within_ten_minutes_and_a_second_factor_where_the_clinic_says_so(
    database: Database, day: YarnUp
) -> None:
    batch = batch_of(database, day, SEVEN)
    with database.write() as db:
        with pytest.raises(StepUpNeeded):
            request_export(db, batch.id, "csv", by=day.billing, now=later(11))
        with pytest.raises(StepUpNeeded):
            request_export(db, batch.id, "csv", by=replace(day.billing, stepped_up_at=None), now=CLOSED)
        with pytest.raises(TotpNeeded):
            request_export(db, batch.id, "csv", by=day.billing, now=CLOSED, require_totp=True)
        assert db.exec(select(Export)).all() == []


def test_a_later_correction_makes_a_second_batch_with_one_new_line(database: Database, day: YarnUp) -> None:
    first = batch_of(database, day, SEVEN)
    before = make_file(database, day, first.id)
    with database.write() as db:
        correct(db, day, "P05", "10:55-11:02")
        reassess(db, day.session.id, by=day.doctor, now=later(5))
    second = batch_of(database, day, {"P05": "23"}, now=later(6))
    rows = table(make_file(database, day, second.id, now=later(7)))

    assert (second.reference, second.line_count, second.charge_cents) == ("B20261124-02", 1, 4505)
    assert [(row["line_kind"], row["mbs_item"], row["patient_family_name"]) for row in rows] == [("item", "23", "Jury")]
    assert make_file(database, day, first.id, now=later(8)) == before
    with database.read() as db:
        assert effective_totals(db) == (8, 36040, 36040)


def test_an_exported_item_is_taken_back_before_it_is_replaced(database: Database, day: YarnUp) -> None:
    first = batch_of(database, day, {**SEVEN, "P05": "3"})
    before = make_file(database, day, first.id)
    with database.write() as db:
        correct(db, day, "P05", "10:55-11:02")
        assert reassess(db, day.session.id, by=day.doctor, now=later(5)).outdated == 1
        flagged = day.line(db, "P05")
        assert (flagged.status, flagged.item_number) == ("exported", "3")
        assert str(flagged.outdated_summary).startswith("Item 23 fits with 7:00 of the clinician's own time")
        replacement = void_and_replace(db, flagged.id, by=day.doctor, now=later(6))
        assert replacement is not None
        with pytest.raises(NotExported):
            void_and_replace(db, flagged.id, by=day.doctor, now=later(6))
    second = batch_of(database, day, {"P05": "23"}, now=later(7))
    rows = table(make_file(database, day, second.id, now=later(8)))

    assert [(row["line_kind"], row["mbs_item"], row["charge_amount"]) for row in rows] == [
        ("void", "3", "-20.55"),
        ("item", "23", "45.05"),
    ]
    assert (rows[0]["replaces_batch_ref"], rows[0]["replaces_line_no"]) == ("B20261124-01", "5")
    assert second.charge_cents == 4505 - 2055
    assert make_file(database, day, first.id, now=later(9)) == before
    with database.read() as db:
        assert effective_totals(db) == (8, 36040, 36040)


def test_no_card_number_lies_open_in_the_database(database: Database, day: YarnUp) -> None:
    make_file(database, day, batch_of(database, day, SEVEN).id)
    if not database.is_sqlite:
        pytest.skip("reads the file of the embedded database")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(str(database.url.database), "rb") as file:
        content = file.read()

    for number, _ in CARDS:
        assert number.encode() not in content
    assert b"export_batch_ref" not in content


def test_a_worker_that_lost_its_lease_cannot_spoil_the_finished_file(database: Database, day: YarnUp) -> None:
    batch = batch_of(database, day, SEVEN)
    with database.write() as db:
        request_export(db, batch.id, "csv", by=day.billing, now=CLOSED)
    (slow,) = asked(database, now=CLOSED)
    (quick,) = asked(database, now=later(10))
    write(database, quick, now=later(10))
    write(database, slow, now=later(11))

    with database.read() as db:
        export = db.exec(select(Export)).one()
        assert {chunk.attempt for chunk in db.exec(select(ExportChunk))} == {export.attempt}


def test_a_worker_without_the_lease_stops_before_it_writes(database: Database, day: YarnUp) -> None:
    batch = batch_of(database, day, SEVEN)
    with database.write() as db:
        request_export(db, batch.id, "csv", by=day.billing, now=CLOSED)
    (slow,) = asked(database, now=CLOSED)
    asked(database, now=later(10))
    with pytest.raises(LeaseLost):
        write(database, slow, now=later(11))

    with database.read() as db:
        assert db.exec(select(ExportChunk)).all() == []
        assert db.exec(select(Export)).one().status == ExportStatus.PREPARING


def test_no_card_number_or_name_reaches_the_log(
    database: Database, day: YarnUp, capfd: pytest.CaptureFixture[str]
) -> None:
    batch = batch_of(database, day, SEVEN)
    for format in FORMATS:
        make_file(database, day, batch.id, format)
    told = "".join(capfd.readouterr())
    assert "export.written" in told
    assert not [word for card, who in zip(CARDS, PEOPLE, strict=True) for word in (card[0], who[1]) if word in told]
