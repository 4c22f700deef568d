"""The line file for practice systems: UTF-8, CRLF, RFC 4180 quoting, one row per service under a fixed header.

Text a spreadsheet would run as a formula gets a leading apostrophe. There is no trailer row, because importers
would take it for a service; the control totals travel in the manifest beside the file.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from io import StringIO
from itertools import islice
from typing import Any, BinaryIO

from billing.exports.columns import COLUMNS, EXPORTED_AT, HEADER, Column
from billing.exports.lines import Batch, ControlTotals, Line, Tally
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
    lines = tally.passing(batch.lines)
    exported_at = batch.exported_at.astimezone(UTC).isoformat(timespec="seconds")
    while some := list(islice(lines, ROWS_AT_ONCE)):
        chunk = _rows(some, batch.reference, exported_at)
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


def _rows(lines: Sequence[Line], reference: str, exported_at: str) -> list[tuple[Any, ...]]:
    """The cells of some lines. The hot loop of a large export: it works by column, where most values agree."""
    columns: list[Sequence[Any]] = [[reference] * len(lines), *zip(*lines, strict=True)]
    columns.insert(EXPORTED_AT, [exported_at] * len(lines))
    kinds = columns[_KIND]
    if "void" in kinds:
        for place in _MONEY:
            columns[place] = [
                -value if kind == "void" and value else value for value, kind in zip(columns[place], kinds, strict=True)
            ]
    for place, convert in _CONVERSIONS:
        columns[place] = convert(columns[place])
    return list(zip(*columns, strict=True))


def _disarmed(row: Sequence[Any]) -> list[Any]:
    cells = list(row)
    for place in _TEXT:
        if cells[place] and cells[place].startswith(RISKY):
            cells[place] = "'" + cells[place]
    return cells


@lru_cache(maxsize=1024)
def dollars(cents: int) -> str:
    """Cents as dollars with two decimals, as an import reads them: no sign, no thousands mark."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02d}"


def _converter(column: Column) -> Callable[[Sequence[Any]], Sequence[Any]]:
    if column.kind == "money":
        return partial(_each, dollars)
    if column.kind == "date":
        return partial(_each, lru_cache(maxsize=4096)(date.isoformat))
    if column.kind == "time":
        return _times
    return partial(_each, {answer: column.flag(answer) for answer in (True, False)}.__getitem__)


def _each(convert: Callable[[Any], str], values: Sequence[Any]) -> Sequence[Any]:
    first = values[0]
    if values.count(first) == len(values):
        return [None if first is None else convert(first)] * len(values)
    return [None if value is None else convert(value) for value in values]


def _times(values: Sequence[datetime]) -> Sequence[str]:
    # Told apart as objects and never by value: two equal instants in two zones are written differently.
    written = {id(value): value.isoformat() for value in {id(value): value for value in values}.values()}
    return [written[id(value)] for value in values]


_PLACES = tuple((place, column) for place, column in enumerate(COLUMNS) if column.field)
_KIND = HEADER.index("line_kind")
_MONEY = tuple(place for place, column in _PLACES if column.kind == "money")
_TEXT = tuple(place for place, column in _PLACES if column.kind == "text")
_CONVERSIONS = tuple((place, _converter(column)) for place, column in _PLACES if column.kind not in ("text", "count"))
