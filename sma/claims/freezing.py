"""What a batch freezes: the whole of each line, kept in sealed blocks, and read back without a database row per line.

Pure apart from the keys of this process. A block is a JSON list of lists, in the order of `Line`'s fields.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from billing.exports import Line
from sma.core import crypto

LINES_IN_BLOCK = 500
_CONTEXT = "claim_block.content"

_day = lru_cache(maxsize=8192)(date.fromisoformat)
# The same text is the same offset, so that a shared value is written back as it was.
_instant = lru_cache(maxsize=8192)(datetime.fromisoformat)
_READERS = {
    **dict.fromkeys(("session_date", "patient_dob", "referral_issue_date", "aob_date"), _day),
    **dict.fromkeys(("session_start", "session_end"), _instant),
}
_ALWAYS = tuple((Line._fields.index(name), _READERS[name]) for name in ("session_date", "session_start", "session_end"))
_MAYBE = tuple((Line._fields.index(name), read) for name, read in _READERS.items() if not name.startswith("session"))


def blocks(lines: Sequence[Line]) -> Iterator[tuple[int, int, bytes]]:
    """Yield (number, first line number, sealed content) for lines in file order."""
    for number, start in enumerate(range(0, len(lines), LINES_IN_BLOCK)):
        part = lines[start : start + LINES_IN_BLOCK]
        yield number, part[0].line_no, crypto.keyring().seal(_dump(part), _CONTEXT)


def thaw(content: bytes) -> Iterator[Line]:
    """Open one block and yield its lines. The hot loop of a large export."""
    for row in json.loads(crypto.keyring().open(content, _CONTEXT)):
        for place, read in _ALWAYS:
            row[place] = read(row[place])
        for place, read in _MAYBE:
            if row[place] is not None:
                row[place] = read(row[place])
        yield Line._make(row)


def _dump(lines: Iterable[Line]) -> bytes:
    return json.dumps([list(line) for line in lines], ensure_ascii=False, separators=(",", ":"), default=_text).encode()


def _text(value: Any) -> str:
    return str(value.isoformat())
