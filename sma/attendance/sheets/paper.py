"""Pages of one PDF: text, rules and boxes at given points (1/72 inch, from the bottom left).

Deliberately knows nothing of sessions. The same calls give the same bytes on any day, server and locale.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import ShapedStr
from reportlab.pdfgen.canvas import Canvas

from .fonts import LATIN, PRESS, Deflate, font
from .typeset import Line, Run

A4 = (595.28, 841.89)
INK, SOFT, FAINT, PALE, WASH = 0.0, 0.35, 0.62, 0.83, 0.93


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks; `leading` is the distance from line to line in points, wide enough for Arabic marks."""

    size: float = 9
    bold: bool = False
    grey: float = INK

    @property
    def leading(self) -> float:
        return self.size * 1.36


class _QuietInfo(pdfdoc.PDFInfo):  # type: ignore[misc]
    """Document information without dates: they would be invented, and names and times belong on the page."""

    def format(self, document: Any) -> bytes:
        known = {"Title": self.title, "Author": self.author, "Subject": self.subject}
        shown = {key: pdfdoc.PDFString(value) for key, value in known.items()}
        formatted: bytes = pdfdoc.PDFDictionary(shown).format(document)
        return formatted


class Paper:
    """One document being drawn, page by page."""

    def __init__(self, size: tuple[float, float], title: str) -> None:
        self.width, self.height = size
        font(LATIN)
        self._stream = io.BytesIO()
        self._canvas = Canvas(
            self._stream,
            pagesize=size,
            invariant=1,
            pageCompression=1,
            initialFontName=LATIN,
            lang="en-AU",
        )
        self._document = self._canvas._doc
        # The library seeds the file's identifier from the server's clock or environment; ours depends on content only.
        self._document.signature = hashlib.md5(b"sheet", usedforsecurity=False)
        self._document.info = _QuietInfo()
        self._document.info.title = title
        self._document.info.author = self._document.info.subject = "Clinic"
        self._shown: dict[tuple[str, str, float], list[tuple[str, str]]] = {}
        self._write: Callable[[str], None] = self._canvas.addLiteral
        # What the page is set to draw with, so that it is said once and not before every word.
        self._grey, self._set = INK, ""

    def text(self, x: float, y: float, line: Line, style: Style) -> None:
        """Draw a line with its baseline starting at (x, y); glyphs that do not tell their text carry it beside them."""
        self._ink(style.grey)
        for run in line.runs:
            if run.spoken:
                self._write(f"/Span <</ActualText <FEFF{run.spoken.encode('utf-16-be').hex()}>>> BDC")
            if isinstance(run.glyphs, ShapedStr):
                self._shaped(x, y, run, style.size)
            else:
                self._plain(x, y, run, style.size)
            if run.spoken:
                self._write("EMC")
            x += run.width * style.size

    def text_right(self, right: float, y: float, line: Line, style: Style) -> None:
        """Draw a line that ends at `right`."""
        self.text(right - line.width * style.size, y, line, style)

    def rule(self, x1: float, y1: float, x2: float, y2: float, grey: float = FAINT, dashed: bool = False) -> None:
        """Draw a thin line, dashed where scissors go."""
        dash = ("[4 3] 0 d ", " [] 0 d") if dashed else ("", "")
        self._write(f"{dash[0]}{grey} G 0.5 w {x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S{dash[1]}")

    def box(self, x: float, y: float, width: float, height: float, filled: float | None = None) -> None:
        """Draw an empty box to tick or write in, or a shaded band."""
        if filled is None:
            self._write(f"{SOFT} G 0.8 w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")
        else:
            self._ink(filled)
            self._write(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def slanted(self, line: Line, style: Style, cosine: float, sine: float) -> None:
        """Draw a line across the middle of the page, turned; what is drawn later lies on top."""
        self._canvas.saveState()
        self._canvas.transform(cosine, sine, -sine, cosine, self.width / 2, self.height / 2)
        self.text(-line.width * style.size / 2, -style.size / 3, line, style)
        self._canvas.restoreState()
        self._grey, self._set = -1, ""

    def next_page(self) -> None:
        """Finish this page."""
        name = self._document.thisPageName()
        self._canvas.showPage()
        page = self._document.idToObject[name]
        page.Contents = pdfdoc.PDFStream(content=page.stream, filters=[Deflate])
        self._grey, self._set = INK, ""

    def finish(self) -> bytes:
        """The whole document; nothing may be drawn after it."""
        with PRESS:
            self._canvas.save()
        return self._stream.getvalue()

    def _ink(self, grey: float) -> None:
        if grey != self._grey:
            self._write(f"{grey} g")
            self._grey = grey

    def _plain(self, x: float, y: float, run: Run, size: float) -> None:
        self._write(f"BT {x:.2f} {y:.2f} Td")
        for face, shown in self._show(run, size):
            if face != self._set:
                self._write(face)
                self._set = face
            self._write(shown)
        self._write("ET")

    def _show(self, run: Run, size: float) -> list[tuple[str, str]]:
        key = (run.font, run.glyphs, size)
        found = self._shown.get(key)
        if found is None:
            face, document = font(run.font), self._document
            found = self._shown[key] = [
                (f"{face.getSubsetInternalName(subset, document)} {size:g} Tf", f"({escapePDF(text)}) Tj")
                for subset, text in face.splitString(run.glyphs, document)
            ]
        return found

    def _shaped(self, x: float, y: float, run: Run, size: float) -> None:
        shaped = self._canvas.beginText(x, y)
        shaped.setFont(run.font, size)
        shaped.textOut(run.glyphs)
        self._canvas.drawText(shaped)
        self._set = ""
