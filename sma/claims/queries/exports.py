"""Exports as they are shown and served."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from billing.exports import Batch, ControlTotals, manifest
from sma.claims.bundles import BUNDLE_TYPE, bundle_name
from sma.claims.formats import FORMATS, file_name
from sma.claims.models import CHUNK_CONTEXT, ClaimBatch, Export, ExportChunk
from sma.claims.rules import ExportNotFound, ExportStatus, NotReadyYet
from sma.core import crypto
from sma.core.db import Database, ReadSession


@dataclass(frozen=True)
class ExportView:
    """One file of a batch, with the names it is served under."""

    export: Export
    batch: ClaimBatch

    @property
    def file_name(self) -> str:
        if self.export.period_id is not None:
            return bundle_name(self.batch.reference, len(self.export.more_batches), self.export.format)
        return file_name(self.batch.reference, self.export.format)

    @property
    def media_type(self) -> str:
        return BUNDLE_TYPE if self.export.period_id is not None else FORMATS[self.export.format].media_type

    @property
    def state(self) -> str:
        return state_of(self.export)


def state_of(export: Export) -> str:
    """queued, running, ready or failed."""
    if export.status == ExportStatus.PREPARING:
        return "running" if export.attempt else "queued"
    return export.status


def export_view(db: ReadSession, export_id: UUID) -> ExportView:
    """Raises: ExportNotFound."""
    found = db.exec(
        select(Export, ClaimBatch)
        .join(ClaimBatch, col(ClaimBatch.id) == col(Export.batch_id))
        .where(col(Export.id) == export_id)
    ).one_or_none()
    if found is None:
        raise ExportNotFound
    return ExportView(*found)


def must_be_ready(view: ExportView) -> Export:
    """Raises: NotReadyYet."""
    if view.export.status != ExportStatus.READY:
        raise NotReadyYet
    return view.export


def export_bytes(database: Database, export_id: UUID) -> Iterator[bytes]:
    """Open the chunks of a finished export one after the other; never more than one is in memory.

    Raises: ExportNotFound, NotReadyYet.
    """
    with database.read() as db:
        attempt = must_be_ready(export_view(db, export_id)).attempt
    number = 0
    while True:
        with database.read() as db:
            sealed = db.exec(
                select(ExportChunk.content).where(
                    col(ExportChunk.export_id) == export_id,
                    col(ExportChunk.attempt) == attempt,
                    col(ExportChunk.number) == number,
                )
            ).first()
        if sealed is None:
            return
        yield crypto.keyring().open(sealed, CHUNK_CONTEXT)
        number += 1


def manifest_of(view: ExportView) -> bytes:
    """The document beside a finished file: totals, checksum, the rules it was made under. Raises: NotReadyYet."""
    export, batch = must_be_ready(view), view.batch
    totals = ControlTotals(
        row_count=export.row_count or 0,
        charge_cents=export.charge_cents or 0,
        benefit_cents=export.benefit_cents or 0,
        sha256=export.sha256 or "",
    )
    frozen = Batch(
        reference=batch.reference,
        exported_at=batch.made_at,
        schedule_version=batch.schedule_version,
        rulebook_hash=batch.rulebook_hash,
        practice_name=batch.practice_name,
        lines=(),
    )
    return manifest(frozen, totals, view.file_name)
