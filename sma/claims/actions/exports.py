"""Files made from a frozen batch: asked for with proof of who asks, written by the worker in sealed chunks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func
from sqlmodel import col, select

from billing.exports import Batch, ControlTotals, Line, TooManyLines
from sma.claims.bundles import write_bundle
from sma.claims.formats import FORMATS
from sma.claims.freezing import read_beside, thaw
from sma.claims.limits import load_limits
from sma.claims.models import CHUNK_CONTEXT, ClaimBatch, ClaimBlock, Export, ExportChunk
from sma.claims.rules import BatchNotFound, ExportNotFound, ExportStatus, LeaseLost, StepUpNeeded, TotpNeeded
from sma.core import audit, crypto, logs, outbox
from sma.core.db import Database, WriteSession
from sma.core.errors import NotFound
from sma.core.outbox import Work
from sma.identity import CurrentUser

CHUNK_BYTES = 1_048_576
BLOCKS_AT_ONCE = 8

log = logs.get(__name__)


def hold_batch(db: WriteSession, batch_id: UUID) -> ClaimBatch:
    """Return a batch, its row locked until commit. Raises: BatchNotFound."""
    batch = db.exec(select(ClaimBatch).where(col(ClaimBatch.id) == batch_id).with_for_update()).one_or_none()
    if batch is None:
        raise BatchNotFound
    return batch


def request_export(
    db: WriteSession, batch_id: UUID, format: str, *, by: CurrentUser, now: datetime, require_totp: bool = False
) -> Export:
    """Ask for a file of a batch. Asked for again it is the same one; one that failed is tried anew.

    Locks: the batch. Publishes: export.requested. Raises: StepUpNeeded, TotpNeeded, BatchNotFound, NotFound for an
    unknown format.
    """
    must_export(format, by=by, now=now, require_totp=require_totp)
    batch = hold_batch(db, batch_id)
    export = db.exec(
        select(Export).where(
            col(Export.batch_id) == batch.id, col(Export.format) == format, col(Export.period_id).is_(None)
        )
    ).one_or_none()
    if export is not None and export.status != ExportStatus.FAILED:
        return export
    if export is None:
        export = Export(batch_id=batch.id, format=format, requested_by_id=by.id, requested_at=now)
        db.add(export)
        # The outbox row and the audit line name its id; a second press must find it.
        db.flush()
    else:
        export.status, export.attempt = ExportStatus.PREPARING, None
        export.requested_by_id, export.requested_at = by.id, now
    audit.record(db, by=by, did="request-export", on=export, now=now, format=format, batch=batch.reference)
    outbox.publish(db, "export.requested", export.id, now=now, key=now.isoformat())
    return export


def must_export(format: str, *, by: CurrentUser, now: datetime, require_totp: bool) -> None:
    """Raises: StepUpNeeded, TotpNeeded, NotFound for an unknown format."""
    if require_totp and not by.has_totp:
        raise TotpNeeded
    if not by.has_stepped_up(now):
        raise StepUpNeeded
    if format not in FORMATS:
        raise NotFound("There is no such file format.")


def write_export(database: Database, work: Work, *, now: datetime) -> None:
    """Write the file of an export, in chunks that count only once the last short transaction says so.

    Killed at any moment and run again, it leaves one file with the same bytes: a fresh attempt starts by deleting
    what dead ones left behind. Only the holder of the lease may finish, so two workers cannot mix their chunks.
    Raises: LeaseLost; ExportNotFound.
    """
    attempt, started = uuid4(), time.monotonic()

    def later() -> datetime:
        # The lease runs on while a long file is written; `now` alone would let it run out.
        return now + timedelta(seconds=time.monotonic() - started)

    begun = _begin(database, work, attempt, now=now)
    if begun is None:
        return
    format, write = begun
    chunks = _Chunks(database, work, attempt, later)
    try:
        totals = write(chunks)
    except TooManyLines:
        _give_up(database, work, attempt, now=later())
        return
    chunks.close()
    _finish(database, work, attempt, chunks, totals, now=later())
    log.info("export.written", export_id=str(work.subject_id), rows=totals.row_count, format=format)


def _begin(
    database: Database, work: Work, attempt: UUID, *, now: datetime
) -> tuple[str, Callable[[Any], ControlTotals]] | None:
    """Claim the export for this attempt and clear away dead ones; None when the file is already there."""
    with database.write() as db:
        export = db.exec(select(Export).where(col(Export.id) == work.subject_id).with_for_update()).one_or_none()
        if export is None:
            raise ExportNotFound
        _keep_only(db, export.id, export.attempt if export.status == ExportStatus.READY else attempt)
        if export.status != ExportStatus.PREPARING:
            outbox.finish(db, work, now=now)
            return None
        if not outbox.renew(db, work, now=now):
            raise LeaseLost
        export.attempt = attempt
        frozen = [
            frozen_batch(database, db.get_one(ClaimBatch, batch_id))
            for batch_id in (export.batch_id, *(UUID(each) for each in export.more_batches))
        ]
        if export.period_id is not None:
            return export.format, partial(write_bundle, frozen, export.format)
        return export.format, partial(FORMATS[export.format].write, frozen[0])


def frozen_batch(database: Database, batch: ClaimBatch) -> Batch:
    """The batch as the exporters take it: its lines are opened block by block while they are written."""
    assignments, left_out = read_beside(batch.beside)
    return Batch(
        reference=batch.reference,
        exported_at=batch.made_at,
        schedule_version=batch.schedule_version,
        rulebook_hash=batch.rulebook_hash,
        practice_name=batch.practice_name,
        lines=_lines(database, batch.id),
        meanings=batch.meanings,
        last_day=load_limits().form(batch.billing_type).last_day,
        timezone=batch.timezone,
        assignments=assignments,
        left_out=left_out,
    )


def _lines(database: Database, batch_id: UUID) -> Iterator[Line]:
    # A few blocks a read: no transaction stays open while the worker formats, and memory stays flat.
    start = 0
    while True:
        with database.read() as db:
            contents = db.exec(
                select(ClaimBlock.content)
                .where(col(ClaimBlock.batch_id) == batch_id, col(ClaimBlock.number) >= start)
                .order_by(col(ClaimBlock.number))
                .limit(BLOCKS_AT_ONCE)
            ).all()
        if not contents:
            return
        for content in contents:
            yield from thaw(content)
        start += len(contents)


class _Chunks:
    """Where an exporter writes to: every full megabyte is sealed and stored in a transaction of its own."""

    def __init__(self, database: Database, work: Work, attempt: UUID, later: Callable[[], datetime]) -> None:
        self._database, self._work, self._attempt, self._later = database, work, attempt, later
        self._buffer = bytearray()
        self.number = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        self._buffer += data
        while len(self._buffer) >= CHUNK_BYTES:
            self._store(bytes(self._buffer[:CHUNK_BYTES]))
            del self._buffer[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing to do: only whole chunks are stored."""

    def close(self) -> None:
        """Store what is left."""
        if self._buffer:
            self._store(bytes(self._buffer))
            self._buffer.clear()

    def _store(self, plain: bytes) -> None:
        sealed = crypto.keyring().seal(plain, CHUNK_CONTEXT)
        with self._database.write() as db:
            if not outbox.renew(db, self._work, now=self._later()):
                raise LeaseLost
            db.add(
                ExportChunk(export_id=self._work.subject_id, attempt=self._attempt, number=self.number, content=sealed)
            )
        self.number += 1
        self.size += len(plain)


