"""The four bundled typefaces, parsed once per process and only when a letter needs them.

Noto Sans (Latin with Yolŋu and Vietnamese, regular and bold), Noto Sans Arabic, and Droid Sans Fallback for Chinese
and Korean. Their licences stand beside them.
"""

import threading
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics, ttfonts

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


def font(name: str) -> Any:
    """The typeface of that name, ready to measure, shape and embed."""
    found = _loaded.get(name)
    if found is None:
        with PRESS:
            found = _loaded.get(name) or _load(name)
    return found


def can_print(name: str, letter: str) -> bool:
    """Whether the typeface has that letter; those past U+FFFF count as missing, the PDF layer cannot map them."""
    return "\uffff" >= letter and ord(letter) in font(name).face.charToGlyph


def _load(name: str) -> Any:
    # asciiReadable off: only the letters on the sheet travel with it, not the whole alphabet.
    loaded = ttfonts.TTFont(name, str(HERE / FILES[name]), asciiReadable=0)
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
