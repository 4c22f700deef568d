"""Brings in earlier services from a CSV file: first a look at every row, then all of them or none.

The look writes nothing, so nobody waits for it. Where a row cannot be taken, nothing of the file is. The same file
again, and rows that say the same twice, change nothing.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from billing import load_rulebook
from sma.core import audit
from sma.core.audit import Actor
from sma.core.crypto import blind_index
from sma.core.db import Database, ReadSession, WriteSession, metadata
from sma.core.errors import Conflict, Invalid
from sma.entitlements.history_file import HistoryRow, RefusedRow, read_history
from sma.entitlements.models import EarlierRecord
from sma.entitlements.rules import RecordSource, day_problem, known_items, plan_kind_of
from sma.people import Coverage, Patient
from sma.people.rules import today_at

ROWS_AT_ONCE = 500
MOST_REASONS = 100
UNKNOWN = "Nobody here has that Medicare number and date of birth, or that reference."
SEVERAL = "Several people here fit this row. Enter the service on the right person's page."
NOBODY_NAMED = "The row names nobody: give the Medicare number and date of birth, or the reference."


@dataclass
class HistoryReport:
    """What a file came to. `reasons` holds the first refused rows; `refused` counts all of them."""

    rows: int = 0
    recorded: int = 0
    known_already: int = 0
    not_counted: int = 0
    refused: int = 0
    reasons: list[RefusedRow] = field(default_factory=list)

    def refuse(self, row: RefusedRow) -> None:
        self.refused += 1
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(row)

    def lines(self) -> Iterator[str]:
        """What the command prints."""
        for each in self.reasons:
            yield f"Row {each.number}: {each.reason}"
        if self.refused > len(self.reasons):
            yield f"And {self.refused - len(self.reasons):,} more rows."
        if self.refused:
            yield f"Nothing was recorded: {self.refused:,} of {self.rows:,} rows cannot be taken."
            return
        yield f"{self.recorded:,} of {self.rows:,} services recorded."
        yield f"{self.known_already:,} were here already."
        yield f"{self.not_counted:,} have an item that no rule here counts, and were left out."


def import_history(database: Database, path: Path, *, by: Actor | None, now: datetime) -> HistoryReport:
    """Look through a file, and if every row can be taken, record all its services in one transaction.

    Raises: Invalid when it is no such file, Conflict when it changed between the look and the recording.
    """
    seen = _digest(path)
    report = HistoryReport()
    for rows in _parts(path, report):
        with database.read() as db:
            _Matched(db, rows, today_at(now)).check(report)
    if report.refused:
        return report
    if _digest(path) != seen:
        raise Conflict("The file changed while it was read. Nothing was recorded; try again.", code="history-changed")
    final = HistoryReport()
    changed = Conflict("The record changed meanwhile. Nothing was recorded; try again.", code="history-changed")
    try:
        with database.write() as db:
            for rows in _parts(path, final):
                _write(db, rows, final, now=now)
            if final.refused:
                raise changed
            _note(db, final, by=by, now=now)
    except IntegrityError:  # somebody entered one of these services at the same moment
        raise changed from None
    return final


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parts(path: Path, report: HistoryReport) -> Iterator[list[HistoryRow]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _good(read_history(iter(lambda: file.readline(4096), "")), report.refuse, report)
            while part := list(islice(rows, ROWS_AT_ONCE)):
                yield part
    except UnicodeDecodeError:
        raise Invalid("The file is not UTF-8 text. Export it again as CSV.", code="history-text") from None


def _good(
    found: Iterator[HistoryRow | RefusedRow], refuse: Callable[[RefusedRow], None], report: HistoryReport
) -> Iterator[HistoryRow]:
    for row in found:
        report.rows += 1
        if isinstance(row, RefusedRow):
            refuse(row)
        else:
            yield row


class _Matched:
    """Some rows with the people they name. Four statements, however many rows."""

    def __init__(self, db: ReadSession, rows: Sequence[HistoryRow], today: date) -> None:
        self.rows, self.today = rows, today
        self._by_card = _by_card(db, rows)
        self._by_reference = _by_reference(db, rows)
        self._known = known_items(load_rulebook())

    def check(self, report: HistoryReport) -> Iterator[tuple[HistoryRow, UUID]]:
        """Say of each row whether it can be taken; returns those that can, with their person."""
        taken = []
        for row in self.rows:
            person, reason = self._person(row)
            if person is not None:
                reason = day_problem(row.date_of_service, person.born_on, self.today)
            if reason is not None or person is None:
                report.refuse(RefusedRow(row.number, reason or UNKNOWN))
            elif row.item_number not in self._known:
                report.not_counted += 1
            else:
                taken.append((row, person.id))
        return iter(taken)

    def _person(self, row: HistoryRow) -> tuple["_Person | None", str | None]:
        if row.reference is not None:
            found = self._by_reference.get(row.reference, [])
        elif row.medicare_number is not None and row.born_on is not None:
            held = self._by_card.get(blind_index(row.medicare_number, "coverage.number"), [])
            found = [each for each in held if each.born_on == row.born_on]
        else:
            return None, NOBODY_NAMED
        if len({each.id for each in found}) > 1:
            return None, SEVERAL
        return (found[0], None) if found else (None, UNKNOWN)


@dataclass(frozen=True)
class _Person:
    id: UUID
    born_on: date | None


def _by_card(db: ReadSession, rows: Sequence[HistoryRow]) -> dict[str, list[_Person]]:
    wanted = {blind_index(row.medicare_number, "coverage.number") for row in rows if row.medicare_number}
    found: dict[str, list[_Person]] = {}
    for index, patient_id, born_on in db.exec(
        select(col(Coverage.number_index), col(Patient.id), col(Patient.born_on))
        .join(Patient, col(Patient.id) == col(Coverage.patient_id))
        .where(col(Coverage.number_index).in_(wanted))
    ):
        found.setdefault(index, []).append(_Person(patient_id, born_on))
    return found


def _by_reference(db: ReadSession, rows: Sequence[HistoryRow]) -> dict[str, list[_Person]]:
    """By what our exports call a person: the number in the practice system, else our own id."""
    texts = {row.reference for row in rows if row.reference}
    found: dict[str, list[_Person]] = {}
    for source_id, patient_id, born_on in db.exec(
        select(col(Patient.source_id), col(Patient.id), col(Patient.born_on)).where(col(Patient.source_id).in_(texts))
    ):
        found.setdefault(source_id or "", []).append(_Person(patient_id, born_on))
    ids = [each for text in texts - found.keys() if (each := _uuid(text))]
    for patient_id, born_on in db.exec(select(col(Patient.id), col(Patient.born_on)).where(col(Patient.id).in_(ids))):
        for written in (patient_id.hex, str(patient_id)):
            found.setdefault(written, []).append(_Person(patient_id, born_on))
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _write(db: WriteSession, rows: Sequence[HistoryRow], report: HistoryReport, *, now: datetime) -> None:
    rulebook = load_rulebook()
    matched = [
        ((patient_id, row.item_number, row.date_of_service), row)
        for row, patient_id in _Matched(db, rows, today_at(now)).check(report)
    ]
    known = _standing(db, [key for key, _ in matched])
    values = []
    for key, row in matched:
        if key in known:
            report.known_already += 1
            continue
        known.add(key)
        values.append(
            {
                "id": uuid4(),
                "patient_id": key[0],
                "item_number": row.item_number,
                "date_of_service": row.date_of_service,
                "plan_kind": plan_kind_of(row.item_number, rulebook),
                "given": row.given,
                "place": row.place,
                "source": RecordSource.IMPORTED,
                "recorded_at": now,
            }
        )
    report.recorded += len(values)
    if values:
        db.connection().execute(insert(metadata.tables[str(EarlierRecord.__tablename__)]), values)


def _standing(db: ReadSession, keys: Sequence[tuple[UUID, str, date]]) -> set[tuple[UUID, str, date]]:
    """What is recorded already of these people, items and days; each part narrows what is read."""
    people, items, days = ({key[part] for key in keys} for part in range(3))
    rows = db.exec(
        select(col(EarlierRecord.patient_id), col(EarlierRecord.item_number), col(EarlierRecord.date_of_service)).where(
            col(EarlierRecord.patient_id).in_(people),
            col(EarlierRecord.item_number).in_(items),
            col(EarlierRecord.date_of_service).in_(days),
            col(EarlierRecord.mistake_at).is_(None),
        )
    )
    return {(patient_id, item_number, day) for patient_id, item_number, day in rows}


@dataclass(frozen=True)
class _File:
    """Stands for the imported file in the history of acts."""

    __tablename__ = EarlierRecord.__tablename__
    id: UUID


def _note(db: WriteSession, report: HistoryReport, *, by: Actor | None, now: datetime) -> None:
    if not report.recorded:
        return
    audit.record(
        db,
        by=by,
        did="import-history",
        on=_File(uuid4()),
        now=now,
        rows=report.rows,
        recorded=report.recorded,
    )
