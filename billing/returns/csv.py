"""Our own file of results: one row per service under a header of ours, read row by row in flat memory.

A problem anywhere refuses the whole file: `read_csv` yields the good rows and ends in `Unreadable`, so a caller goes
through it once before acting on any row.
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from billing.returns.rows import BadRow, Cells, Gathered, ResultRow, whole

HEADER = (
    "claim_id",
    "payee_provider_number",
    "lodgement_date",
    "voucher_id",
    "service_id",
    "patient_ref",
    "mbs_item",
    "charge_cents",
    "benefit_cents",
    "reason_code",
    "current_medicare_number",
    "current_irn",
    "number_of_patients_seen",
    "payment_run_date",
    "payment_run_number",
    "payment_reference",
)
NEEDED = frozenset(
    {
        "claim_id",
        "payee_provider_number",
        "lodgement_date",
        "service_id",
        "mbs_item",
        "charge_cents",
        "benefit_cents",
        "reason_code",
    }
)
LONGEST_ROW_BYTES = 4_096
_MARK = b"\xef\xbb\xbf"


def read_csv(stream: BinaryIO) -> Iterator[ResultRow]:
    """Yield the rows of a file of results, numbered as a spreadsheet shows them (the header is row 1).

    Raises: Unreadable with the first problems, at the latest after the last row.
    """
    lines = _lines(stream)
    names = _header(next(lines, (1, None)))
    wrong = Gathered()
    count = 0
    for row, text in lines:
        if isinstance(text, BadRow):
            wrong.add(text)
            continue
        if not text:
            continue
        count += 1
        cells = _cells(row, text, names, wrong)
        if cells is None:
            continue
        result = _row(cells)
        wrong.add(*cells.problems)
        if not cells.problems:
            yield result
    if not count and not wrong:
        raise whole("the file has a header and no rows")
    wrong.settle()


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str | BadRow | None]]:
    """One physical line is one row: no column may hold a line break, so an open quote cannot swallow a file."""
    number = 0
    while raw := stream.readline(LONGEST_ROW_BYTES + 1):
        number += 1
        if number == 1:
            raw = _without_mark(raw)
        if len(raw) > LONGEST_ROW_BYTES and not raw.endswith(b"\n"):
            # The rest of so long a row is not worth reading: this is no file of ours.
            yield number, BadRow(number, f"the row is longer than {LONGEST_ROW_BYTES:,} bytes")
            return
        yield number, _text(number, raw)


def _without_mark(raw: bytes) -> bytes:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise whole("it was saved as UTF-16; save it as CSV UTF-8")
    if raw.startswith(b"PK\x03\x04"):
        raise whole("it is a workbook; save the sheet as CSV UTF-8")
    return raw.removeprefix(_MARK)


def _text(number: int, raw: bytes) -> str | BadRow:
    if b"\0" in raw:
        return BadRow(number, "the row has NUL bytes; the file is damaged or no CSV")
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return BadRow(number, "the row is not UTF-8 text; save the file as CSV UTF-8")
    return "" if not text.strip(", \t") else text


def _header(first: tuple[int, str | BadRow | None]) -> list[str]:
    text = first[1]
    if isinstance(text, BadRow):
        raise whole(text.reason)
    names = [name.strip() for name in _split(text)] if text else []
    unknown, missing = sorted(set(names) - set(HEADER)), sorted(NEEDED - set(names))
    if not names or len(unknown) == len(names):
        raise whole("row 1 is not our header; start from the sample file")
    if unknown:
        raise whole(f"row 1 has {len(unknown)} columns that are not ours; start from the sample file")
    if missing:
        raise whole(f"row 1 lacks {', '.join(missing)}")
    if len(set(names)) != len(names):
        raise whole("row 1 names a column twice")
    return names


def _split(text: str) -> list[str]:
    try:
        return next(csv.reader((text,), strict=True), [])
    except csv.Error:
        return []


def _cells(row: int, text: str, names: list[str], wrong: Gathered) -> Cells | None:
    values = _split(text)
    if len(values) != len(names):
        wrong.add(
            BadRow(row, f"the row has {len(values)} cells, the header {len(names)}" if values else "broken quotes")
        )
        return None
    return Cells(row, dict(zip(names, values, strict=True)))


def _row(cells: Cells) -> ResultRow:
    return ResultRow(
        row=cells.row,
        claim_id=cells.claim_id("claim_id"),
        payee_provider_number=cells.provider("payee_provider_number"),
        lodged_on=cells.day("lodgement_date"),
        voucher_id=cells.number("voucher_id", 2, needed=False),
        service_id=cells.number("service_id", 4) or "",
        patient_ref=cells.text("patient_ref", 40),
        item_number=cells.item("mbs_item"),
        charge_cents=cells.cents("charge_cents"),
        benefit_cents=cells.cents("benefit_cents"),
        reason_code=cells.reason("reason_code"),
        current_medicare_number=cells.medicare("current_medicare_number"),
        current_irn=cells.irn("current_irn"),
        patients_seen=cells.patients("number_of_patients_seen"),
        run_on=cells.day("payment_run_date", needed=False),
        run_number=cells.text("payment_run_number", 20),
        payment_reference=cells.text("payment_reference", 40),
    )
