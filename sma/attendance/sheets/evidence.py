"""The evidence sheet: who was there, each stretch of a clinician's own time, and who recorded it when."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from .facts import EvidenceInterval, EvidenceRow, EvidenceSheet, exact_words, stamp_words, time_words
from .frame import MARGIN, draw_frame, frame
from .paper import A4, SOFT, Paper, Style
from .table import Column, PlacedRow, Row, Table, paginate, place
from .typeset import Typesetter

COLUMNS = (
    Column("No.", 28),
    Column("Patient", 152),
    Column("Arrived", 52),
    Column("Left", 52),
    Column("Status", 70),
    Column("Individual consult", 108),
    Column("Minutes", 52),
    Column("Recorded by", 108),
    Column("Recorded at", 64),
    Column("Remarks", 100),
)
SHARED = 5
NAME, TEXT, ASIDE = Style(9.5, True), Style(8.5), Style(8.5, grey=SOFT)
SIGNING = 44.0


def evidence_sheet(sheet: EvidenceSheet) -> bytes:
    """Print the session's record under one provider number: presence, group size, attendance, consults, signature.

    Corrected, interrupted and afterwards recorded consults say so beside themselves.
    """
    setter, paper = Typesetter(), Paper((A4[1], A4[0]), "Evidence sheet")
    page = frame(setter, paper, "Evidence sheet", sheet.header, *_facts(sheet))
    table = Table(setter, COLUMNS, SHARED)
    day = sheet.header.starts.date()
    rows = [*place_rows(setter, sheet.rows, day), PlacedRow(SIGNING, ())]
    pages = paginate(rows, page.room - table.heading.height)
    *_, last = pages
    last.pop()
    for number, here in enumerate(pages, start=1):
        draw_frame(setter, paper, page, number, len(pages))
        bottom = table.draw(paper, MARGIN, page.top, here) if here or number == 1 else page.top
        if number == len(pages):
            _signature(setter, paper, bottom)
        paper.next_page()
    return paper.finish()


def place_rows(setter: Typesetter, rows: Sequence[EvidenceRow], day: date) -> list[PlacedRow]:
    """Lay out each patient with one line for every consult."""
    return [place(setter, COLUMNS, line) for row in rows for line in _lines(row, day)]


def _facts(sheet: EvidenceSheet) -> tuple[str, ...]:
    day = sheet.header.starts.date()
    spans = (_stay(start, end, day, is_closed=sheet.closed_at is not None) for start, end in sheet.presence)
    closed = "not closed yet: this record may still change"
    if sheet.closed_by and sheet.closed_at:
        closed = f"closed by {sheet.closed_by}, {stamp_words(sheet.closed_at)}"
    return (
        f"{sheet.clinician_name}, provider number {sheet.provider_number} · group of {sheet.group_size}",
        f"Clinician present {'; '.join(spans) or 'not recorded'} · {closed}",
    )


def _stay(start: datetime, end: datetime | None, day: date, *, is_closed: bool) -> str:
    if end:
        return f"{exact_words(start, day)} to {exact_words(end, day)}"
    return f"{exact_words(start, day)}, {'no time out recorded' if is_closed else 'still in'}"


def _lines(row: EvidenceRow, day: date) -> Iterator[Row]:
    number, name = str(row.number), row.patient_name
    who = (
        ((number, TEXT),),
        ((name, NAME),),
        ((exact_words(row.arrived, day), TEXT),),
        ((exact_words(row.left, day), TEXT),),
        ((row.status_word, TEXT),),
    )
    again = (((number, TEXT),), ((name, NAME), ("continued", ASIDE)), (), (), ())
    if not row.intervals:
        yield Row((*who, (("none recorded", ASIDE),), (), (), (), ()))
    for position, interval in enumerate(row.intervals):
        what = _interval(interval, day)
        if position == 0:
            yield Row((*who, *what))
        else:
            yield Row(((), (), (), (), (), *what), joined=True, resumed=Row((*again, *what)))


def _interval(interval: EvidenceInterval, day: date) -> tuple[tuple[tuple[str, Style], ...], ...]:
    ended = exact_words(interval.ended, day) if interval.ended else "not ended"
    remarks = (
        "interrupted" if interval.interrupted else "",
        "recorded afterwards" if interval.recorded_after else "",
        f"corrected: {interval.correction}" if interval.correction else "",
    )
    return (
        ((f"{exact_words(interval.started, day)} to {ended}", TEXT),),
        ((interval.minutes_text, TEXT),),
        ((interval.recorded_by, TEXT),),
        ((time_words(interval.recorded_at, day), TEXT),),
        tuple((remark, TEXT) for remark in remarks),
    )


def _signature(setter: Typesetter, paper: Paper, bottom: float) -> None:
    y = bottom - SIGNING + 12
    for x, width, label in ((MARGIN, 330, "Clinician's signature, where signed on paper"), (400, 140, "Date and time")):
        paper.rule(x, y + 11, x + width, y + 11, SOFT)
        paper.text(x, y + 2, setter.line(label), Style(7.5, grey=SOFT))
