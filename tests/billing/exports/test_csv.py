"""The line file: what an importing practice system reads, and what a spreadsheet must not run."""

import csv
import hashlib
import tracemalloc
from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.exports import HEADER, Batch, Line, OutOfOrder, numbered, write_csv
from tests.billing.exports.batches import make_batch, make_line, replacing_batch


def written(batch: Batch, *, bom: bool = False) -> bytes:
    stream = BytesIO()
    write_csv(batch, stream, bom=bom)
    return stream.getvalue()


def read(batch: Batch) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(written(batch).decode(), newline="")))


def test_seven_consultations_add_up_to_the_control_totals() -> None:
    stream = BytesIO()
    totals = write_csv(make_batch(), stream)

    rows = read(make_batch())
    assert (totals.row_count, totals.benefit_cents) == (7, 31535)
    assert totals.sha256 == hashlib.sha256(stream.getvalue()).hexdigest()
    assert [row["benefit_amount"] for row in rows] == ["45.05"] * 7
    assert tuple(rows[0]) == HEADER


def test_a_line_reads_as_dates_dollars_codes_and_identifiers_with_their_zeros() -> None:
    row = read(make_batch([make_line(1, duplicate_override=True, aob_assignor_is_patient=False)]))[0]

    assert row["session_date"] == "2026-11-24"
    assert row["session_start"] == "2026-11-24T10:00:00+11:00"
    assert row["exported_at"] == "2026-11-24T02:15:30+00:00"
    assert row["patient_ref"] == "0042"
    assert row["location_name"] == "Riverside, Room 2"
    assert row["item_description"] == 'Consultation, "Level B"'
    assert (row["duplicate_override"], row["hospital_ind"], row["aob_assignor_is_patient"]) == ("Y", "", "N")
    assert row["number_of_patients_seen"] == ""


def test_lines_end_with_carriage_return_and_line_feed_and_names_keep_their_letters() -> None:
    data = written(make_batch())
    assert data.count(b"\r\n") == 8
    assert data.replace(b"\r\n", b"").count(b"\n") == 0
    assert "Nguyễn,Thị Hoa" in data.decode("utf-8")


def test_the_mark_for_excel_is_written_only_when_asked_for() -> None:
    plain, marked = written(make_batch()), written(make_batch(), bom=True)
    assert marked == b"\xef\xbb\xbf" + plain


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
@pytest.mark.parametrize("rest", ["HYPERLINK(1)", '1,2"', ""])
def test_text_a_spreadsheet_would_run_is_neutralised(start: str, rest: str) -> None:
    dangerous = make_line(0, service_text=start + rest, location_name=start + rest)
    row = read(make_batch([dangerous]))[0]
    assert row["service_text"] == "'" + start + rest
    assert row["location_name"] == "'" + start + rest


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_no_typed_text_reaches_the_file_ready_to_run(text: str) -> None:
    cell = read(make_batch([make_line(0, patient_family_name=text)]))[0]["patient_family_name"]
    assert cell in (text, "'" + text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_withdrawal_takes_back_its_amounts_as_numbers_and_names_the_line_it_replaces() -> None:
    totals = write_csv(replacing_batch(), BytesIO())
    void, item = read(replacing_batch())

    assert (void["line_kind"], void["mbs_item"], void["benefit_amount"]) == ("void", "3", "-20.55")
    assert (void["replaces_batch_ref"], void["replaces_line_no"]) == ("B20261124-01", "5")
    assert (item["line_kind"], item["benefit_amount"]) == ("item", "45.05")
    assert (totals.row_count, totals.benefit_cents) == (2, 4505 - 2055)


def test_numbers_are_dealt_in_file_order_whatever_order_the_lines_came_in() -> None:
    lines = [make_line(person) for person in (6, 2, 4, 0, 1, 5, 3)]
    names = [(line.line_no, line.patient_given_name) for line in numbered(lines)]
    assert names[:3] == [(1, "Dante"), (2, "Flavia"), (3, "Kelvin")]
    assert numbered(lines) == numbered(reversed(lines))


def test_lines_out_of_order_are_refused() -> None:
    with pytest.raises(OutOfOrder):
        written(make_batch([make_line(1), make_line(0)]))


def test_a_long_batch_streams_without_growing() -> None:
    def many() -> Iterator[Line]:
        line = make_line()
        for number in range(1, 20_001):
            yield line._replace(line_no=number)

    class Nowhere(BytesIO):
        def write(self, _: object) -> int:
            return 0

    tracemalloc.start()
    totals = write_csv(make_batch(many()), Nowhere())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert totals.row_count == 20_000
    assert peak < 8_000_000
