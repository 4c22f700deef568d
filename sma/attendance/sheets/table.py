"""Lays rows of text out in fixed columns and over pages, before anything is drawn.

Every text wraps inside its column; a row taller than a page goes on over the next one. Nothing is clipped.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .paper import FAINT, PALE, WASH, Paper, Style
from .typeset import Line, Typesetter

PAD = 4.0
HEADING = Style(size=8, bold=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column `width` points wide; `ticked` ones hold an empty box to mark."""

    title: str
    width: float
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One text or several paragraphs for each column, at least `least` points high.

    `joined` rows belong to the row above. When one comes first on a page, `resumed` cells replace its own, so that
    the page says whose it is.
    """

    cells: tuple[tuple[tuple[str, Style], ...], ...]
    least: float = 0
    joined: bool = False
    resumed: "Row | None" = None


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line at `x` points from the table's left, with its baseline `drop` points below the row's top."""

    x: float
    drop: float
    line: Line
    style: Style


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row as it will be drawn."""

    height: float
    lines: tuple[PlacedLine, ...]
    joined: bool = False
    resumed: "PlacedRow | None" = None


def place(setter: Typesetter, columns: Sequence[Column], row: Row) -> PlacedRow:
    """Wrap every cell of a row inside its column; the row is as high as its longest cell."""
    lines: list[PlacedLine] = []
    left, deepest = 0.0, 0.0
    for column, cell in zip(columns, row.cells, strict=True):
        top = PAD
        for text, style in cell:
            if not text:
                continue
            for line in setter.wrap(text, (column.width - 2 * PAD) / style.size, style.bold):
                lines.append(PlacedLine(left + PAD, top + style.size, line, style))
                top += style.leading
        deepest = max(deepest, top)
        left += column.width
    again = place(setter, columns, row.resumed) if row.resumed else None
    return PlacedRow(max(row.least, deepest + PAD / 2), tuple(lines), row.joined, again)


def paginate(rows: Iterable[PlacedRow], room: float) -> list[list[PlacedRow]]:
    """Fill pages of `room` points from the top; always at least one page."""
    pages: list[list[PlacedRow]] = [[]]
    left = room
    for row in rows:
        for piece in _cut(row, room):
            fitting = piece
            if piece.height > left and pages[-1]:
                pages.append([])
                left = room
                fitting = piece.resumed if piece.resumed and piece.resumed.height <= room else piece
            pages[-1].append(fitting)
            left -= fitting.height
    return pages


def _cut(row: PlacedRow, room: float) -> Iterator[PlacedRow]:
    rest = sorted(row.lines, key=lambda placed: placed.drop)
    if row.height <= room or not rest:
        yield replace(row, height=min(row.height, room))
        return
    while rest:
        top = rest[0].drop - rest[0].style.size - PAD
        here = [placed for placed in rest if placed.drop + PAD - top <= room] or rest[:1]
        rest = rest[len(here) :]
        moved = tuple(replace(placed, drop=placed.drop - top) for placed in here)
        yield PlacedRow(min(room, moved[-1].drop + 2 * PAD), moved, row.joined)


class Table:
    """A heading that repeats and the rows of one page beneath it, drawn from a top left corner.

    The first `shared` columns run through rows that are joined to the one above.
    """

    def __init__(self, setter: Typesetter, columns: Sequence[Column], shared: int = 0) -> None:
        self.columns = columns
        self._indent = sum(column.width for column in columns[:shared])
        self.width = sum(column.width for column in columns)
        self.heading = place(setter, columns, Row(tuple(((column.title, HEADING),) for column in columns)))

    def draw(self, paper: Paper, left: float, top: float, rows: Sequence[PlacedRow]) -> float:
        """Draw the heading and the rows; return where they end, in points from the bottom of the page."""
        paper.box(left, top - self.heading.height, self.width, self.heading.height, filled=WASH)
        y = self._row(paper, left, top, self.heading)
        for number, row in enumerate(rows):
            if row.joined and number:
                paper.rule(left + self._indent, y, left + self.width, y, PALE)
            else:
                paper.rule(left, y, left + self.width, y)
            top_of_row, y = y, self._row(paper, left, y, row)
            self._ticks(paper, left, top_of_row)
        self._frame(paper, left, top, y)
        return y

    def _row(self, paper: Paper, left: float, top: float, row: PlacedRow) -> float:
        for placed in row.lines:
            paper.text(left + placed.x, top - placed.drop, placed.line, placed.style)
        return top - row.height

    def _ticks(self, paper: Paper, left: float, top: float) -> None:
        for column in self.columns:
            if column.ticked:
                paper.box(left + column.width / 2 - 6, top - 17, 12, 12)
            left += column.width

    def _frame(self, paper: Paper, left: float, top: float, bottom: float) -> None:
        x = left
        for width in (0.0, *(column.width for column in self.columns)):
            x += width
            paper.rule(x, top, x, bottom, FAINT)
        for y in (top, bottom):
            paper.rule(left, y, left + self.width, y, FAINT)
