"""Reads one resource a line from a file that nobody here wrote: bounded, strict, and silent about its contents."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The largest resource seen is 4 KB; pictures and documents are not wanted here.
LONGEST_LINE_BYTES = 256 * 1024
MOST_LINES = 200_000
DEEPEST = 40
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")

# (line, resource id, code, reason)
Refuse = Callable[[int, str | None, str, str], None]


@dataclass(frozen=True)
class Line:
    """One readable resource: where it stood, its id, and a digest of what it says."""

    number: int
    id: str
    resource: dict[str, Any]
    digest: str


class _Unreadable(Exception):
    def __init__(self, code: str, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(code)


def read_lines(path: Path, kind: str, refuse: Refuse) -> Iterator[Line]:
    """Yield each resource of the expected type; anything else is refused with its line number.

    Memory stays at one line. The first of two resources with the same id counts.
    """
    seen: set[str] = set()
    with path.open("rb") as file:
        for number, raw in enumerate(_bounded(file.readline), start=1):
            if number > MOST_LINES:
                refuse(number, None, "too-many-lines", f"Only the first {MOST_LINES:,} lines are read. Split the file.")
                return
            if raw is not None and not raw.strip():
                continue
            found: str | None = None
            try:
                resource = _parse(raw, is_first=number == 1)
                found = _id_of(resource)
                _check(resource, kind, found, seen)
            except _Unreadable as problem:
                refuse(number, found, problem.code, problem.reason)
                continue
            assert found is not None  # noqa: S101 - _check has refused a resource without one
            seen.add(found)
            yield Line(number, found, resource, _digest(resource))


def _bounded(readline: Callable[[int], bytes]) -> Iterator[bytes | None]:
    """Yield lines; None stands for one that is too long, whose rest is skipped without being kept."""
    while raw := readline(LONGEST_LINE_BYTES + 1):
        if len(raw) <= LONGEST_LINE_BYTES or raw.endswith(b"\n"):
            yield raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = readline(LONGEST_LINE_BYTES)
        yield None


def _parse(raw: bytes | None, *, is_first: bool) -> dict[str, Any]:
    if raw is None:
        raise _Unreadable("line-too-long", f"A line may have at most {LONGEST_LINE_BYTES // 1024} KB.")
    try:
        text = raw.decode("utf-8-sig" if is_first else "utf-8")
    except UnicodeDecodeError:
        raise _Unreadable("bad-text", "The line is not UTF-8 text.") from None
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
        depth = _depth(found)
    except (ValueError, RecursionError):
        raise _Unreadable("bad-json", "The line is not a single JSON object.") from None
    if not isinstance(found, dict):
        raise _Unreadable("bad-json", "The line is not a single JSON object.")
    if depth > DEEPEST:
        raise _Unreadable("too-deep", "The resource is nested too deeply to be one of ours.")
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _depth(value: Any) -> int:
    """Return how deep the value is nested; raises ValueError for text that no database can keep."""
    if isinstance(value, dict):
        return 1 + max((_depth(inner) for pair in value.items() for inner in pair), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    if isinstance(value, str) and any((ord(c) < 32 and c not in "\t\n\r") or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise ValueError("the text has control characters or half characters")
    return 0


def _id_of(resource: dict[str, Any]) -> str | None:
    found = resource.get("id")
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def _check(resource: dict[str, Any], kind: str, found: str | None, seen: set[str]) -> None:
    if resource.get("resourceType") != kind:
        raise _Unreadable("wrong-type", f"This file is for {kind} resources only.")
    if found is None:
        raise _Unreadable("no-id", "The resource has no id of the form FHIR allows, so it could not be found again.")
    if found in seen:
        raise _Unreadable("duplicate-id", "An earlier line has the same id; that one was used.")


def _digest(resource: dict[str, Any]) -> str:
    """Hash what the resource says, whatever the order of its names."""
    canonical = json.dumps(resource, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
