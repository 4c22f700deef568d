"""Staff sheets of 12 and 500 rows against reportlab's own long table with plain strings."""

from datetime import datetime
from functools import partial
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.platypus import LongTable, SimpleDocTemplate

from bench.measure import Row, interleaved
from sma.attendance.sheets import SheetHeader, StaffRow, staff_sheet


def rows() -> list[Row]:
    found = []
    for count, target in ((12, "<= 2"), (500, "<= 1.5")):
        people = [_row(number) for number in range(1, count + 1)]
        ours, limit = interleaved(5, partial(staff_sheet, _header(), people), partial(_platypus, people))
        label = f"staff sheet of {count} rows / platypus with plain strings"
        found.append(Row(label, f"{ours * 1000:.1f} ms", f"{limit * 1000:.1f} ms", ours / limit, target))
    return found


def _header() -> SheetHeader:
    return SheetHeader(
        session_code="7k2m9q",
        neutral_label="Shared appointment",
        place="Saltwater clinic",
        room="Yarning room",
        starts=datetime(2026, 11, 24, 10, 0),
        ends=datetime(2026, 11, 24, 11, 30),
        timezone_words="AEDT, Sydney time",
        version=3,
        printed_at=datetime(2026, 11, 24, 9, 41),
        printed_by="Marcus Webb",
    )


def _row(number: int) -> StaffRow:
    return StaffRow(
        number=number,
        display_name=f"Person Number {number}",
        pronouns="he/him",
        status_word="Booked",
        agreement_word="Agreed",
        interpreter="",
        support="",
        note="",
    )


def _platypus(people: list[StaffRow]) -> bytes:
    stream = BytesIO()
    head = ["No", "Name", "Pronouns", "State", "Agreement", "Interpreter", "In", "Out", "Note"]
    data = [head] + [
        [str(row.number), row.display_name, row.pronouns, row.status_word, row.agreement_word, "", "", "", ""]
        for row in people
    ]
    SimpleDocTemplate(stream, pagesize=landscape(A4), invariant=1).build([LongTable(data, repeatRows=1)])
    return stream.getvalue()
