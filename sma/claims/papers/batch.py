"""A batch on paper: a cover with its totals and the provider's declaration, then the list to key from, line by line.

Landscape, in the order in which a bulk-bill web claim asks: patient, then services. Withdrawn lines are listed apart.
Attendance is evidenced by the evidence sheet of each session; assignments of benefit have pages of their own.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import BinaryIO
from zoneinfo import ZoneInfo

from billing.exports import Batch, ControlTotals, Line
from billing.exports.keying import card_groups
from billing.exports.lines import RECORD, Tally, collected
from billing.exports.stream import SealingStream
from billing.money import format_cents
from sma.attendance.sheets.frame import MARGIN
from sma.attendance.sheets.paper import A4, SOFT, Paper, Style
from sma.attendance.sheets.table import Column, PlacedRow, Row, Table, paginate, place
from sma.attendance.sheets.typeset import Typesetter

TITLE, HEADING, TEXT, BOLD, SMALL = (
    Style(16, True),
    Style(12, True),
    Style(9.5),
    Style(9.5, True),
    Style(7.5, grey=SOFT),
)
LABEL_WIDTH = 150.0
FOOT = 30.0
SIGNING = 70.0
STATUS = "Not lodged by this system. Check each line, then key it or hand it over."
DECLARATION = (
    "I gave these services, or they were given on my behalf as the items allow, to the people and on the days listed."
)

KEYING = (
    Column("Keyed", 38, ticked=True),
    Column("Patient", 148),
    Column("Medicare card", 92),
    Column("IRN", 28),
    Column("Born", 66),
    Column("Service", 66),
    Column("Item", 42),
    Column("Benefit", 62),
    Column("Patients", 50),
    Column("Text or referral", 148),
    Column("Line", 34),
)
DVA = tuple(Column("DVA file", 92) if column.title == "Medicare card" else column for column in KEYING)
TAKEN_BACK = (
    Column("Patient", 190),
    Column("Card or file", 110),
    Column("Service", 80),
    Column("Item", 60),
    Column("Amount", 80),
    Column("Takes back", 170),
    Column("Line", 60),
)

BILLING_WORDS = {"bulk": "Bulk billed to Medicare", "dva": "Department of Veterans' Affairs"}
TYPE_WORDS = {"O": "O, general", "S": "S, specialist or allied health"}


def write_batch_pdf(batch: Batch, stream: BinaryIO) -> ControlTotals:
    """Write cover and keying list of a batch. Raises: OutOfOrder, TooManyLines."""
    tally = Tally()
    lines = collected(tally.passing(batch.lines))
    sealed = SealingStream(stream)
    sealed.write(_Document(batch, lines, tally).finish())
    return tally.totals(sealed.sha256)


class _Document:
    """The pages of one batch. The foot says which page of how many, so pages are laid out before any is drawn."""

    def __init__(self, batch: Batch, lines: Sequence[Line], tally: Tally) -> None:
        self._batch, self._lines, self._tally = batch, lines, tally
        self._setter, self._paper = Typesetter(), Paper((A4[1], A4[0]), RECORD)
        self._page = 0

    def finish(self) -> bytes:
        items = sorted((line for line in self._lines if line.kind == "item"), key=_form_order)
        voids = [line for line in self._lines if line.kind == "void"]
        is_dva = any(line.billing_type == "dva" for line in items)
        listed = self._laid_out("List to key from", DVA if is_dva else KEYING, [_key_row(line) for line in items])
        back = self._laid_out("Taken back", TAKEN_BACK, [_void_row(line) for line in voids]) if voids else []
        pages = [*(listed if items else []), *back]
        self._cover(len(pages) + 1)
        for heading, table, rows in pages:
            top = self._head(heading)
            table.draw(self._paper, MARGIN, top, rows)
            self._foot(len(pages) + 1)
        return self._paper.finish()

    def _laid_out(
        self, heading: str, columns: tuple[Column, ...], rows: Sequence[Row]
    ) -> list[tuple[str, Table, list[PlacedRow]]]:
        table = Table(self._setter, columns)
        room = self._paper.height - 2 * MARGIN - FOOT - HEADING.leading - 10 - table.heading.height
        placed = [place(self._setter, columns, row) for row in rows]
        return [(heading, table, here) for here in paginate(placed, room)]

    def _cover(self, pages: int) -> None:
        y = self._paper.height - MARGIN
        for text, style in ((f"{RECORD}: batch {self._batch.reference}", TITLE), (STATUS, TEXT)):
            y = self._text(MARGIN, y, text, style)
        y -= 10
        for label, text in self._facts():
            self._text(MARGIN, y, label, BOLD)
            y = self._text(MARGIN + LABEL_WIDTH, y, text, TEXT)
            y -= 3
        self._declaration(min(y - 24, MARGIN + FOOT + SIGNING + 40))
        self._foot(pages)

    def _facts(self) -> Iterator[tuple[str, str]]:
        batch, lines, tally = self._batch, self._lines, self._tally
        items = [line for line in lines if line.kind == "item"]
        days = sorted({line.session_date for line in lines})
        made = batch.exported_at.astimezone(ZoneInfo(batch.timezone))
        first = lines[0] if lines else None
        yield "Practice", batch.practice_name
        if first:
            yield "Servicing provider", f"{first.servicing_provider_name}, {first.servicing_provider_number}"
            yield "Paid to", first.payee_provider_number or "the servicing provider"
            yield "Location", ", ".join(sorted({line.location_name for line in lines}))
            yield "Billing", BILLING_WORDS.get(first.billing_type, first.billing_type)
            yield "Service type", TYPE_WORDS.get(first.service_type_code, first.service_type_code)
            yield "Dates of service", " to ".join(f"{day:%d/%m/%Y}" for day in dict.fromkeys((days[0], days[-1])))
            yield "Sessions", ", ".join(sorted({line.session_id for line in lines}))
        yield "Vouchers", str(len({(line.proposed_claim_seq, line.voucher_id) for line in items}))
        yield "Services", f"{len(items)}, and {tally.rows - len(items)} taken back"
        yield "Charge", format_cents(tally.charge_cents)
        yield "Benefit", format_cents(tally.benefit_cents)
        yield "Frozen", f"{made:%d/%m/%Y %H:%M} ({batch.timezone}), {batch.exported_at.astimezone(UTC):%H:%M} UTC"
        yield "Schedule and rules", f"{batch.schedule_version} · {batch.rulebook_hash[:16]}"

    def _declaration(self, y: float) -> None:
        y = self._text(MARGIN, y, DECLARATION, TEXT) - 34
        for x, width, label in ((MARGIN, 330, "Servicing provider"), (400, 140, "Date")):
            self._paper.rule(x, y, x + width, y, SOFT)
            self._text(x, y - 2, label, SMALL)

    def _head(self, heading: str) -> float:
        y = self._paper.height - MARGIN
        return self._text(MARGIN, y, f"{heading} · batch {self._batch.reference}", HEADING) - 6

    def _foot(self, pages: int) -> None:
        self._page += 1
        right, y = self._paper.width - MARGIN, MARGIN + FOOT - 14
        self._paper.rule(MARGIN, y, right, y)
        self._text(
            MARGIN, y - 2, f"{RECORD} · {self._batch.reference} · holds card numbers: keep it locked away", SMALL
        )
        line = self._setter.line(f"page {self._page} of {pages}")
        self._paper.text_right(right, y - 2 - SMALL.size, line, SMALL)
        self._paper.next_page()

    def _text(self, x: float, top: float, text: str, style: Style) -> float:
        """Write a text that may wrap; return where it ends."""
        for line in self._setter.wrap(text, (self._paper.width - MARGIN - x) / style.size, style.bold):
            self._paper.text(x, top - style.size, line, style)
            top -= style.leading
        return top


def _key_row(line: Line) -> Row:
    seen = "" if line.number_of_patients_seen is None else str(line.number_of_patients_seen)
    return _row(
        "",
        f"{line.patient_family_name}, {line.patient_given_name}",
        line.dva_file_number or card_groups(line.medicare_number or ""),
        line.medicare_irn or "",
        f"{line.patient_dob:%d/%m/%Y}",
        f"{line.session_date:%d/%m/%Y}",
        line.mbs_item,
        format_cents(line.benefit_cents),
        seen,
        "; ".join(text for text in (line.service_text, _referral(line)) if text),
        str(line.line_no),
    )


def _void_row(line: Line) -> Row:
    return _row(
        f"{line.patient_family_name}, {line.patient_given_name}",
        line.dva_file_number or f"{card_groups(line.medicare_number or '')} {line.medicare_irn or ''}",
        f"{line.session_date:%d/%m/%Y}",
        line.mbs_item,
        format_cents(-line.charge_cents),
        f"line {line.replaces_line_no} of {line.replaces_batch_ref}",
        str(line.line_no),
    )


def _referral(line: Line) -> str:
    if line.referral_provider_number is None or line.referral_issue_date is None:
        return f"no referral: {line.referral_override}" if line.referral_override else ""
    return f"referred by {line.referral_provider_number}, {line.referral_issue_date:%d/%m/%Y}"


def _row(*cells: str) -> Row:
    return Row(tuple(((text, TEXT),) for text in cells), least=22)


def _form_order(line: Line) -> tuple[object, ...]:
    names = line.patient_family_name.casefold(), line.patient_given_name.casefold()
    return *names, line.patient_ref, line.session_date, line.line_no
