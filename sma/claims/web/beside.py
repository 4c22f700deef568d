"""What stands beside the evidence of a line: who pays, the account it stands on, and the report it owes a referrer."""

from typing import Any

from sma.claims.models import Claim
from sma.claims.payers import PAYER_WORDS
from sma.claims.queries.account_drafts import account_of_line
from sma.claims.queries.referrer_reports import reports_of_line
from sma.claims.referring import MOMENT_WORDS, STATE_WORDS
from sma.claims.rules import STATUS_WORDS, BillingType, ClaimStatus, LineKind
from sma.core.db import ReadSession
from sma.identity import CurrentUser, Permission


def words_of(claim: Claim) -> dict[ClaimStatus, str]:
    """The states as this line says them: a private one is never exported, it stands on an account."""
    own = {ClaimStatus.EXPORTED: "On an account"} if claim.billing_type == BillingType.PRIVATE else {}
    return {**STATUS_WORDS, **own}


def beside(db: ReadSession, claim: Claim, user: CurrentUser, *, is_mine: bool) -> dict[str, Any]:
    """Return what `claims/_beside.html` draws."""
    is_private = claim.billing_type == BillingType.PRIVATE
    is_service = claim.kind == LineKind.SERVICE
    settled = (ClaimStatus.EXPORTED, ClaimStatus.VOID, ClaimStatus.WITHDRAWN)
    return {
        "payer_words": PAYER_WORDS,
        "may_choose_payer": is_service and claim.status not in settled,
        "account": account_of_line(db, claim.id) if is_private else None,
        "may_issue": is_private and claim.status == ClaimStatus.READY and user.may(Permission.EXPORT_CLAIMS),
        "may_see_accounts": user.may(Permission.EXPORT_CLAIMS),
        "owed": reports_of_line(db, claim) if is_service else None,
        "may_owe": is_mine and is_service and claim.status == ClaimStatus.EXPORTED,
        "may_write_report": is_mine,
        "moment_words": MOMENT_WORDS,
        "report_words": STATE_WORDS,
    }
