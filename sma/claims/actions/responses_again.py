"""Proposing a rejected line again."""

from datetime import datetime
from uuid import UUID

from sma.claims.actions.decisions import void_and_replace
from sma.claims.models import Claim
from sma.claims.queries.responses import was_rejected
from sma.claims.rules import NotRejected
from sma.core.db import WriteSession
from sma.identity import CurrentUser


def propose_again(db: WriteSession, claim_id: UUID, *, by: CurrentUser, now: datetime) -> Claim | None:
    """Propose the service of a rejected line anew, for its clinician to approve; the rejected line stays and is linked.

    For whoever bills, or the clinician. Locks: the session, then the line.
    Raises: LineNotFound, NotRejected, NotYourLine, NotExported.
    """
    if not was_rejected(db, claim_id):
        raise NotRejected
    return void_and_replace(db, claim_id, by=by, now=now)
