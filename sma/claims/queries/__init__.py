"""Reads for the pages of claims. No statement here grows in number with the rows it shows."""

from sma.claims.queries.batches import BatchView as BatchView
from sma.claims.queries.batches import batch_view as batch_view
from sma.claims.queries.batches import batches as batches
from sma.claims.queries.batches import effective_totals as effective_totals
from sma.claims.queries.evidence import Evidence as Evidence
from sma.claims.queries.evidence import evidence as evidence
from sma.claims.queries.exports import ExportView as ExportView
from sma.claims.queries.exports import export_bytes as export_bytes
from sma.claims.queries.exports import export_view as export_view
from sma.claims.queries.exports import manifest_of as manifest_of
from sma.claims.queries.exports import must_be_ready as must_be_ready
from sma.claims.queries.incentives import Offered as Offered
from sma.claims.queries.incentives import offered_incentives as offered_incentives
from sma.claims.queries.periods import periods as periods
from sma.claims.queries.policy import policies as policies
from sma.claims.queries.responses_file import reconciled as reconciled
from sma.claims.queries.responses_line import LineResponses as LineResponses
from sma.claims.queries.responses_line import lodgements as lodgements
from sma.claims.queries.responses_line import rejected_before as rejected_before
from sma.claims.queries.responses_line import responses_of as responses_of
from sma.claims.queries.responses_pages import ReportView as ReportView
from sma.claims.queries.responses_pages import report_view as report_view
from sma.claims.queries.responses_pages import reports as reports
from sma.claims.queries.responses_pages import zone_of_batches as zone_of_batches
from sma.claims.queries.responses_runs import RunView as RunView
from sma.claims.queries.responses_runs import runs as runs
from sma.claims.queries.tabs import Choices as Choices
from sma.claims.queries.tabs import Narrowed as Narrowed
from sma.claims.queries.tabs import Tab as Tab
from sma.claims.queries.tabs import counts as counts
from sma.claims.queries.tabs import filter_choices as filter_choices
from sma.claims.queries.tabs import needs_decision as needs_decision
from sma.claims.queries.tabs import reason_counts as reason_counts
from sma.claims.queries.tabs import totals as totals
from sma.claims.queries.tabs import waiting_for_batch as waiting_for_batch
from sma.claims.queries.volume import volumes as volumes
from sma.claims.queries.worklist import LineRow as LineRow
from sma.claims.queries.worklist import lines as lines
from sma.claims.queries.worklist import next_line as next_line
from sma.claims.queries.worklist import session_lines as session_lines

__all__ = [
    "BatchView",
    "Choices",
    "Evidence",
    "ExportView",
    "LineResponses",
    "LineRow",
    "Narrowed",
    "Offered",
    "ReportView",
    "RunView",
    "Tab",
    "batch_view",
    "batches",
    "counts",
    "effective_totals",
    "evidence",
    "export_bytes",
    "export_view",
    "filter_choices",
    "lines",
    "lodgements",
    "manifest_of",
    "must_be_ready",
    "needs_decision",
    "next_line",
    "offered_incentives",
    "periods",
    "policies",
    "reason_counts",
    "reconciled",
    "rejected_before",
    "report_view",
    "reports",
    "responses_of",
    "runs",
    "session_lines",
    "totals",
    "volumes",
    "waiting_for_batch",
    "zone_of_batches",
]
