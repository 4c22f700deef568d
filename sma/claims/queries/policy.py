"""The practice's statements about items for one patient alone, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from sma.claims.models import PracticePolicy
from sma.core.db import ReadSession
from sma.identity import User


@dataclass(frozen=True)
class PolicyRow:
    individual_items: str
    from_on: date
    note: str
    recorded_by: str
    recorded_at: datetime


def policies(db: ReadSession) -> Sequence[PolicyRow]:
    """Return every statement, the one that counts first in the order of its day. One statement."""
    rows = db.exec(
        select(PracticePolicy, User.display_name)
        .join(User, col(User.id) == col(PracticePolicy.recorded_by_id))
        .order_by(col(PracticePolicy.from_on).desc(), col(PracticePolicy.recorded_at).desc())
    )
    return [PolicyRow(row.individual_items, row.from_on, row.note, name, row.recorded_at) for row, name in rows]
