"""Which statement of the practice counts on a day, and the words of its three answers."""

from datetime import date

from sqlmodel import col, select

from sma.claims.models import PracticePolicy
from sma.core.db import ReadSession

ASK = "ask"
ANSWERS = {
    "yes": (
        "Yes",
        "Items for the time with one patient alone are proposed at shared appointments. A clinician still approves "
        "each line.",
    ),
    "no": ("No", "Such items are not proposed. Items that the schedule itself makes for groups still are."),
    "ask": ("Ask each time", "Such items are proposed, and the clinician confirms on each line that the practice may."),
}


def policy_on(db: ReadSession, day: date) -> str:
    """Return "yes", "no" or "ask": the newest statement from on or before a day, and "ask" while there is none."""
    found = db.exec(
        select(PracticePolicy.individual_items)
        .where(col(PracticePolicy.from_on) <= day)
        .order_by(col(PracticePolicy.from_on).desc(), col(PracticePolicy.recorded_at).desc())
        .limit(1)
    ).first()
    return found or ASK
