"""What stands on every page of every sheet: which session, which page of how many, as at when."""

from dataclasses import dataclass

from .facts import SheetHeader, as_at_words, day_words, place_words, span_words
from .paper import SOFT, Paper, Style
from .typeset import MISSING, Line, Typesetter

MARGIN = 28.0
FOOT = 24.0
TITLE, CODE, PLAIN, SMALL = Style(15, True), Style(13, True), Style(9.5), Style(7.5, grey=SOFT)
MARK = Style(62, True, 0.9)


@dataclass(frozen=True, slots=True)
class Frame:
    """The repeated head and foot of a sheet, measured once."""

    head: tuple[tuple[Line, Style], ...]
    code: Line
    number: Line
    printed: tuple[Line, ...]
    watermark: Line | None
    top: float
    bottom: float

    @property
    def room(self) -> float:
        """Points left between head and foot."""
        return self.top - self.bottom


def frame(
    setter: Typesetter,
    paper: Paper,
    title: str,
    header: SheetHeader,
    *facts: str,
    watermark: str = "",
    printer: bool = True,
) -> Frame:
    """Measure head and foot. `facts` are further lines of the head; `printer=False` leaves staff's names off."""
    code = setter.line(header.session_code, True)
    room = paper.width - 2 * MARGIN - max(code.width * CODE.size + 24, 110)
    when = f"{day_words(header.starts)}, {span_words(header.starts, header.ends)} ({header.timezone_words})"
    head: list[tuple[Line, Style]] = [(line, TITLE) for line in setter.wrap(title, room / TITLE.size, True)]
    for text in (when, f"{header.neutral_label} · {place_words(header)}", *facts):
        head.extend((line, PLAIN) for line in setter.wrap(text, room / PLAIN.size))
    by = f" · printed by {header.printed_by}" if printer else ""
    printed = f"Session {header.session_code} · {as_at_words(header)}{by}"
    # Room for the widest page number is kept free at the right.
    foot = setter.wrap(printed, (paper.width - 2 * MARGIN - 90) / SMALL.size)
    top = paper.height - MARGIN - sum(style.leading for _, style in head) - 8
    return Frame(
        head=tuple(head),
        code=code,
        number=setter.line(f"no. {header.number}"),
        printed=tuple(foot),
        watermark=setter.line(watermark, True) if watermark else None,
        top=top,
        bottom=MARGIN + FOOT + (len(foot) - 1) * 11,
    )


def draw_frame(setter: Typesetter, paper: Paper, frame: Frame, page: int, pages: int) -> None:
    """Draw watermark, head and foot of one page; the sheet's own content comes on top."""
    right = paper.width - MARGIN
    if frame.watermark:
        style = Style(min(MARK.size, 0.8 * paper.width / frame.watermark.width), True, MARK.grey)
        paper.slanted(frame.watermark, style, 0.906, 0.423)
    y = paper.height - MARGIN
    for line, style in frame.head:
        paper.text(MARGIN, y - style.size, line, style)
        y -= style.leading
    paper.text_right(right, paper.height - MARGIN - CODE.size, frame.code, CODE)
    paper.text_right(right, paper.height - MARGIN - CODE.size - 13, frame.number, SMALL)
    y = frame.bottom - 10
    paper.rule(MARGIN, y, right, y)
    paper.text_right(right, y - 11, setter.line(f"page {page} of {pages}"), SMALL)
    for line in frame.printed:
        y -= 11
        paper.text(MARGIN, y, line, SMALL)
    if setter.missed:
        note = f"{MISSING} stands for a letter this sheet cannot print: please write it in by hand."
        paper.text(MARGIN, MARGIN - 8, setter.line(note), SMALL)
