"""Streams the published XML into items: flat `Data` records under `MBS_XML`, plain or gzip.

Files come from outside, so a document type, entities, other layouts, a cut-off end and absurd sizes are refused with
a reason. A single value that cannot be read is kept as such: one odd item must not hide the other six thousand.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, BinaryIO, cast
from xml.parsers import expat

from billing.money import cents_from_decimal_text

# Guards, not facts: eight times the largest file seen, ten times its longest text and its number of items, and three
# times the fields of a record. Without them a small file made for it would keep a machine busy for an hour.
LIMIT_BYTES = 64 * 1024 * 1024
LIMIT_TEXT = 40_000
LIMIT_ITEMS = 60_000
LIMIT_FIELDS = 120
CHUNK = 64 * 1024

_NAME_DATE = re.compile(r"MBS-XML-(\d{8})", re.IGNORECASE)


class ScheduleProblem(ValueError):
    """The file is not a schedule we can read; the text says what is wrong and what to do."""


@dataclass(frozen=True, kw_only=True)
class PublishedItem:
    """One item as published. Amounts are cents; what the file leaves empty is None or an empty text."""

    number: str
    category: str
    group: str
    subgroup: str
    item_type: str
    provider_type: str
    fee_type: str
    benefit_type: str
    schedule_fee_cents: int | None
    benefit_cents_by_percent: dict[int, int]
    derived_fee: str
    description: str
    item_starts_on: date | None
    item_ends_on: date | None
    benefit_starts_on: date | None
    fee_starts_on: date | None
    derived_fee_starts_on: date | None
    description_starts_on: date | None
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def family(self) -> tuple[str, str, str]:
        """Category, group and subgroup: the neighbours an item is published with."""
        return self.category, self.group, self.subgroup


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A whole file: its items by number in file order, the day it takes effect, and numbers that came twice."""

    effective_on: date
    items: dict[str, PublishedItem]
    repeated: tuple[str, ...] = ()


def read_schedule(
    source: Path | BinaryIO, *, effective_on: date | None = None, limit_bytes: int = LIMIT_BYTES
) -> Schedule:
    """Read a published file, plain or gzip. Of an item that comes twice the first counts.

    The day it takes effect is the one given, else the one in the file's name, else its latest fee date.
    Raises: ScheduleProblem.
    """
    items: dict[str, PublishedItem] = {}
    repeated: list[str] = []
    for item in read_items(source, limit_bytes=limit_bytes):
        if items.setdefault(item.number, item) is not item:
            repeated.append(item.number)  # noqa: PERF401 - the loop also fills `items`
    if not items:
        raise ScheduleProblem("the file holds no items")
    day = effective_on or _named(source) or max(filter(None, map(_fee_date, items.values())), default=None)
    if day is None:
        raise ScheduleProblem("nothing in the file says when it takes effect; give the date")
    return Schedule(effective_on=day, items=items, repeated=tuple(repeated))


