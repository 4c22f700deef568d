"""Turns a text into lines of runs that a page can draw: right letters, right order, known width.

Widths are in ems (multiply by the type size). Nothing is dropped in silence: a letter without a glyph becomes �.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from bidi import algorithm
from reportlab.pdfbase import ttfonts

from .fonts import ARABIC, BOLD, HAN, LATIN, PRESS, can_print, font

MISSING = "\N{REPLACEMENT CHARACTER}"
JOINERS = "\u200c\u200d"
# Letters that Noto Sans surely has and that need neither joining nor reordering: the quick way for most cells.
PLAIN = re.compile("[ -~¡-¬®-ɏḀ-ỿ‐-‧]*")
RIGHT_TO_LEFT = {"R", "AL", "AN"}


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring letters of one typeface in visual order; `spoken` is the text where the glyphs do not tell it."""

    font: str
    glyphs: str
    width: float
    spoken: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as drawn, left to right."""

    runs: tuple[Run, ...]
    width: float


class Typesetter:
    """Sets the text of one sheet. It remembers what it measured and is thrown away with the sheet and its names."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, bool], Line] = {}
        self.missed = False

    def line(self, text: str, bold: bool = False) -> Line:
        """Set a text on a single line, however wide it gets."""
        found = self._lines.get((text, bold))
        if found is None:
            runs = _set(text, bold)
            self.missed = self.missed or any(MISSING in run.glyphs for run in runs)
            found = self._lines[text, bold] = Line(runs, sum(run.width for run in runs))
        return found

    def wrap(self, text: str, width: float, bold: bool = False) -> list[Line]:
        """Set a text in lines no wider than `width` ems, broken at spaces, after hyphens, else between letters."""
        whole = self.line(text, bold)
        if whole.width <= width:
            return [whole]
        lines: list[str] = []
        current = ""
        for word in re.findall(r"\s*[^\s/–-]*[/–-]*", text):
            joined = (current + word).lstrip()
            if self.line(joined, bold).width <= width:
                current = joined
                continue
            if current:
                lines.append(current)
            *full, current = self._break(word.strip(), width, bold)
            lines.extend(full)
        return [self.line(text, bold) for text in [*lines, current]]

    def _break(self, word: str, width: float, bold: bool) -> list[str]:
        parts = [""]
        for cluster in re.findall(r".[\u0300-\u036f\u064b-\u065f\u200c\u200d]*", unicodedata.normalize("NFC", word)):
            if parts[-1] and self.line(parts[-1] + cluster, bold).width > width:
                parts.append("")
            parts[-1] += cluster
        return parts


def _set(text: str, bold: bool) -> tuple[Run, ...]:
    latin = BOLD if bold else LATIN
    if PLAIN.fullmatch(text):
        return (Run(latin, text, font(latin).stringWidth(text, 1)),) if text else ()
    text = _clean(text)
    return tuple(_run(name, span, level) for name, span, level in _visual(_spans(text, latin)))


def _clean(text: str) -> str:
    """Compose accents, turn line breaks into spaces, and take out marks that would steer the reading direction."""
    kept = []
    for letter in " ".join(unicodedata.normalize("NFC", text).split()):
        kind = unicodedata.category(letter)
        if letter in JOINERS or kind not in {"Cc", "Cf", "Cs", "Co"}:
            kept.append(letter)
        elif kind in {"Cs", "Co"}:
            kept.append(MISSING)
    return "".join(kept)


def _spans(text: str, latin: str) -> list[tuple[str, str, int]]:
    """Cut a text, in reading order, where the typeface or the direction changes: (typeface, letters, level)."""
    spans: list[tuple[str, str, int]] = []
    for letter, level in zip(text, _levels(text), strict=True):
        name, letters, before = spans[-1] if spans else ("", "", level)
        # A space stays with its Arabic words, so that the name is read out (and copied) as one.
        attached = _clings(letter) or (letter == " " and name == ARABIC and level % 2)
        if attached and (name == MISSING or (name and can_print(name, letter))):
            found = name
        else:
            found = next((each for each in (latin, ARABIC, HAN) if can_print(each, letter)), MISSING)
        if found == name and level == before:
            spans[-1] = (name, letters + letter, level)
        else:
            spans.append((found, letter, level))
    return spans


def _levels(text: str) -> list[int]:
    """The embedding level of each letter in a left-to-right line. Source: Unicode Annex 9."""
    if not any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in text):
        return [0] * len(text)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = 0, "L"
    # The algorithm takes joiners out before it looks; as marks they keep their place and follow their letter.
    algorithm.get_embedding_levels(re.sub(f"[{JOINERS}]", "\u0300", text), storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [letter["level"] for letter in storage["chars"]]


def _visual(spans: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Put spans in the order they are drawn: from the deepest level up, turn each stretch. Source: UAX 9, L2."""
    ordered = list(spans)
    for level in range(max((each[2] for each in spans), default=0), 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][2] >= level:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            start = max(end, start + 1)
    return ordered


def _clings(letter: str) -> bool:
    return letter in JOINERS or unicodedata.category(letter)[0] == "M"


def _run(name: str, letters: str, level: int) -> Run:
    if name == MISSING:
        boxes = MISSING * (sum(not _clings(letter) for letter in letters) or 1)
        return Run(LATIN, boxes, font(LATIN).stringWidth(boxes, 1), letters)
    marked = any(map(_clings, letters))
    if name != HAN and (level % 2 or marked or name == ARABIC):
        return _shape(name, letters, rightwards=level % 2 == 0)
    drawn = letters[::-1] if level % 2 else letters
    return Run(name, drawn, font(name).stringWidth(drawn, 1))


def _shape(name: str, letters: str, rightwards: bool) -> Run:
    """Join letters and place marks as the typeface asks; right-to-left glyphs come out in drawing order."""
    loaded = font(name)
    buffer = ttfonts.uharfbuzz.Buffer()
    buffer.add_str(letters)
    buffer.direction = "ltr" if rightwards else "rtl"
    # Stated, not guessed: the guess takes the language from the server's locale, and glyphs depend on it.
    buffer.script, buffer.language = ("Arab", "ar") if name == ARABIC else ("Latn", "en")
    with PRESS:
        ttfonts.uharfbuzz.shape(_shaper(name), buffer, {"kern": True, "liga": True})
    codes, data = [], []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        code = loaded.by_glyph[info.codepoint]
        scaled = [loaded.pdfScale(value) for value in _numbers(position)]
        codes.append(chr(code))
        data.append(ttfonts.ShapeData(info.cluster, *scaled, loaded.face.charWidths[code]))
    width = sum(each.x_advance for each in data) / 1000
    # Joined forms have characters of their own, which readers know and turn back; a private code says nothing.
    private = any(unicodedata.category(code) == "Co" for code in codes)
    return Run(name, ttfonts.ShapedStr("".join(codes), data), width, letters if private else None)


def _numbers(position: Any) -> tuple[int, int, int, int]:
    return position.x_advance, position.y_advance, position.x_offset, position.y_offset


@cache
def _shaper(name: str) -> Any:
    return ttfonts.uharfbuzz.Font(font(name).hbFace)
