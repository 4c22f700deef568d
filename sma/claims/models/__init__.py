"""Claim lines with their reasons, frozen batches, and the files made from them."""

from sma.claims.models.accounts import ACCOUNT_CONTEXT as ACCOUNT_CONTEXT
from sma.claims.models.accounts import AccountLine as AccountLine
from sma.claims.models.accounts import AccountPayment as AccountPayment
from sma.claims.models.accounts import PayerChoice as PayerChoice
from sma.claims.models.accounts import PrivateAccount as PrivateAccount
from sma.claims.models.batches import ClaimBatch as ClaimBatch
from sma.claims.models.batches import ClaimBlock as ClaimBlock
from sma.claims.models.batches import ClaimLine as ClaimLine
from sma.claims.models.exports import CHUNK_CONTEXT as CHUNK_CONTEXT
from sma.claims.models.exports import Export as Export
from sma.claims.models.exports import ExportChunk as ExportChunk
from sma.claims.models.exports import PeriodExport as PeriodExport
from sma.claims.models.lines import Claim as Claim
from sma.claims.models.policy import PracticePolicy as PracticePolicy
from sma.claims.models.referrer_reports import LETTER_CONTEXT as LETTER_CONTEXT
from sma.claims.models.referrer_reports import ReferrerReport as ReferrerReport
from sma.claims.models.responses import ClaimLodgement as ClaimLodgement
from sma.claims.models.responses import ClaimReport as ClaimReport
from sma.claims.models.responses import PaymentRun as PaymentRun
from sma.claims.models.responses import PaymentRunClaim as PaymentRunClaim
from sma.claims.models.responses import ServiceResult as ServiceResult

__all__ = [
    "ACCOUNT_CONTEXT",
    "CHUNK_CONTEXT",
    "LETTER_CONTEXT",
    "AccountLine",
    "AccountPayment",
    "Claim",
    "ClaimBatch",
    "ClaimBlock",
    "ClaimLine",
    "ClaimLodgement",
    "ClaimReport",
    "Export",
    "ExportChunk",
    "PayerChoice",
    "PaymentRun",
    "PaymentRunClaim",
    "PeriodExport",
    "PracticePolicy",
    "PrivateAccount",
    "ReferrerReport",
    "ServiceResult",
]
