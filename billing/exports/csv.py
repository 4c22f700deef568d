"""The line file for practice systems: UTF-8, CRLF, RFC 4180 quoting, one row per service under a fixed header.

Text a spreadsheet would run as a formula gets a leading apostrophe. There is no trailer row, because importers
would take it for a service; the control totals travel in the manifest beside the file.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from io import StringIO
from itertools import islice
from typing import Any, BinaryIO

from billing.exports.columns import COLUMNS, EXPORTED_AT, HEADER, Column
from billing.exports.lines import Batch, ControlTotals, Tally
from billing.exports.stream import SealingStream

ROWS_AT_ONCE = 500

# Spreadsheets start a formula at these; a tab, carriage return or line feed before one does not stop them.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(batch: Batch, stream: BinaryIO, *, bom: bool = False) -> ControlTotals:
    """Write the line file of a batch. `bom` starts it with the mark Excel needs to read UTF-8 on opening.

    Raises: OutOfOrder.
    """
    sealed = SealingStream(stream)
    tally = Tally()
    sealed.write(_text([HEADER]).encode("utf-8-sig" if bom else "utf-8"))
    rows = _rows(batch, tally)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        text = _text(chunk)
        # Looking once at the finished text is a third of the cost of looking at every cell. A cell that starts
        # with a risky character stands behind a comma here, quoted or not; a hit elsewhere only costs time.
        if any(sign in text and ("," + sign in text or ',"' + sign in text) for sign in RISKY):
            text = _text(map(_disarmed, chunk))
        sealed.write(text.encode())
    return tally.totals(sealed.sha256)


def _text(rows: Iterable[Iterable[Any]]) -> str:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _rows(batch: Batch, tally: Tally) -> Iterator[list[Any]]:
    """One list of cells per line. The hot loop of a large export: places and converters are looked up once."""
    reference, exported_at = batch.reference, batch.exported_at.astimezone(UTC).isoformat(timespec="seconds")
    for line in tally.passing(batch.lines):
        row: list[Any] = [reference, *line]
        row.insert(EXPORTED_AT, exported_at)
        if line.kind == "void":
            for place in _MONEY:
                row[place] = row[place] and -row[place]
        for place, convert in _CONVERSIONS:
            value = row[place]
            if value is not None:
                row[place] = convert(value)
        yield row


def _disarmed(row: list[Any]) -> list[Any]:
    for place in _TEXT:
        if row[place] and row[place].startswith(RISKY):
            row[place] = "'" + row[place]
    return row


@lru_cache(maxsize=1024)
def dollars(cents: int) -> str:
    """Cents as dollars with two decimals, as an import reads them: no sign, no thousands mark."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02d}"


def _converter(column: Column) -> Callable[[Any], str]:
    if column.kind == "money":
        return dollars
    if column.kind == "date":
        return lru_cache(maxsize=4096)(date.isoformat)
    if column.kind == "time":
        # Never cached: two equal instants in two zones are written differently.
        return datetime.isoformat
    return {answer: column.flag(answer) for answer in (True, False)}.__getitem__


_PLACES = tuple((place, column) for place, column in enumerate(COLUMNS) if column.field)
_MONEY = tuple(place for place, column in _PLACES if column.kind == "money")
_TEXT = tuple(place for place, column in _PLACES if column.kind == "text")
_CONVERSIONS = tuple((place, _converter(column)) for place, column in _PLACES if column.kind not in ("text", "count"))
