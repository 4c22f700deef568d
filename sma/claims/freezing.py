"""What a batch freezes: the whole of each line, kept in sealed blocks, and read back without a database row per line.

Pure apart from the keys of this process. A block is JSON by column, in the order of `Line`'s fields: a column is a
list with a value per line, or `{"all": value}` where all lines agree. Most columns do, and reading them back is then
a quarter of the work.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache
from itertools import repeat
from typing import Any

from billing.exports import Assignment, LeftOut, Line
from sma.core import crypto

LINES_IN_BLOCK = 500
_CONTEXT = "claim_block.content"

_READERS: dict[str, Callable[[str], date]] = {
    **dict.fromkeys(
        ("session_date", "patient_dob", "referral_issue_date", "aob_date"), lru_cache(maxsize=8192)(date.fromisoformat)
    ),
    # The same text is the same offset, so a shared value is written back as it was.
    **dict.fromkeys(("session_start", "session_end"), lru_cache(maxsize=8192)(datetime.fromisoformat)),
}


def blocks(lines: Sequence[Line]) -> Iterator[tuple[int, int, bytes]]:
    """Yield (number, first line number, sealed content) for lines in file order."""
    for number, start in enumerate(range(0, len(lines), LINES_IN_BLOCK)):
        part = lines[start : start + LINES_IN_BLOCK]
        yield number, part[0].line_no, crypto.keyring().seal(_dump(part), _CONTEXT)


def thaw(content: bytes) -> Iterator[Line]:
    """Open one block and yield its lines."""
    block = json.loads(crypto.keyring().open(content, _CONTEXT))
    columns = [
        _column(name, column, block["lines"]) for name, column in zip(Line._fields, block["columns"], strict=True)
    ]
    return map(Line._make, zip(*columns, strict=True))


def beside(assignments: Sequence[Assignment], left_out: Sequence[LeftOut]) -> str:
    """What a batch keeps beside its lines, as text to be sealed: the assignments behind them, and what stayed out."""
    kept = {
        "assignments": [{key: _plain(value) for key, value in each._asdict().items()} for each in assignments],
        "left_out": [{key: _plain(value) for key, value in asdict(each).items()} for each in left_out],
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read_beside(text: str | None) -> tuple[tuple[Assignment, ...], tuple[LeftOut, ...]]:
    """Read back what `beside` wrote."""
    kept = json.loads(text) if text else {"assignments": [], "left_out": []}
    return (
        tuple(Assignment(**_dated(each, "assigned_on", "keep_until")) for each in kept["assignments"]),
        tuple(LeftOut(**_dated(each, "session_date")) for each in kept["left_out"]),
    )


def _dated(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: date.fromisoformat(value) if key in names and value else value for key, value in row.items()}


def _column(name: str, column: Any, lines: int) -> Iterable[Any]:
    read = _READERS.get(name)
    if isinstance(column, dict):
        value = column["all"]
        return repeat(value if read is None or value is None else read(value), lines)
    return column if read is None else [value and read(value) for value in column]


def _dump(lines: Sequence[Line]) -> bytes:
    columns = [
        {"all": column[0]} if all(value == column[0] for value in column) else column
        for column in zip(*([_plain(value) for value in line] for line in lines), strict=True)
    ]
    block = {"lines": len(lines), "columns": columns}
    return json.dumps(block, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    # As text before columns are compared: two equal instants in two zones are written differently.
    return value.isoformat() if isinstance(value, date) else value
