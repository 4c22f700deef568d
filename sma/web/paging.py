"""Keyset paging: a page knows the key of its last row, so that rows added meanwhile shift nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows in order, and the opaque mark to ask for the rows after them; None on the last page."""

    items: Sequence[Row]
    next: str | None = None

    @classmethod
    def of(cls, rows: Sequence[Row], size: int, key: Callable[[Row], Key]) -> "Page[Row]":
        """Cut a page from rows read with `limit(size + 1)`; the extra row only proves there is more."""
        if len(rows) <= size:
            return cls(rows)
        return cls(rows[:size], mark(key(rows[size - 1])))


def mark(key: Key) -> str:
    """Write a row's sort key as part of an address. It is not a secret: use ids and times, never names."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).rstrip(b"=").decode()


def after(text: str | None, *shape: type[str] | type[int]) -> Key | None:
    """Read a mark back as a key of the given types; an absent, cut or edited mark means the first page."""
    if not text or len(text) > 500:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != len(shape):
        return None
    if any(type(value) is not kind for value, kind in zip(values, shape, strict=True)):
        return None
    return tuple(values)
