"""One-time notices after an act: "Place booked".

The cookie holds only the name of a sentence that the code knows, and at most one number, so it can carry no
personal data and needs no signature: whoever forges it can only make the page show another of our sentences
to themselves.
"""

import re
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

COOKIE = "sma_notice"
_SHAPE = re.compile(r"([a-z0-9][a-z0-9-]{0,59})(?:\.(\d{1,6}))?")
_sentences: dict[str, str] = {}


@dataclass(frozen=True)
class Said:
    """A notice to show on the next page; `count` fills `{n}` in its sentence."""

    key: str
    count: int | None = None

    def of(self, count: int) -> "Said":
        return Said(self.key, count)


def notice(key: str, sentence: str) -> Said:
    """Make a sentence known, once, at import.

    For example `BOOKED = notice("appointment-booked", "Place booked.")`.

    Raises: ValueError when the key is malformed or already stands for another sentence.
    """
    if not _SHAPE.fullmatch(key):
        raise ValueError(f"a notice key is lower-case words joined by hyphens, not {key!r}")
    if _sentences.setdefault(key, sentence) != sentence:
        raise ValueError(f"the notice {key!r} already says something else")
    return Said(key)


def attach(request: Request, response: Response, said: Said) -> None:
    """Leave the notice for the next page this browser opens."""
    value = said.key if said.count is None else f"{said.key}.{said.count}"
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, value, max_age=60, path="/", httponly=True, samesite="lax", secure=secure)


def pending(request: Request) -> str | None:
    """Return the sentence left for this page, if any; forged or outdated cookies give none."""
    shape = _SHAPE.fullmatch(request.cookies.get(COOKIE, ""))
    sentence = _sentences.get(shape[1]) if shape else None
    if shape is None or sentence is None or (shape[2] is None and "{n}" in sentence):
        return None
    return sentence.replace("{n}", shape[2] or "")
