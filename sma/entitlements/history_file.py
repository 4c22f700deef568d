"""Reads a CSV file of earlier services, row by row, and says of each row that cannot be taken why. No database here.

Memory stays at one row, whatever the file holds. What was typed is never repeated in a reason.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from billing import Problem
from billing.identifiers import check_medicare
from sma.core.errors import Invalid
from sma.entitlements.rules import Given, is_item_number

COLUMNS = ("medicare_number", "date_of_birth", "patient_reference", "item_number", "date_of_service", "where")
_AUSTRALIAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


@dataclass(frozen=True)
class HistoryRow:
    """One service of the file: whom it names, either way, and what it says."""

    number: int
    medicare_number: str | None
    born_on: date | None
    reference: str | None
    item_number: str
    date_of_service: date
    given: Given
    place: str | None


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be taken. Row 1 is the heading."""

    number: int
    reason: str


def read_history(lines: Iterable[str]) -> Iterator[HistoryRow | RefusedRow]:
    """Yield each row of the file, or why it cannot be taken. Raises: Invalid when the heading is another one."""
    reader = csv.reader(_plain(lines), strict=True)
    names = _heading(reader)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RefusedRow(reader.line_num, "The row is not CSV: check its quotes.")
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            yield RefusedRow(reader.line_num, f"The row has {len(cells)} columns; the heading has {len(names)}.")
            continue
        yield _row(reader.line_num, {name: cell.strip() for name, cell in zip(names, cells, strict=True)})


def _plain(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise Invalid("The file holds characters that are no text. Export it again as CSV.", code="history-text")
        yield line


def _heading(reader: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip().lower().removeprefix("\ufeff") for name in next(reader, [])]
    except csv.Error:
        names = []
    needed = {"item_number", "date_of_service"}
    people = {"medicare_number", "date_of_birth"} <= set(names) or "patient_reference" in names
    if not needed <= set(names) or not people or len(set(names)) != len(names) or set(names) - set(COLUMNS):
        raise Invalid(
            f"The first row must name the columns, some or all of: {', '.join(COLUMNS)}. A person is named by "
            "medicare_number and date_of_birth, or by patient_reference.",
            code="history-heading",
        )
    return names


def _row(number: int, cells: dict[str, str]) -> HistoryRow | RefusedRow:
    try:
        return HistoryRow(
            number=number,
            medicare_number=check_medicare(cells["medicare_number"]) if cells.get("medicare_number") else None,
            born_on=_day(cells["date_of_birth"], "date of birth") if cells.get("date_of_birth") else None,
            reference=cells.get("patient_reference") or None,
            item_number=_item(cells["item_number"]),
            date_of_service=_day(cells["date_of_service"], "date of service"),
            given=Given.HERE if cells.get("where", "").casefold() == Given.HERE else Given.ELSEWHERE,
            place=_place(cells.get("where", "")),
        )
    except Problem as problem:
        return RefusedRow(number, problem.message)
    except ValueError as refusal:
        return RefusedRow(number, str(refusal))


def _item(text: str) -> str:
    if not is_item_number(text):
        raise ValueError("The item number must have one to five digits.")
    return text.lstrip("0") or "0"


def _day(text: str, what: str) -> date:
    try:
        if found := _AUSTRALIAN.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"The {what} must be a day, such as 2026-03-10 or 10/03/2026.") from None


def _place(text: str) -> str | None:
    if len(text) > 80:
        raise ValueError("The place may have at most 80 characters.")
    return None if text.casefold() in ("", *Given) else text
