"""An agreement as one page of paper for one person: what was agreed, by whom and how. No amounts, nobody else.

Pure: a frozen value in, the bytes of a PDF out, the same bytes for the same value. The agreement's page is its twin for
screen readers.
"""

from dataclasses import dataclass
from datetime import datetime

from sma.assignments.rules import TIMING_WORDS, WAY_WORDS, Particulars, Strokes, Timing, Way
from sma.assignments.rules.strokes import HEIGHT, WIDTH
from sma.attendance.sheets.paper import A4, INK, SOFT, Paper, Style
from sma.attendance.sheets.typeset import Typesetter
from sma.core.clock import day_words

MARGIN, LABEL = 56.0, 150.0
TITLE, PLAIN, STRONG, ASIDE = Style(18, True), Style(10.5), Style(10.5, True), Style(8.5, grey=SOFT)
ASSIGNS = (
    "I assign my right to the Medicare benefit for the service below to the practitioner named below, who accepts it "
    "as full payment for the service."
)
ENDURES = (
    "I assign my right to the Medicare benefit for each service described below to the practitioner named below, who "
    "accepts it as full payment, until I end this agreement. I can end it at any time by telling the practice."
)
PAD_WIDTH = 230.0


@dataclass(frozen=True, kw_only=True)
class SignedPage:
    """Everything on the page. Times are the clinic's wall-clock time, naive by design."""

    reference: str
    particulars: Particulars
    way: Way
    signed_at: datetime
    timezone_words: str
    typed: str = ""
    strokes: Strokes = ()
    heard_by: str = ""
    why_unsigned: str = ""
    enduring_path: str = ""
    law_version: str = ""


def rows_of(page: Particulars, enduring_path: str = "") -> list[tuple[str, str]]:
    """Return each element of an agreement with its label, in the words of paper and screen."""
    number = f", provider number {page.provider_number}" if page.provider_number else ""
    rows = [
        ("Patient", page.patient_name),
        ("Practitioner", f"{page.practitioner_name}{number}"),
        ("Place of practice", page.place),
        (*_when(page),),
        ("Agreed", TIMING_WORDS[Timing(page.timing)] if page.timing else ""),
        ("MBS items", ", ".join(page.items)) if page.items else ("Service", "; ".join(page.descriptions)),
        ("Enduring because", enduring_path),
        ("Date of this agreement", day_words(page.agreed_on) if page.agreed_on else ""),
        ("Agreed by", _assignor(page)),
    ]
    return [(label, text) for label, text in rows if text]


def _when(page: Particulars) -> tuple[str, str]:
    if page.first_day:
        return "From", f"{day_words(page.first_day)}, until it is ended"
    label = "Date of service" if len(page.days) == 1 else "Dates of service"
    return label, "; ".join(day_words(day) for day in page.days)


def _assignor(page: Particulars) -> str:
    if page.by_patient:
        return "The patient"
    return f"{page.assignor_name} ({page.relationship}), for the patient" if page.assignor_name else ""


def signature_words(way: Way, signer: str, *, typed: str = "", heard_by: str = "") -> str:
    """Say how the person agreed; for a spoken agreement these words stand in place of the signature."""
    match way:
        case Way.SPOKEN:
            return f"Assignor verbally agreed: {signer}. Heard by {heard_by}."
        case Way.TYPED:
            return f"I assign: {typed}"
        case Way.PAPER:
            return f"Signed on paper by {signer}. The signed paper is kept by the practice. Seen by {heard_by}."
        case Way.DRAWN:
            return f"Signed by {signer}"


def agreement_page(page: SignedPage) -> bytes:
    """Print one agreement on one page."""
    setter, paper = Typesetter(), Paper(A4, "Assignment of Medicare benefit")
    right, one = A4[0] - MARGIN, page.particulars
    y = A4[1] - MARGIN - TITLE.size
    paper.text(MARGIN, y, setter.line("Assignment of Medicare benefit", True), TITLE)
    y = _paragraph(setter, paper, ENDURES if one.first_day else ASSIGNS, y - 30)
    y -= 10
    for label, text in rows_of(one, page.enduring_path):
        paper.rule(MARGIN, y + 4, right, y + 4)
        paper.text(MARGIN, y - 10, setter.line(label), ASIDE)
        for line in setter.wrap(text, (right - MARGIN - LABEL) / PLAIN.size):
            paper.text(MARGIN + LABEL, y - 10, line, PLAIN)
            y -= PLAIN.leading
        y -= 8
    paper.rule(MARGIN, y + 4, right, y + 4)
    y = _signature(setter, paper, page, y - 22)
    if page.why_unsigned:
        y = _paragraph(setter, paper, f"Why there is no signature: {page.why_unsigned}", y - 4)
    # Of paper and spoken words only the moment of recording is known to the minute.
    recorded = "recorded " if page.way in (Way.PAPER, Way.SPOKEN) else ""
    y = _paragraph(setter, paper, f"{WAY_WORDS[page.way]}, {recorded}{_moment(page)}.", y - 4, ASIDE)
    foot = f"Agreement {page.reference}. No charge is made for this service beyond the benefit assigned."
    _paragraph(setter, paper, foot, MARGIN + 12, ASIDE)
    paper.next_page()
    return paper.finish()


def _signature(setter: Typesetter, paper: Paper, page: SignedPage, y: float) -> float:
    signer = page.particulars.signer
    if page.strokes:
        scale = PAD_WIDTH / WIDTH
        y -= HEIGHT * scale
        for stroke in page.strokes:
            for (x1, y1), (x2, y2) in zip(stroke, stroke[1:] or stroke, strict=False):
                start, end = (
                    (MARGIN + x1 * scale, y + (HEIGHT - y1) * scale),
                    (
                        MARGIN + x2 * scale,
                        y + (HEIGHT - y2) * scale,
                    ),
                )
                paper.rule(*start, *end, INK)
        paper.rule(MARGIN, y - 2, MARGIN + PAD_WIDTH, y - 2, SOFT)
        y -= 16
    words = signature_words(page.way, signer, typed=page.typed, heard_by=page.heard_by)
    return _paragraph(setter, paper, words, y, STRONG)


def _moment(page: SignedPage) -> str:
    at = page.signed_at
    return f"{day_words(at.date())}, {at.hour:02}:{at.minute:02} ({page.timezone_words})"


def _paragraph(setter: Typesetter, paper: Paper, text: str, y: float, style: Style = PLAIN) -> float:
    for line in setter.wrap(text, (A4[0] - 2 * MARGIN) / style.size, style.bold):
        paper.text(MARGIN, y, line, style)
        y -= style.leading
    return y
