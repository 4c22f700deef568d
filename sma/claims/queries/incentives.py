"""What could be claimed beside the lines of a list, and what their clinician is asked for it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.claims.judgement import choices
from sma.claims.models import Claim
from sma.core.db import ReadSession


@dataclass(frozen=True)
class Offered:
    """The incentive that a line's fitting item would have beside it, once `questions` are answered."""

    items: tuple[str, ...]
    cents: int
    questions: tuple[str, ...]


def offered_incentives(db: ReadSession, claim_ids: Collection[UUID]) -> dict[UUID, Offered]:
    """Return what is offered beside each of these lines; those with nothing are left out. One statement."""
    offered: dict[UUID, Offered] = {}
    rows: Any = db.exec(select(col(Claim.id), col(Claim.assessment)).where(col(Claim.id).in_(claim_ids)))
    for claim_id, judged in rows:
        for choice in choices(dict(judged)):
            added = [] if choice.is_lower else choice.added(choice.asked_beside)
            if added:
                offered[claim_id] = Offered(
                    tuple(each.item_number for each in added),
                    sum(each.benefit_cents for each in added),
                    tuple(asked.facts for each in added for asked in each.questions),
                )
    return offered
