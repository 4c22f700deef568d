"""Reads for the pages of claims. No statement here grows in number with the rows it shows."""

from sma.claims.queries.batches import BatchView as BatchView
from sma.claims.queries.batches import batch_view as batch_view
from sma.claims.queries.batches import batches as batches
from sma.claims.queries.batches import effective_totals as effective_totals
from sma.claims.queries.exports import ExportView as ExportView
from sma.claims.queries.exports import export_bytes as export_bytes
from sma.claims.queries.exports import export_view as export_view
from sma.claims.queries.exports import manifest_of as manifest_of
from sma.claims.queries.exports import must_be_ready as must_be_ready

__all__ = [
    "BatchView",
    "ExportView",
    "batch_view",
    "batches",
    "effective_totals",
    "export_bytes",
    "export_view",
    "manifest_of",
    "must_be_ready",
]
