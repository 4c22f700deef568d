"""The verbs of claims: propose and assess again, decide line by line, freeze batches, make files."""

from sma.claims.actions.agreements import follow_ended_assignment as follow_ended_assignment
from sma.claims.actions.agreements import follow_recorded_assignment as follow_recorded_assignment
from sma.claims.actions.approving_many import ApprovedTogether as ApprovedTogether
from sma.claims.actions.approving_many import approve_many as approve_many
from sma.claims.actions.approving_many import reassess_many as reassess_many
from sma.claims.actions.batches import hold_ready_lines as hold_ready_lines
from sma.claims.actions.batches import make_batches as make_batches
from sma.claims.actions.batches import would_freeze as would_freeze
from sma.claims.actions.decisions import approve as approve
from sma.claims.actions.decisions import hold_line as hold_line
from sma.claims.actions.decisions import mark_not_billed as mark_not_billed
from sma.claims.actions.decisions import void_and_replace as void_and_replace
from sma.claims.actions.exports import hold_batch as hold_batch
from sma.claims.actions.exports import request_export as request_export
from sma.claims.actions.exports import write_export as write_export
from sma.claims.actions.periods import request_period as request_period
from sma.claims.actions.policy import record_policy as record_policy
from sma.claims.actions.proposing import Changes as Changes
from sma.claims.actions.proposing import propose as propose
from sma.claims.actions.proposing import reassess as reassess
from sma.claims.actions.responses import ReportFile as ReportFile
from sma.claims.actions.responses import TakenIn as TakenIn
from sma.claims.actions.responses import check_report as check_report
from sma.claims.actions.responses import from_bytes as from_bytes
from sma.claims.actions.responses import import_report as import_report
from sma.claims.actions.responses_again import propose_again as propose_again
from sma.claims.actions.responses_lodging import record_lodgement as record_lodgement

__all__ = [
    "ApprovedTogether",
    "Changes",
    "ReportFile",
    "TakenIn",
    "approve",
    "approve_many",
    "check_report",
    "follow_ended_assignment",
    "follow_recorded_assignment",
    "from_bytes",
    "hold_batch",
    "hold_line",
    "hold_ready_lines",
    "import_report",
    "make_batches",
    "mark_not_billed",
    "propose",
    "propose_again",
    "reassess",
    "reassess_many",
    "record_lodgement",
    "record_policy",
    "request_export",
    "request_period",
    "void_and_replace",
    "would_freeze",
    "write_export",
]
