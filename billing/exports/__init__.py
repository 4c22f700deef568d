"""Formats a batch of proposed items can be written in: `EXPORTS[format].write(batch, stream)` returns its totals.

The files are records for the practice to check, import or key from; nothing here lodges anything. The same batch
gives the same bytes whoever writes it, wherever and whenever. `manifest` is the small document that goes beside
a file and lets a reader check it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import BinaryIO

from billing.exports.claim_json import write_claim_json
from billing.exports.columns import COLUMNS, HEADER, HEADER_VERSION, Column
from billing.exports.csv import dollars, write_csv
from billing.exports.fhir import write_fhir
from billing.exports.lines import (
    RECORD,
    Assignment,
    Batch,
    ControlTotals,
    LeftOut,
    Line,
    OutOfOrder,
    TooManyLines,
    filename,
    numbered,
    voiding,
)
from billing.exports.xlsx import write_xlsx

__all__ = [
    "COLUMNS",
    "EXPORTS",
    "HEADER",
    "HEADER_VERSION",
    "Assignment",
    "Batch",
    "Column",
    "ControlTotals",
    "Exporter",
    "LeftOut",
    "Line",
    "OutOfOrder",
    "TooManyLines",
    "filename",
    "manifest",
    "numbered",
    "voiding",
    "write_claim_json",
    "write_csv",
    "write_fhir",
    "write_xlsx",
]


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One format: how it is served and how it is written."""

    media_type: str
    extension: str
    write: Callable[[Batch, BinaryIO], ControlTotals]


EXPORTS: dict[str, Exporter] = {
    "csv": Exporter(media_type="text/csv; charset=utf-8; header=present", extension="csv", write=write_csv),
    "xlsx": Exporter(
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        extension="xlsx",
        write=write_xlsx,
    ),
    "json": Exporter(media_type="application/json", extension="json", write=write_claim_json),
    "fhir": Exporter(media_type="application/fhir+json", extension="fhir.json", write=write_fhir),
}


def manifest(batch: Batch, totals: ControlTotals, file: str) -> bytes:
    """The JSON document beside an exported file: its totals, its SHA-256 and the rules it was made under.

    It is saved as the file's name plus ".manifest.json". Amounts are given in dollars and in cents.
    """
    facts = {
        "document": RECORD,
        "practice": batch.practice_name,
        "batch": batch.reference,
        "frozen_at": batch.exported_at.astimezone(UTC).isoformat(timespec="seconds"),
        "file": file,
        "sha256": totals.sha256,
        "header_version": HEADER_VERSION,
        "rows": totals.row_count,
        "charge": dollars(totals.charge_cents),
        "charge_cents": totals.charge_cents,
        "benefit": dollars(totals.benefit_cents),
        "benefit_cents": totals.benefit_cents,
        "schedule_version": batch.schedule_version,
        "rulebook_sha256": batch.rulebook_hash,
    }
    return (json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode()
