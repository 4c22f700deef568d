"""The staff sheet: everyone expected, as the team in the room needs it, with boxes to tick and times to write."""

from collections.abc import Sequence

from .facts import SheetHeader, StaffRow
from .frame import MARGIN, draw_frame, frame
from .paper import A4, SOFT, Paper, Style
from .table import Column, PlacedRow, Row, Table, paginate, place
from .typeset import Typesetter

COLUMNS = (
    Column("No.", 28),
    Column("Here", 34, ticked=True),
    Column("Name", 176),
    Column("Status", 62),
    Column("Agreement", 66),
    Column("Interpreter", 78),
    Column("Support", 92),
    Column("Note", 122),
    Column("Time in", 64),
    Column("Time out", 64),
)
NAME, TEXT, ASIDE = Style(9.5, True), Style(8.5), Style(7.5, grey=SOFT)
LEAST, FEWEST_BLANK, MOST_BLANK = 22.0, 2, 6
BLANK = PlacedRow(LEAST, ())


def staff_sheet(header: SheetHeader, rows: Sequence[StaffRow], watermark: str = "staff only – shred") -> bytes:
    """Print the team's list on A4 landscape, with blank lines for people who come unannounced.

    The caller leaves out people who cancelled and orders the rest. The watermark lies on every page.
    """
    setter, paper = Typesetter(), Paper((A4[1], A4[0]), "Staff sheet")
    page = frame(setter, paper, "Staff sheet", header, watermark=watermark)
    table = Table(setter, COLUMNS)
    pages = paginate(place_rows(setter, rows), room := page.room - table.heading.height)
    free = room - sum(row.height for row in pages[-1])
    pages[-1].extend([BLANK] * min(MOST_BLANK - FEWEST_BLANK, int(free // LEAST)))
    for number, here in enumerate(pages, start=1):
        draw_frame(setter, paper, page, number, len(pages))
        table.draw(paper, MARGIN, page.top, here)
        paper.next_page()
    return paper.finish()


def place_rows(setter: Typesetter, rows: Sequence[StaffRow]) -> list[PlacedRow]:
    """Lay out each person's line and the fewest blank lines after them."""
    return [*(place(setter, COLUMNS, _row(row)) for row in rows), *[BLANK] * FEWEST_BLANK]


def _row(row: StaffRow) -> Row:
    words = (row.status_word, row.agreement_word, row.interpreter, row.support, row.note)
    name = ((row.display_name, NAME), (row.pronouns, ASIDE))
    return Row((((str(row.number), TEXT),), (), name, *(((word, TEXT),) for word in words), (), ()), LEAST)