def _finish(
    database: Database, work: Work, attempt: UUID, chunks: _Chunks, totals: ControlTotals, *, now: datetime
) -> None:
    with _settling(database, work, attempt, now=now) as (db, export):
        stored = db.exec(
            select(func.count()).where(col(ExportChunk.export_id) == export.id, col(ExportChunk.attempt) == attempt)
        ).one()
        if stored != chunks.number:
            raise LeaseLost
        export.status, export.ready_at = ExportStatus.READY, now
        export.sha256, export.size_bytes = totals.sha256, chunks.size
        export.row_count = totals.row_count
        export.charge_cents, export.benefit_cents = totals.charge_cents, totals.benefit_cents
        audit.record(db, by=None, did="write-export", on=export, now=now, rows=totals.row_count, sha256=totals.sha256)


def _give_up(database: Database, work: Work, attempt: UUID, *, now: datetime) -> None:
    with _settling(database, work, attempt, now=now) as (db, export):
        export.status = ExportStatus.FAILED
        _keep_only(db, export.id, None)
        audit.record(db, by=None, did="export-failed", on=export, now=now)


@contextmanager
def _settling(database: Database, work: Work, attempt: UUID, *, now: datetime) -> Iterator[tuple[WriteSession, Export]]:
    """The last transaction of an attempt: its own export, still its own lease, and the effect done. Locks: the row."""
    with database.write() as db:
        export = db.exec(select(Export).where(col(Export.id) == work.subject_id).with_for_update()).one()
        if export.attempt != attempt or not outbox.finish(db, work, now=now):
            raise LeaseLost
        yield db, export


def _keep_only(db: WriteSession, export_id: UUID, attempt: UUID | None) -> None:
    query = delete(ExportChunk).where(col(ExportChunk.export_id) == export_id)
    db.connection().execute(query if attempt is None else query.where(col(ExportChunk.attempt) != attempt))
