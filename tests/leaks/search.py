"""Finds a word in bytes, however it was written down: encoded, escaped, folded, packed or compressed."""

import base64
import html
import io
import json
import quopri
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from urllib.parse import quote, quote_plus

from pypdf import PdfReader
from pypdf.generic import StreamObject

# A word may be cut by the line length of mails, calendars and base64.
_FOLDS = (b"\r\n ", b"=\r\n", b"=\n", b"\n ", b"\r\n", b"\n")


# What is shorter stands anywhere by chance.
SHORTEST = 6


def in_base64(raw: bytes) -> Iterator[bytes]:
    """Yield what surely stands in the base64 of any text that holds `raw`, for each of the three offsets."""
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + raw)
        # The first and last characters depend on the neighbours.
        start = (offset * 8 + 5) // 6
        whole = ((offset + len(raw)) * 8) // 6
        yield coded[start:whole]


ENCODINGS: dict[str, Callable[[str], Iterable[bytes]]] = {
    "raw": lambda word: [word.encode()],
    "utf-16": lambda word: [word.encode("utf-16-le"), word.encode("utf-16-be")],
    "escaped": lambda word: [word.encode("ascii", "backslashreplace")],
    "base64": lambda word: in_base64(word.encode()),
    "base64url": lambda word: (part.translate(bytes.maketrans(b"+/", b"-_")) for part in in_base64(word.encode())),
    "base64 of utf-16": lambda word: in_base64(word.encode("utf-16-le")),
    "quoted-printable": lambda word: [quopri.encodestring(word.encode()).strip(), _all_quoted(word)],
    "url": lambda word: [quote(word).encode(), quote(word).lower().encode(), quote_plus(word).encode()],
    "json": lambda word: [json.dumps(word)[1:-1].encode()],
    "html": lambda word: [html.escape(word).encode(), _by_number(word, "&#{};"), _by_number(word, "&#x{:x};")],
    "hex": lambda word: [word.encode().hex().encode(), word.encode().hex().upper().encode()],
    "hex of utf-16": lambda word: [
        word.encode("utf-16-be").hex().encode(),
        word.encode("utf-16-be").hex().upper().encode(),
    ],
}


@cache
def patterns(word: str) -> tuple[bytes, ...]:
    """Return every byte string that gives the word away."""
    spellings = {
        unicodedata.normalize(form, case)
        for form in ("NFC", "NFD")
        for case in (word, word.casefold(), word.upper(), _without_marks(word).casefold())
    }
    found = {part for spelling in spellings for encode in ENCODINGS.values() for part in encode(spelling)}
    return tuple(part for part in found if len(part) >= SHORTEST)


def unpacked(content: bytes) -> list[bytes]:
    """Return the content and everything that is packed inside it, unfolded as well."""
    layers = [content, *_inside(content)]
    unfolded: list[bytes] = []
    for layer in layers:
        # Lines of a page are indented, not folded.
        folds = _FOLDS[:3] if layer[:15].lower() == b"<!doctype html>" else _FOLDS
        unfolded.extend(layer.replace(fold, b"") for fold in folds if fold in layer)
    return layers + unfolded


class Pile:
    """Many bytes in which many words are looked for: a word is searched only where it can begin."""

    def __init__(self, content: bytes, words: Iterable[str]) -> None:
        self._content = content
        wanted = {(part[:SHORTEST],) for word in words for part in patterns(word)}
        self._begun: set[tuple[bytes]] = set()
        for offset in range(SHORTEST):
            end = len(content) - (len(content) - offset) % SHORTEST
            self._begun |= wanted.intersection(struct.iter_unpack(f"{SHORTEST}s", content[offset:end]))

    def holds(self, words: Iterable[str]) -> bool:
        """Tell whether any of the words, which were named at first, stands in it."""
        parts = (part for word in words for part in patterns(word) if (part[:SHORTEST],) in self._begun)
        return any(part in self._content for part in parts)


def find(words: Iterable[str], layers: Iterable[bytes]) -> bool:
    """Tell whether any of the words stands in any layer."""
    wanted = {part for word in words for part in patterns(word)}
    return any(part in layer for layer in layers for part in wanted)


def metadata_of(content: bytes) -> bytes:
    """Return what a file says about itself beside its pages or cells."""
    if content.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(content))
        described = [str(reader.metadata), str(reader.xmp_metadata.stream if reader.xmp_metadata else "")]
        return "\n".join([*described, str(reader.outline), str(reader.named_destinations)]).encode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        described = [name for name in archive.namelist() if name.startswith(("docProps/", "_rels/", "xl/workbook"))]
        return b"\n".join([*(archive.read(name) for name in described), *(n.encode() for n in archive.namelist())])


def _inside(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                # Text in workbooks may be written with character references.
                yield archive.read(name)
                yield html.unescape(archive.read(name).decode("utf-8", "replace")).encode()
            yield archive.comment
    elif content.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(content))
        yield "\n".join(page.extract_text() for page in reader.pages).encode()
        yield metadata_of(content)
        for number in range(1, len(reader.xref[0]) + 1 if reader.xref else 1):
            thing = reader.get_object(number)
            if isinstance(thing, StreamObject):
                yield thing.get_data()
    else:
        for match in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x9c\xda]", content):
            try:
                yield zlib.decompressobj(47).decompress(content[match.start() :])
            except zlib.error:
                continue
        if b"&" in content:
            yield html.unescape(content.decode("utf-8", "replace")).encode()


def _all_quoted(word: str) -> bytes:
    return "".join(f"={byte:02X}" for byte in word.encode()).encode()


def _by_number(word: str, pattern: str) -> bytes:
    return "".join(letter if letter.isascii() else pattern.format(ord(letter)) for letter in word).encode()


def _without_marks(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
