"""Text and rows that flow down a page and on to the next one; each page says which paper and which page it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sma.attendance.sheets.paper import A4, PALE, SOFT, Paper, Style
from sma.attendance.sheets.typeset import MISSING, Line, Typesetter

MARGIN = 56.0
WIDTH = A4[0] - 2 * MARGIN
FOOT = 30.0
GAP = 8.0
TITLE, HEADING, TEXT, BOLD = Style(17, True), Style(11, True), Style(10), Style(10, True)
SMALL, MARK = Style(8, grey=SOFT), Style(58, True, 0.9)
_CELL = 5.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A line at `x` from the left margin, or ending there, `drop` points below the top of its block."""

    x: float
    drop: float
    line: Line
    style: Style
    ends_there: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """What stays together on a page; `ruled` has a thin line above."""

    height: float
    marks: tuple[Mark, ...] = ()
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column that starts `x` points from the margin; amounts stand at its right edge."""

    x: float
    width: float
    is_amount: bool = False


class Flow:
    """One document, put together from the top down."""

    def __init__(self) -> None:
        self.setter = Typesetter()
        self._blocks: list[Block] = []

    def paragraph(self, text: str, style: Style = TEXT) -> None:
        """Set a text; what was typed on lines of its own stays so."""
        for part in text.splitlines():
            for line in self.setter.wrap(part, WIDTH / style.size, style.bold):
                self._blocks.append(Block(style.leading, (Mark(0, style.size, line, style),)))

    def gap(self, height: float = GAP) -> None:
        self._blocks.append(Block(height))

    def row(self, columns: Sequence[Column], cells: Sequence[Sequence[tuple[str, Style]]]) -> None:
        """Set a row of cells, each of one or several paragraphs, under a thin line."""
        marks: list[Mark] = []
        deepest = 0.0
        for column, cell in zip(columns, cells, strict=True):
            top = _CELL
            for text, style in cell:
                for line in self.setter.wrap(text, column.width / style.size, style.bold):
                    x = column.x + column.width if column.is_amount else column.x
                    marks.append(Mark(x, top + style.size, line, style, column.is_amount))
                    top += style.leading
            deepest = max(deepest, top)
        self._blocks.append(Block(deepest + _CELL, tuple(marks), ruled=True))

    def rule(self) -> None:
        self._blocks.append(Block(1, ruled=True))

    def finish(self, title: str, foot: str, *, watermark: str = "") -> bytes:
        """Deal the blocks to pages and draw them."""
        paper = Paper(A4, title)
        pages = _pages(self._blocks, paper.height - 2 * MARGIN - FOOT)
        for number, blocks in enumerate(pages, 1):
            if watermark:
                paper.slanted(self.setter.line(watermark, True), MARK, 0.906, 0.423)
            self._draw(paper, blocks)
            foot_line = self.setter.line(f"{foot} · page {number} of {len(pages)}")
            paper.text(MARGIN, MARGIN - 12, foot_line, SMALL)
            if self.setter.missed:
                note = f"{MISSING} stands for a letter this paper cannot print: please write it in by hand."
                paper.text(MARGIN, MARGIN - 24, self.setter.line(note), SMALL)
            paper.next_page()
        return paper.finish()

    def _draw(self, paper: Paper, blocks: Iterable[Block]) -> None:
        y = paper.height - MARGIN
        for block in blocks:
            if block.ruled:
                paper.rule(MARGIN, y, MARGIN + WIDTH, y, PALE)
            for mark in block.marks:
                put = paper.text_right if mark.ends_there else paper.text
                put(MARGIN + mark.x, y - mark.drop, mark.line, mark.style)
            y -= block.height


def _pages(blocks: Iterable[Block], room: float) -> list[list[Block]]:
    pages: list[list[Block]] = [[]]
    left = room
    for block in blocks:
        if block.height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(block)
        left -= block.height
    return pages
