"""Puts a word where it must not be, in the ways in which it could get there by mistake."""

import base64
import html
import io
import json
import quopri
import zipfile
from collections.abc import Callable
from urllib.parse import quote

from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

Plant = Callable[[bytes, str], bytes]

IN_TEXT: dict[str, Plant] = {
    "as it is": lambda content, word: content + b"\n" + word.encode(),
    "in capitals": lambda content, word: content + b"\n" + word.upper().encode(),
    "in base64 after 0": lambda content, word: content + b"\n" + base64.b64encode(f"{word} came".encode()),
    "in base64 after 1": lambda content, word: content + b"\n" + base64.b64encode(f"x{word} came".encode()),
    "in base64 after 2": lambda content, word: content + b"\n" + base64.b64encode(f"xy{word} came".encode()),
    "quoted printable": lambda content, word: content + b"\n" + quopri.encodestring(f"{'x' * 70}{word}".encode()),
    "in an address": lambda content, word: content + b"\n/people?q=" + quote(word).encode(),
    "in utf-16": lambda content, word: content + b"\n" + word.encode("utf-16"),
    "in json": lambda content, word: content + b"\n" + json.dumps({"q": word}).encode(),
    "in html": lambda content, word: content + b"\n" + html.escape(word).encode("ascii", "xmlcharrefreplace"),
    "folded": lambda content, word: content + b"\r\n" + word[:6].encode() + b"\r\n " + word[6:].encode(),
}


def in_a_page_of_pdf(content: bytes, word: str) -> bytes:
    """Draw the word on a further page; the page's stream is compressed."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pageCompression=1)
    canvas.drawString(72, 72, word)
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.append(PdfReader(drawn))
    return _written(writer)


def in_the_metadata_of_pdf(content: bytes, word: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.add_metadata({"/Subject": word})
    return _written(writer)


def in_a_workbook(content: bytes, word: str) -> bytes:
    """Add a comment to the workbook, packed like everything in it."""
    packed = io.BytesIO(content)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/comments1.xml", f"<comments><t>{word.encode('ascii', 'xmlcharrefreplace').decode()}</t>")
    return packed.getvalue()


def ways(content: bytes, word: str) -> dict[str, Plant]:
    """Return the plants that fit what the content is, and the word."""
    if content.startswith(b"%PDF"):
        # The typefaces that every reader has know few letters.
        drawn = {"on a page": in_a_page_of_pdf} if word.isascii() else {}
        return {"in the metadata": in_the_metadata_of_pdf, **drawn}
    if content.startswith(b"PK"):
        return {"in a comment": in_a_workbook}
    return IN_TEXT


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
