"""The itemised account: everything that Medicare asks an account to show, and nothing else about the person.

Source: Services Australia, MBS and DVA billing (2026-02): what an itemised account must show.
"""

from dataclasses import dataclass
from datetime import date, datetime

from billing.money import format_cents
from sma.attendance.sheets.facts import clock_words
from sma.attendance.sheets.paper import Style
from sma.claims.papers.flow import BOLD, HEADING, SMALL, TEXT, TITLE, WIDTH, Column, Flow
from sma.core.clock import day_words

_COLUMNS = (Column(0, 46), Column(52, 268), Column(326, 92), Column(WIDTH - 62, 62, is_amount=True))
_SUMS = (Column(0, WIDTH - 80), Column(WIDTH - 80, 80, is_amount=True))
GST_FREE = "No GST is included."  # Source: GST Act s 38-7, services for which a Medicare benefit is payable


@dataclass(frozen=True, kw_only=True)
class AccountItem:
    """One service. `times` are wall-clock stretches, given only where one of several that day is to be told apart."""

    item: str
    description: str
    practitioner: str
    provider_number: str
    is_locum: bool
    times: tuple[tuple[datetime, datetime], ...]
    referral: str | None
    charge_cents: int

    @property
    def times_words(self) -> str:
        return ", ".join(f"{clock_words(starts)} to {clock_words(ends)}" for starts, ends in self.times)


@dataclass(frozen=True, kw_only=True)
class Payment:
    paid_on: date
    way: str
    cents: int


@dataclass(frozen=True, kw_only=True)
class AccountPaper:
    """An account, or the credit that takes one back (`credits` is then its number).

    `payments` and `taken_back_by` are how things stand; everything else is as it was issued.
    """

    number: str
    issued_on: date
    practice: str
    practice_address: str
    practice_phone: str
    patient: str
    day: date
    items: tuple[AccountItem, ...]
    credits: str | None = None
    replaces: str | None = None
    payments: tuple[Payment, ...] = ()
    taken_back_by: str | None = None

    @property
    def charged_cents(self) -> int:
        total = sum(item.charge_cents for item in self.items)
        return -total if self.credits else total

    @property
    def paid_cents(self) -> int:
        return sum(payment.cents for payment in self.payments)

    @property
    def outstanding_cents(self) -> int:
        """What is still owed: nothing on a credit, and below zero where money is to go back."""
        if self.credits:
            return 0
        return (0 if self.taken_back_by else self.charged_cents) - self.paid_cents

    @property
    def title(self) -> str:
        return "Credit note" if self.credits else "Account"


def account_pdf(paper: AccountPaper) -> bytes:
    """Print an account or a credit."""
    flow = Flow()
    flow.paragraph(paper.practice, HEADING)
    for text in (paper.practice_address, paper.practice_phone):
        flow.paragraph(text)
    flow.gap(18)
    flow.paragraph(f"{paper.title} {paper.number}", TITLE)
    flow.gap(4)
    flow.paragraph(f"Issued {day_words(paper.issued_on)}")
    for text in _about_others(paper):
        flow.paragraph(text)
    flow.gap()
    flow.paragraph(f"Patient: {paper.patient}", BOLD)
    flow.paragraph(f"Date of service: {day_words(paper.day)}")
    flow.gap(12)
    _lines(flow, paper)
    flow.gap(12)
    _sums(flow, paper)
    flow.gap(16)
    flow.paragraph(GST_FREE, SMALL)
    mark = "TAKEN BACK" if paper.taken_back_by else ""
    return flow.finish(f"{paper.title} {paper.number}", f"{paper.title} {paper.number}", watermark=mark)


def _about_others(paper: AccountPaper) -> list[str]:
    said = []
    if paper.credits:
        said.append(f"Takes back account {paper.credits} in full. Nothing is owed on it.")
    if paper.replaces:
        said.append(f"Replaces account {paper.replaces}, which was taken back.")
    if paper.taken_back_by:
        said.append(f"Taken back by credit note {paper.taken_back_by}. Nothing is owed on this account.")
    return said


def _lines(flow: Flow, paper: AccountPaper) -> None:
    flow.row(_COLUMNS, [[(text, BOLD)] for text in ("Item", "Service", "Provider number", "Charged")])
    sign = -1 if paper.credits else 1
    for item in paper.items:
        who = f"{item.practitioner}{' (LT: locum)' if item.is_locum else ''}"
        service = [(item.description, TEXT), (who, SMALL)]
        if item.times:
            service.append((f"Time of service {item.times_words}", SMALL))
        if item.referral:
            service.append((item.referral, SMALL))
        charge = format_cents(sign * item.charge_cents)
        flow.row(_COLUMNS, [[(item.item, TEXT)], service, [(item.provider_number, TEXT)], [(charge, TEXT)]])


def _sums(flow: Flow, paper: AccountPaper) -> None:
    def row(words: str, cents: int, style: Style = TEXT) -> None:
        flow.row(_SUMS, [[(words, style)], [(format_cents(cents), style)]])

    row("Total credited" if paper.credits else "Total charged", paper.charged_cents, BOLD)
    if paper.credits:
        return
    for payment in paper.payments:
        words = "Refunded" if payment.cents < 0 else "Paid"
        row(f"{words} {day_words(payment.paid_on)}, {payment.way.lower()}", payment.cents)
    row("Total paid", paper.paid_cents)
    owed = paper.outstanding_cents
    row("To be refunded" if owed < 0 else "Outstanding", abs(owed), BOLD)
