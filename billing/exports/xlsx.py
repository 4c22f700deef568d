"""The workbook for the practice manager: summary, lines, exceptions, a list for keying by hand, and a dictionary.

Every text is written as text, so nothing typed into a form can become a formula or a link; only the totals are
formulas, each with its control total beside it. The deflate of the zip comes from the interpreter's zlib: the
same batch gives the same bytes on the same build.
"""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import UTC
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, cast

from xlsxwriter import Workbook

from billing.exports.columns import COLUMNS, EXPORTED_AT, Column
from billing.exports.keying import KEYING, write_keying
from billing.exports.lines import RECORD, Batch, ControlTotals, Line, Tally, TooManyLines
from billing.exports.sheets import Sheet, Styles, serial_day, serial_time
from billing.exports.stream import SealingStream
from billing.exports.summary import Summary
from billing.exports.tables import (
    ADJUSTMENTS,
    ASSIGNMENTS,
    EXCEPTIONS,
    RECONCILIATION,
    write_adjustment,
    write_assignments,
    write_dictionary,
    write_exception,
    write_left_out,
    write_reconciliation,
)

# Up to here the workbook is built in memory, so that no card number touches the disk; a claim limits a batch to
# far less. Beyond it rows pass through temporary files only this user can read, and nobody keys that many by hand.
BY_HAND = 5_000
EXCEL_ROWS = 1_048_576


def write_xlsx(batch: Batch, stream: BinaryIO) -> ControlTotals:
    """Write the workbook of a batch. Raises: OutOfOrder, TooManyLines."""
    tally = Tally()
    lines = tally.passing(batch.lines)
    first = list(islice(lines, BY_HAND + 1))
    small = len(first) <= BY_HAND
    sealed = SealingStream(stream)
    # The folder goes whatever happens: a refused batch must not leave rows of it behind.
    with nullcontext() if small else TemporaryDirectory(prefix="sma-export-") as folder:
        book = Workbook(
            cast("BinaryIO", sealed),
            {
                "in_memory": small,
                "constant_memory": not small,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        instant = batch.exported_at.astimezone(UTC)
        book.set_properties({"title": f"{RECORD}, batch {batch.reference}", "created": instant})
        _fill(book, batch, chain(first, lines), tally, first if small else None)
        book.close()
    return tally.totals(sealed.sha256)


def _fill(book: Workbook, batch: Batch, lines: Iterable[Line], tally: Tally, by_hand: list[Line] | None) -> None:
    styles = Styles(book)
    summary_sheet = Sheet.open(book, styles, batch, "Summary", ())
    lines_sheet = Sheet.open(book, styles, batch, "Lines", tuple((column.name, column.kind) for column in COLUMNS))
    exceptions = Sheet.open(book, styles, batch, "Exceptions", EXCEPTIONS)
    keying = Sheet.open(book, styles, batch, "HPOS keying list", KEYING)
    register = Sheet.open(book, styles, batch, "Assignments of benefit", ASSIGNMENTS)
    adjustments = Sheet.open(book, styles, batch, "Adjustment schedule", ADJUSTMENTS)
    summary = Summary()
    for line in lines:
        if lines_sheet.next_row >= EXCEL_ROWS:
            raise TooManyLines(f"a worksheet holds {EXCEL_ROWS - 1:,} lines; export this batch as CSV")
        lines_sheet.append_ready(_cells(batch, line))
        summary.add(line, batch.last_day)
        write_exception(exceptions, batch, line)
        write_adjustment(adjustments, line)
    write_left_out(exceptions, batch)
    write_keying(keying, by_hand)
    write_assignments(register, batch)
    adjustments.say_none()
    # Last, because its totals are known only now.
    summary.write(summary_sheet, batch, tally)
    write_dictionary(book, styles, batch)
    write_reconciliation(Sheet.open(book, styles, batch, "Reconciliation", RECONCILIATION))


def _cells(batch: Batch, line: Line) -> list[Any]:
    """The row of the Lines sheet, as text and numbers. The hot loop of a large workbook."""
    cells: list[Any] = [batch.reference, *line]
    cells.insert(EXPORTED_AT, batch.exported_at.astimezone(UTC).isoformat(timespec="seconds"))
    if line.kind == "void":
        for place in _MONEY:
            cells[place] = cells[place] and -cells[place]
    for place, convert in _CONVERSIONS:
        value = cells[place]
        if value is not None:
            cells[place] = convert(value)
    return cells


def _converter(column: Column) -> Callable[[Any], Any]:
    if column.kind == "money":
        return _dollars
    if column.kind == "flag":
        return {answer: column.flag(answer) for answer in (True, False)}.__getitem__
    return serial_day if column.kind == "date" else serial_time


def _dollars(cents: int) -> float:
    return cents / 100


_MONEY = tuple(place for place, column in enumerate(COLUMNS) if column.kind == "money")
_CONVERSIONS = tuple(
    (place, _converter(column)) for place, column in enumerate(COLUMNS) if column.kind not in ("text", "count")
)
