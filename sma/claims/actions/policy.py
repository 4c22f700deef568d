"""Recording what the practice decided about items for one patient alone at shared appointments."""

from datetime import date, datetime

from sma.claims.models import PracticePolicy
from sma.claims.policy import ANSWERS
from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.identity import CurrentUser

LEAST_NOTE = 10


def record_policy(
    db: WriteSession, *, individual_items: str, from_on: date, note: str, by: CurrentUser, now: datetime
) -> PracticePolicy:
    """Keep a dated statement of the practice. Lines in batches stay as they are; sessions assessed again follow the
    statement of their own day.

    Raises: Invalid for an answer that does not exist or a note that says nothing.
    """
    if individual_items not in ANSWERS:
        raise Invalid(fields={"individual_items": "Choose one of the three answers."})
    if len(note.strip()) < LEAST_NOTE:
        raise Invalid(fields={"note": "Write who advised the practice, and when."})
    row = PracticePolicy(
        individual_items=individual_items, from_on=from_on, note=note.strip(), recorded_by_id=by.id, recorded_at=now
    )
    db.add(row)
    audit.record(db, by=by, did="record-policy", on=row, now=now, answer=individual_items, since=from_on.isoformat())
    return row