def read_items(source: Path | BinaryIO, *, limit_bytes: int = LIMIT_BYTES) -> Iterator[PublishedItem]:
    """Yield the items in file order while reading, in constant memory.

    Raises: ScheduleProblem.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                yield from _items(stream, limit_bytes)
        except OSError as error:
            raise ScheduleProblem(f"the file cannot be opened: {error.strerror or error}") from error
    else:
        yield from _items(source, limit_bytes)


@dataclass
class _Records:
    """Collects flat records from parser events, refusing every other layout."""

    path: list[str] = field(default_factory=list)
    record: dict[str, str] = field(default_factory=dict)
    done: list[dict[str, str]] = field(default_factory=list)
    text: str = ""

    def start(self, name: str, _attributes: Any) -> None:
        self.path.append(name)
        depth = len(self.path)
        if depth == 1 and name != "MBS_XML":
            raise ScheduleProblem(f"the root is {name}, not MBS_XML: this is not the schedule's XML file")
        if depth == 2 and name != "Data":
            raise ScheduleProblem(f"found {name} where a Data record belongs: a layout we do not know")
        if depth > 3:
            raise ScheduleProblem(f"{'/'.join(self.path[2:])} is nested: only the flat layout is read")
        self.text = ""

    def characters(self, text: str) -> None:
        if len(self.path) != 3:
            return
        self.text += text
        if len(self.text) > LIMIT_TEXT:
            raise ScheduleProblem(f"a text longer than {LIMIT_TEXT:,} characters: not a schedule file")

    def end(self, name: str) -> None:
        depth = len(self.path)
        self.path.pop()
        if depth == 3:
            if name in self.record:
                raise ScheduleProblem(f"{name} stands twice in one record")
            if len(self.record) == LIMIT_FIELDS:
                raise ScheduleProblem(f"a record of more than {LIMIT_FIELDS} fields: not a schedule file")
            self.record[name] = self.text.strip()
        elif depth == 2:
            self.done.append(self.record)
            self.record = {}
        self.text = ""


def _refuse_doctype(*_: Any) -> None:
    # Entities can only be declared inside a document type, and the published file has none.
    raise ScheduleProblem("the file declares a document type; the published schedule has none, so it is refused")


def _items(stream: BinaryIO, limit_bytes: int) -> Iterator[PublishedItem]:
    records = _Records()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = records.start
    parser.CharacterDataHandler = records.characters
    parser.EndElementHandler = records.end
    count = 0
    try:
        for chunk in _chunks(stream, limit_bytes):
            parser.Parse(chunk, not chunk)
            for record in records.done:
                count += 1
                if count > LIMIT_ITEMS:
                    raise ScheduleProblem(f"more than {LIMIT_ITEMS:,} items: not a schedule file")
                yield _item(record, count)
            records.done.clear()
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise ScheduleProblem(f"not complete XML ({words}, after {count} items); download the file again") from error
    except ScheduleProblem:
        raise
    except (LookupError, ValueError) as error:
        raise ScheduleProblem(f"the encoding the file declares cannot be read: {error}") from error


def _chunks(stream: BinaryIO, limit_bytes: int) -> Iterator[bytes]:
    """Yield the unpacked bytes in pieces, then one empty piece for the end."""
    head = stream.read(2)
    size = 0
    packed = head == b"\x1f\x8b"
    unpacked = gzip.GzipFile(fileobj=cast("IO[bytes]", _Packed(head, stream, limit_bytes))) if packed else stream
    reader = cast("IO[bytes]", unpacked)
    piece = b"" if packed else head
    try:
        while more := reader.read(CHUNK):
            size += len(more)
            if size > limit_bytes:
                raise ScheduleProblem(f"larger than {limit_bytes // 1024 // 1024} MB unpacked: not a schedule file")
            yield piece + more
            piece = b""
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ScheduleProblem("the gzip file is damaged or cut off; download it again") from error
    if piece:
        yield piece
    yield b""


class _Packed:
    """A stream that gives back the bytes that were read to recognise it, and ends in time even if nothing unpacks."""

    def __init__(self, head: bytes, rest: BinaryIO, limit_bytes: int) -> None:
        self._head, self._rest, self._left = head, rest, limit_bytes

    def read(self, size: int = -1) -> bytes:
        head, self._head = self._head, b""
        found = head or self._rest.read(size)
        self._left -= len(found)
        if self._left < 0:
            raise ScheduleProblem("too large to be a schedule file, and most of it holds nothing")
        return found


def _item(record: dict[str, str], position: int) -> PublishedItem:
    number = record.get("ItemNum", "")
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise ScheduleProblem(f"record {position} has no item number")
    bad: list[tuple[str, str]] = []

    def cents(name: str) -> int | None:
        try:
            return cents_from_decimal_text(record[name]) if record.get(name) else None
        except ValueError:
            bad.append((name, record[name]))
            return None

    def day(name: str) -> date | None:
        try:
            return _date(record[name], "%d.%m.%Y") if record.get(name) else None
        except ValueError:
            bad.append((name, record[name]))
            return None

    benefits = {percent: cents(f"Benefit{percent}") for percent in (75, 85, 100)}
    return PublishedItem(
        number=number,
        category=record.get("Category", ""),
        group=record.get("Group", ""),
        subgroup=record.get("SubGroup", ""),
        item_type=record.get("ItemType", ""),
        provider_type=record.get("ProviderType", ""),
        fee_type=record.get("FeeType", ""),
        benefit_type=record.get("BenefitType", ""),
        schedule_fee_cents=cents("ScheduleFee"),
        benefit_cents_by_percent={percent: value for percent, value in benefits.items() if value is not None},
        derived_fee=record.get("DerivedFee", ""),
        description=record.get("Description", ""),
        item_starts_on=day("ItemStartDate"),
        item_ends_on=day("ItemEndDate"),
        benefit_starts_on=day("BenefitStartDate"),
        fee_starts_on=day("FeeStartDate"),
        derived_fee_starts_on=day("DerivedFeeStartDate"),
        description_starts_on=day("DescriptionStartDate"),
        unreadable=tuple(bad),
    )


def _fee_date(item: PublishedItem) -> date | None:
    return item.fee_starts_on or item.derived_fee_starts_on


def _named(source: Path | BinaryIO) -> date | None:
    found = _NAME_DATE.search(Path(str(getattr(source, "name", ""))).name)
    try:
        return _date(found[1], "%Y%m%d") if found else None
    except ValueError:
        return None


# Six thousand items share a few hundred days, and reading a date costs more than anything else here.
@lru_cache(maxsize=4096)
def _date(text: str, form: str) -> date:
    return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar date has no zone
