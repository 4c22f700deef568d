"""From a closed session to a record of proposed items: lines with their reasons, each approved by the clinician who
gave the service, frozen into batches and written as files.

Nothing here lodges anything, and nothing says that Medicare would accept it. What is exported is never edited: a line
is voided and replaced.
"""

from sma.claims.actions import approve as approve
from sma.claims.actions import check_report as check_report
from sma.claims.actions import follow_ended_assignment as follow_ended_assignment
from sma.claims.actions import follow_recorded_assignment as follow_recorded_assignment
from sma.claims.actions import from_bytes as from_bytes
from sma.claims.actions import import_report as import_report
from sma.claims.actions import make_batches as make_batches
from sma.claims.actions import mark_not_billed as mark_not_billed
from sma.claims.actions import propose as propose
from sma.claims.actions import reassess as reassess
from sma.claims.actions import record_lodgement as record_lodgement
from sma.claims.actions import record_policy as record_policy
from sma.claims.actions import request_export as request_export
from sma.claims.actions import void_and_replace as void_and_replace
from sma.claims.actions import write_export as write_export
from sma.claims.actions.accounts import credit_account as credit_account
from sma.claims.actions.accounts import issue_account as issue_account
from sma.claims.actions.accounts import record_payment as record_payment
from sma.claims.actions.payers import choose_payer as choose_payer
from sma.claims.actions.referrer_reports import sign_off as sign_off
from sma.claims.actions.referrer_reports import write_letter as write_letter
from sma.claims.models import Claim as Claim
from sma.claims.models import ClaimBatch as ClaimBatch
from sma.claims.models import ClaimLine as ClaimLine
from sma.claims.models import Export as Export
from sma.claims.models import PrivateAccount as PrivateAccount
from sma.claims.models import ReferrerReport as ReferrerReport
from sma.claims.queries import needs_decision as needs_decision
from sma.claims.rules import ClaimStatus as ClaimStatus
from sma.claims.rules import ExportStatus as ExportStatus
from sma.claims.rules import LineKind as LineKind
from sma.claims.rules import ReportRefused as ReportRefused

__all__ = [
    "Claim",
    "ClaimBatch",
    "ClaimLine",
    "ClaimStatus",
    "Export",
    "ExportStatus",
    "LineKind",
    "PrivateAccount",
    "ReferrerReport",
    "ReportRefused",
    "approve",
    "check_report",
    "choose_payer",
    "credit_account",
    "follow_ended_assignment",
    "follow_recorded_assignment",
    "from_bytes",
    "import_report",
    "issue_account",
    "make_batches",
    "mark_not_billed",
    "needs_decision",
    "propose",
    "reassess",
    "record_lodgement",
    "record_payment",
    "record_policy",
    "request_export",
    "sign_off",
    "void_and_replace",
    "write_export",
    "write_letter",
]
