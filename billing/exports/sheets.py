"""What the workbook's sheets share: typed cells, a frozen and repeated header, and the small tables.

A sheet is written from the top down, one row at a time, because large workbooks keep no row they have written.
"""

from dataclasses import dataclass, field
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from billing.exports.columns import COLUMNS, HEADER_VERSION, Kind
from billing.exports.lines import RECORD, Batch, Line

Heading = tuple[str, Kind]

EXCEPTIONS: tuple[Heading, ...] = (
    ("Line", "count"),
    ("Status", "text"),
    ("Date of service", "date"),
    ("Servicing provider", "text"),
    ("Patient reference", "text"),
    ("Family name", "text"),
    ("Given name", "text"),
    ("Item", "text"),
    ("Reason", "text"),
    ("What to do", "text"),
)

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


def write_exception(sheet: Sheet, batch: Batch, line: Line) -> None:
    """List a line whose checks had something to say, each code in plain words where the batch knows them."""
    if line.validation_status == "ready":
        return
    reasons = [batch.meanings.get(code, code) for code in line.validation_codes.split()]
    sheet.append(
        (
            line.line_no,
            line.validation_status,
            line.session_date,
            line.servicing_provider_number,
            line.patient_ref,
            line.patient_family_name,
            line.patient_given_name,
            line.mbs_item,
            "; ".join(reasons),
            "Check before keying" if line.validation_status == "warning" else "Correct the record first",
        )
    )


def write_left_out(sheet: Sheet, batch: Batch) -> None:
    """List what was assessed and is not among the lines."""
    for one in batch.left_out:
        sheet.append(
            (
                None,
                "not in batch",
                one.session_date,
                one.servicing_provider_number,
                one.patient_ref,
                one.patient_family_name,
                one.patient_given_name,
                one.mbs_item,
                one.reason,
                one.remedy,
            )
        )
    if sheet.next_row == 1:
        sheet.page.write_string(1, 0, "None", sheet.styles.by_kind["text"])


def write_dictionary(book: Workbook, styles: Styles, batch: Batch) -> None:
    """Say what each column of the line file means, and what each validation code of the batch stands for."""
    headings: tuple[Heading, ...] = (
        ("Column", "text"),
        ("Written as", "text"),
        ("Meaning", "text"),
        ("Values", "text"),
    )
    sheet = Sheet.open(book, styles, batch, "Codes and dictionary", headings)
    for column in COLUMNS:
        sheet.append((column.name, column.kind, column.meaning, column.values))
    for code in sorted(batch.meanings):
        sheet.append((code, "validation code", batch.meanings[code], ""))
    sheet.append(("header version", "count", "Version of this list of columns", str(HEADER_VERSION)))
