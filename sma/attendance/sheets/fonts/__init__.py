"""The four bundled typefaces, parsed once per process and only when a letter needs them.

Noto Sans (Latin with Yolŋu and Vietnamese, regular and bold), Noto Sans Arabic, and Droid Sans Fallback for Chinese
and Japanese. Korean and Indic letters are in none of them and print as �. Their licences stand beside them.
"""

import threading
import zlib
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts

HERE = Path(__file__).parent
LATIN, BOLD, ARABIC, HAN = "SheetSans", "SheetSansBold", "SheetArabic", "SheetHan"
FILES = {
    LATIN: "NotoSans-Regular.ttf",
    BOLD: "NotoSans-Bold.ttf",
    ARABIC: "NotoSansArabic-Regular.ttf",
    HAN: "DroidSansFallbackFull.ttf",
}
# Two threads of a web server may print at once, while a parsed face keeps one reading position.
PRESS = threading.RLock()
_loaded: dict[str, Any] = {}


class Deflate:
    """The PDF filter of that name."""

    pdfname = "FlateDecode"

    @staticmethod
    def encode(content: bytes | str) -> bytes:
        """Compress one stream."""
        return zlib.compress(content.encode() if isinstance(content, str) else content)


class _RememberedDeflate(Deflate):
    encode = staticmethod(lru_cache(64)(Deflate.encode))


class _Face(ttfonts.TTFontFace):  # type: ignore[misc]
    """A face that remembers the last letter sets it was cut to; the sheets of a day ask for much the same ones."""

    def makeSubset(self, subset: list[int]) -> bytes:  # noqa: N802 - the library's name
        """Cut the face down to some letters, as a typeface file."""
        cut: bytes = self.remembered(tuple(subset))
        return cut

    def addSubsetObjects(self, doc: Any, fontname: str, subset: list[int]) -> Any:  # noqa: N802 - the library's name
        """Add the cut face to a document."""
        reference = super().addSubsetObjects(doc, fontname, subset)
        doc.idToObject[f"fontFile:{self.filename}({fontname})"].filters = [_RememberedDeflate]
        return reference


class _Written(pdfdoc.PDFObject):  # type: ignore[misc]
    """A part of a PDF that is already spelled out."""

    def __init__(self, widths: tuple[float, ...]) -> None:
        self._spelled: bytes = pdfdoc.PDFArray(list(widths)).format(None)

    def format(self, document: Any) -> bytes:  # noqa: ARG002 - the library's signature
        return self._spelled


class _Font(ttfonts.TTFont):  # type: ignore[misc]
    """A typeface whose width tables are spelled once for each letter set; they cost as much as a page of names."""

    widths = staticmethod(lru_cache(64)(_Written))

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - the library's name
        """Add every cut of this typeface to a document."""
        super().addObjects(doc)
        for name, added in doc.idToObject["BasicFonts"].dict.items():
            if name.startswith(doc.fontMapping[self.fontName][1:] + "+"):
                added.Widths = self.widths(tuple(added.Widths.sequence))


def font(name: str) -> Any:
    """The typeface of that name, ready to measure, shape and embed."""
    found = _loaded.get(name)
    if found is None:
        with PRESS:
            found = _loaded.get(name) or _load(name)
    return found


def can_print(name: str, letter: str) -> bool:
    """Whether the typeface has that letter; those past U+FFFF count as missing, the PDF layer cannot map them."""
    return letter <= "\uffff" and ord(letter) in font(name).face.charToGlyph


def _load(name: str) -> Any:
    # Basic Latin travels whole in the Latin faces, so that most sheets share one cut; the others travel by letter.
    loaded = _Font(name, str(HERE / FILES[name]), asciiReadable=int(name in (LATIN, BOLD)))
    # The library makes its own face; parsing twice to have ours would cost more than turning it into one.
    loaded.face.__class__ = _Face
    loaded.face.remembered = lru_cache(64)(partial(ttfonts.TTFontFace.makeSubset, loaded.face))
    loaded.by_glyph = {} if name == HAN else _codes(loaded.face)
    pdfmetrics.registerFont(loaded)
    _loaded[name] = loaded
    return loaded


def _codes(face: Any) -> dict[int, int]:
    """Give every glyph one code, including joined forms that no character stands for.

    Left to itself the library hands out private codes in the order of first use, and the same sheet would differ
    with whatever the process had printed before.
    """
    codes = {glyph: min(characters) for glyph, characters in face.glyphToChar.items()}
    private = 0xE000
    for glyph in range(face.numGlyphs):
        if glyph not in codes:
            while private in face.charToGlyph:
                private += 1
            codes[glyph] = private
            face.charToGlyph[private] = glyph
            face.charWidths[private] = face._pdfScale(face.hmetrics[glyph][0])
    return codes
