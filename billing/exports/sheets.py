"""What the workbook's sheets share: typed cells, a frozen and repeated header, and the small tables.

A sheet is written from the top down, one row at a time, because large workbooks keep no row they have written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from billing.exports.columns import Kind
from billing.exports.lines import RECORD, Batch

Heading = tuple[str, Kind]

# The day that spreadsheets count from. Source: ECMA-376, part 1, 18.17.4.1.
_DAY_ZERO = date(1899, 12, 30)
_SECONDS = 86_400

_WIDTHS: dict[Kind, int] = {"text": 18, "date": 12, "time": 17, "money": 12, "count": 9, "flag": 8}


class Styles:
    """The workbook's cell formats, one per kind of column, made once and in one order."""

    def __init__(self, book: Workbook) -> None:
        self.by_kind: dict[Kind, Format] = {
            # "@" keeps leading zeros of card and provider numbers when someone edits the cell.
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "count": book.add_format({"num_format": "0"}),
            "flag": book.add_format({"num_format": "@"}),
        }
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})


@dataclass
class Sheet:
    """One worksheet and the row to write next."""

    page: Worksheet
    styles: Styles
    kinds: tuple[Kind, ...] = ()
    next_row: int = field(default=0)
    _writers: tuple[tuple[int, Callable[..., object], Format], ...] = ()

    @classmethod
    def open(cls, book: Workbook, styles: Styles, batch: Batch, name: str, headings: tuple[Heading, ...]) -> "Sheet":
        """Add a worksheet that prints landscape with its header on every page and the batch in the footer."""
        page = book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_header(f"&L{RECORD}&R{name}")
        page.set_footer(f"&LBatch {batch.reference}&RPage &P of &N")
        sheet = cls(page, styles, tuple(kind for _, kind in headings))
        sheet._writers = tuple(
            (place, page.write_string if kind in ("text", "flag") else page.write_number, styles.by_kind[kind])
            for place, (_, kind) in enumerate(headings)
        )
        for place, (_, kind) in enumerate(headings):
            page.set_column(place, place, _WIDTHS[kind], styles.by_kind[kind])
        if headings:
            sheet.head(tuple(text for text, _ in headings))
            page.freeze_panes(1, 0)
            page.repeat_rows(0)
        return sheet

    def head(self, headings: tuple[str, ...]) -> None:
        """Write a row of column headings."""
        for place, text in enumerate(headings):
            self.page.write_string(self.next_row, place, text, self.styles.heading)
        self.next_row += 1

    def append(self, cells: list[Any] | tuple[Any, ...], kinds: tuple[Kind, ...] = ()) -> None:
        """Write one row; `kinds` stands in for the sheet's own where a table on it has other columns."""
        for place, (value, kind) in enumerate(zip(cells, kinds or self.kinds, strict=True)):
            if value is not None:
                self.put(place, value, kind)
        self.next_row += 1

    def append_ready(self, cells: list[Any]) -> None:
        """Write one row of finished texts and numbers, empty ones left out: three times as fast as `append`."""
        row = self.next_row
        for place, write, style in self._writers:
            value = cells[place]
            if value is not None and value != "":
                write(row, place, value, style)
        self.next_row = row + 1

    def say_none(self) -> None:
        """Say on a sheet without rows that there are none, so that nobody takes it for unfinished."""
        if self.next_row == 1:
            self.page.write_string(1, 0, "None", self.styles.by_kind["text"])

    def put(self, place: int, value: Any, kind: Kind) -> None:
        """Write one cell of the current row: amounts come as cents, aware times show the clinic's clock."""
        row, style = self.next_row, self.styles.by_kind[kind]
        if kind in ("text", "flag"):
            self.page.write_string(row, place, value, style)
        elif kind == "money":
            self.page.write_number(row, place, value / 100, style)
        elif kind == "count":
            self.page.write_number(row, place, value, style)
        elif kind == "time":
            self.page.write_datetime(row, place, value.replace(tzinfo=None), style)
        else:
            self.page.write_datetime(row, place, value, style)


@lru_cache(maxsize=4096)
def serial_day(day: date) -> int:
    """A date as a spreadsheet counts it."""
    return (day - _DAY_ZERO).days


def serial_time(instant: datetime) -> float:
    """What the clinic's clock shows, as a spreadsheet counts it."""
    return serial_day(instant.date()) + (instant.hour * 3600 + instant.minute * 60 + instant.second) / _SECONDS
