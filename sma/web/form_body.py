"""Reads the body of a form strictly enough to notice damaged text, which Starlette's own reading turns into
look-alike letters in silence. The size of a body as a whole is the body limit's business (`security.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

MOST_FIELDS = 2_000
MOST_FILES = 20
LONGEST_NAME = 200
LARGEST_TEXT_BYTES = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """A file as it was sent. Name and type are the sender's claim; never use the name as a path."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Body:
    """The fields of a form in the order sent, texts and files apart."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)


class BodyError(Exception):
    """The form as a whole can't be read; the message says what to do."""


class _Whole(MultiPartParser):
    """Notices whether the closing boundary came: a cut-off form would otherwise pass for a shorter one."""

    ended = False

    def on_end(self) -> None:
        self.ended = True


async def read_body(request: Request) -> Body:
    """Read url-encoded or multipart fields. Undecodable bytes become U+FFFD, which the field check refuses.

    Raises: BodyError. The body limit's 413 passes through.
    """
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    kind, charset = header.get_content_type(), str(header.get_param("charset", "utf-8"))
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise BodyError("This form must be sent as UTF-8 text. Reload the page and send it again.")
    if kind == "multipart/form-data":
        body = await _multipart(request, str(header.get_param("boundary", "")))
    elif kind == "application/x-www-form-urlencoded":
        body = _urlencoded(await request.body())
    elif not await request.body():
        body = Body()
    else:
        raise BodyError("This page can't read what was sent. Open the page again and use its own form.")
    if any(len(name) > LONGEST_NAME for name in (*body.texts, *body.files)):
        raise BodyError("The form has a field this page doesn't know. Reload the page and fill it in again.")
    return body


def _urlencoded(sent: bytes) -> Body:
    try:
        pairs = parse_qsl(
            sent.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise BodyError("The form has too many fields. Reload the page and send fewer at a time.") from None
    return _gather(pairs, [])


async def _multipart(request: Request, boundary: str) -> Body:
    # Read as latin-1, which maps every byte to one character, and decode strictly afterwards: told "utf-8",
    # the parser falls back to latin-1 by itself and a broken name would be stored as a wrong one.
    content_type = f'multipart/form-data; charset=latin-1; boundary="{boundary}"'.encode("latin-1", "replace")
    parser = _Whole(
        Headers(raw=[(b"content-type", content_type)]),
        request.stream(),
        max_files=MOST_FILES,
        max_fields=MOST_FIELDS,
        max_part_size=LARGEST_TEXT_BYTES,
    )
    try:
        if not boundary:
            raise BodyError("The form arrived incomplete. Reload the page and send it again.")
        form = await parser.parse()
        if not parser.ended:
            raise BodyError("The form arrived incomplete. Reload the page and send it again.")
    except MultiPartException as error:
        raise BodyError(_multipart_problem(error.message)) from None
    texts: list[tuple[str, str]] = []
    files: list[tuple[str, Upload]] = []
    for name, item in form.multi_items():
        if isinstance(item, UploadFile):
            claimed = (_utf8(item.filename or ""), item.content_type or "application/octet-stream")
            files.append((_utf8(name), Upload(*claimed, await item.read())))
        else:
            texts.append((_utf8(name), _utf8(item)))
    await form.close()
    return _gather(texts, files)


def _multipart_problem(message: str) -> str:
    if message.startswith("Part exceeded"):
        return "One answer is far too long. Shorten it and send the form again."
    if message.startswith("Too many files"):
        return f"Too many files at once. Choose up to {MOST_FILES} files."
    if message.startswith("Too many"):
        return "The form has too many fields. Reload the page and send fewer at a time."
    return "The form arrived incomplete. Reload the page and send it again."


def _utf8(latin: str) -> str:
    return latin.encode("latin-1").decode("utf-8", "replace")


def _gather(texts: Iterable[tuple[str, str]], files: Iterable[tuple[str, Upload]]) -> Body:
    body = Body()
    for name, text in texts:
        body.texts.setdefault(name, []).append(text)
    for name, file in files:
        # A file field left empty is sent as a nameless file of no bytes.
        if file.filename or file.content:
            body.files.setdefault(name, []).append(file)
    return body
