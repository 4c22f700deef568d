"""The workbook: read back with another library, as the practice manager's spreadsheet would."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl  # type: ignore[import-untyped]
import pytest

from billing.exports import HEADER, Assignment, Batch, ControlTotals, LeftOut, numbered, write_xlsx, xlsx
from tests.billing.exports.batches import make_batch, make_line, replacing_batch


def opened(batch: Batch) -> tuple[Any, ControlTotals]:
    stream = BytesIO()
    totals = write_xlsx(batch, stream)
    stream.seek(0)
    return openpyxl.load_workbook(stream), totals


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def test_the_manager_finds_eight_sheets_with_headers_that_stay_and_print() -> None:
    book, _ = opened(make_batch())
    assert book.sheetnames == [
        "Summary",
        "Lines",
        "Exceptions",
        "HPOS keying list",
        "Assignments of benefit",
        "Adjustment schedule",
        "Codes and dictionary",
        "Reconciliation",
    ]
    for sheet in book.worksheets[1:]:
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
    assert rows(book["Lines"])[0] == HEADER


def test_control_totals_stand_beside_the_formulas_that_recount_them() -> None:
    book, totals = opened(make_batch())
    found = {row[0]: row[1:3] for row in rows(book["Summary"]) if row[0] in ("Lines", "Charge", "Benefit")}
    assert found["Lines"] == (7, "=COUNT(Lines!B2:B8)")
    assert found["Benefit"] == (315.35, "=SUM(Lines!AE2:AE8)")
    assert book["Lines"]["AE1"].value == "benefit_amount"
    assert totals.benefit_cents == 31535


def test_the_summary_counts_vouchers_per_provider_and_says_until_when_to_lodge() -> None:
    book, _ = opened(make_batch())
    provider = rows(book["Summary"])[-1]
    assert provider[:5] == ("2447781L", "Dr Okafor", 7, 7, 0)
    assert provider[7:] == (datetime(2026, 11, 24), datetime(2027, 11, 24))


def test_the_record_is_never_called_a_claim_that_was_sent() -> None:
    book, _ = opened(make_batch())
    text = " ".join(str(cell) for sheet in book.worksheets for row in rows(sheet) for cell in row).lower()
    assert "record of proposed items" in text
    assert "submitted" not in text


def test_identifiers_stay_text_and_typed_formulas_stay_words() -> None:
    typed = make_line(0, patient_family_name="=1+1", service_text="https://example.org", location_name="{=2}")
    book, _ = opened(make_batch([typed], practice_name="=cmd"))
    line = dict(zip(HEADER, book["Lines"][2], strict=True))

    assert (line["patient_ref"].value, line["patient_ref"].data_type) == ("0041", "s")
    assert line["medicare_number"].value == "4951651671"
    for name in ("patient_family_name", "service_text", "location_name"):
        assert (line[name].data_type, line[name].hyperlink) == ("s", None)
    assert book["Summary"]["B2"].data_type == "s"


def test_the_keying_list_runs_by_person_with_the_card_as_printed() -> None:
    lines = [make_line(3, line_no=1), make_line(0, line_no=2), make_line(1, line_no=3, billing_type="private")]
    book, _ = opened(make_batch(lines))
    heading, first, second = rows(book["HPOS keying list"])
    assert heading[6:8] == ("Medicare card", "IRN")
    assert (first[4], first[6], first[7], first[11]) == ("ARCHIBALD", "4951 65167 1", "1", 45.05)
    assert second[4] == "BANKS"


def test_only_a_shared_fee_shows_how_many_people_were_seen() -> None:
    lines = [make_line(0, line_no=1), make_line(1, line_no=2, mbs_item="24", number_of_patients_seen=1)]
    book, _ = opened(make_batch(lines))
    assert [row[12] for row in rows(book["HPOS keying list"])[1:]] == [None, 1]


def test_a_withdrawn_line_is_counted_back_and_not_keyed() -> None:
    book, totals = opened(replacing_batch())
    assert [row[29] for row in rows(book["Lines"])[1:]] == [-20.55, 45.05]
    assert totals.charge_cents == 2450
    assert len(rows(book["HPOS keying list"])) == 2
    assert rows(book["Summary"])[-1][3:5] == (1, 1)


def test_exceptions_are_told_in_plain_words_with_what_was_left_out() -> None:
    warned = make_line(0, validation_status="warning", validation_codes="card-ends")
    out = LeftOut(
        session_date=warned.session_date,
        servicing_provider_number="2447781L",
        patient_ref="0045",
        patient_family_name="BANKS",
        patient_given_name="Mia",
        mbs_item="3",
        reason="Not approved",
        remedy="Ask the clinician",
    )
    batch = make_batch([warned], meanings={"card-ends": "The card ends within 30 days"}, left_out=(out,))
    _, first, second = rows(opened(batch)[0]["Exceptions"])
    assert (first[0], first[8]) == (1, "The card ends within 30 days")
    assert (second[0], second[1], second[9]) == (None, "not in batch", "Ask the clinician")


def test_the_file_carries_no_name_of_an_author() -> None:
    stream = BytesIO()
    write_xlsx(make_batch(), stream)
    core = ZipFile(stream).read("docProps/core.xml").decode()
    assert "2026-11-24T02:15:30Z" in core
    assert "<dc:creator></dc:creator>" in core


def test_a_batch_too_long_to_key_still_opens_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "BY_HAND", 3)
    book, totals = opened(make_batch())
    assert totals.row_count == 7
    assert [row[1] for row in rows(book["Lines"])[1:]] == [1, 2, 3, 4, 5, 6, 7]
    assert "use the line file" in rows(book["HPOS keying list"])[1][0]


def test_a_batch_longer_than_a_worksheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "EXCEL_ROWS", 7)
    with pytest.raises(xlsx.TooManyLines):
        write_xlsx(make_batch(), BytesIO())


def test_a_usual_batch_never_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    assert opened(make_batch())[1].row_count == 7


@pytest.mark.parametrize("limit", [7, 100])
def test_a_long_batch_leaves_nothing_on_the_disk_even_when_refused(
    limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(xlsx, "BY_HAND", 3)
    monkeypatch.setattr(xlsx, "EXCEL_ROWS", limit)
    with suppress(xlsx.TooManyLines):
        write_xlsx(make_batch(), BytesIO())
    assert list(tmp_path.iterdir()) == []


def test_the_adjustment_schedule_lists_each_withdrawn_item_as_the_form_asks() -> None:
    book, _ = opened(replacing_batch())
    (head, row) = rows(book["Adjustment schedule"])
    assert dict(zip(head, row, strict=True)) == {
        "Patient full name": "Mia BANKS",
        "Medicare card": "2954 54104 1",
        "IRN": "2",
        "DVA file number": None,
        "Date of service": datetime(2026, 11, 24),
        "Servicing provider": "2447781L",
        "Payee provider": "2447781L",
        "Item": "3",
        "Amount taken back": 20.55,
        "In hospital": "N",
        "Batch taken back": "B20261124-01",
        "Line taken back": 5,
        "Line here": 1,
    }


def test_the_register_holds_the_assignments_as_they_stood_and_no_amount() -> None:
    signed = Assignment("aob-1", "post", date(2026, 11, 24), "0041", "ARCHIBALD", "Dante", "patient", "a" * 64, None)
    (_, row) = rows(opened(make_batch(assignments=(signed,)))[0]["Assignments of benefit"])
    assert row == ("aob-1", "post", datetime(2026, 11, 24), "0041", "ARCHIBALD", "Dante", "patient", "a" * 64, None)


def test_sheets_without_rows_say_so_and_the_reconciliation_says_where_results_are() -> None:
    book, _ = opened(make_batch())
    for name in ("Exceptions", "Assignments of benefit", "Adjustment schedule"):
        assert rows(book[name])[1][0] == "None"
    assert "A batch never changes" in str(rows(book["Reconciliation"])[1][0])


def test_a_newer_service_whose_time_ends_sooner_says_until_when_to_lodge() -> None:
    change = date(2025, 9, 5)
    lines = numbered([make_line(0, session_date=date(2025, 9, 4)), make_line(1, session_date=change)])
    last_day = lambda served: served + timedelta(days=365 if served >= change else 730)  # noqa: E731
    provider = rows(opened(make_batch(lines, last_day=last_day))[0]["Summary"])[-1]
    assert provider[7:] == (datetime(2025, 9, 4), datetime(2026, 9, 5))
