"""Several batches of one provider number in one file: a zip of their files, each with its manifest.

Pure. The same batches give the same bytes: times in the archive are fixed, and entries stand in the order given.
"""

from collections.abc import Sequence
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from billing.exports import Batch, ControlTotals, filename, manifest
from billing.exports.stream import SealingStream
from sma.claims.formats import FORMATS, file_name

BUNDLE_TYPE = "application/zip"
# The earliest that a zip can tell; the true one would make the same batches differ.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def bundle_name(first_reference: str, more: int, format: str) -> str:
    """The name a bundle is saved under: its first batch, how many more, and nothing about any person."""
    reference = f"{first_reference}-and-{more}-more" if more else first_reference
    return filename(reference, f"{FORMATS[format].extension}.zip")


def write_bundle(batches: Sequence[Batch], format: str, stream: BinaryIO) -> ControlTotals:
    """Write each batch in a format, one after the other. Raises: OutOfOrder, TooManyLines."""
    sealed = SealingStream(stream)
    rows = charge = benefit = 0
    with ZipFile(cast("BinaryIO", sealed), "w", ZIP_DEFLATED) as archive:
        for batch in batches:
            name = file_name(batch.reference, format)
            with archive.open(_entry(name), "w", force_zip64=True) as entry:
                totals = FORMATS[format].write(batch, cast("BinaryIO", entry))
            archive.writestr(_entry(f"{name}.manifest.json"), manifest(batch, totals, name))
            rows += totals.row_count
            charge += totals.charge_cents
            benefit += totals.benefit_cents
    return ControlTotals(row_count=rows, charge_cents=charge, benefit_cents=benefit, sha256=sealed.sha256)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    return entry
