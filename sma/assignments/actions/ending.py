"""How an agreement ends, or one date of it."""

from datetime import date, datetime
from uuid import UUID

from sma.assignments.models import BenefitAssignment
from sma.assignments.rules import AssignmentNotFound, EndReason, NoLongerOpen
from sma.core import audit, outbox
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people import lock_patients


def hold_assignment(db: WriteSession, assignment_id: UUID) -> BenefitAssignment:
    """Return an agreement as it is once its patient's row is locked. Raises: AssignmentNotFound."""
    found = db.get(BenefitAssignment, assignment_id)
    if found is None:
        raise AssignmentNotFound
    lock_patients(db, [found.patient_id])
    # Read again under the lock: somebody else may have been first.
    db.refresh(found)
    return found


def revoke_assignment(
    db: WriteSession,
    assignment_id: UUID,
    *,
    because: EndReason = EndReason.WITHDRAWN,
    by: CurrentUser,
    now: datetime,
) -> BenefitAssignment:
    """Record that an agreement ends. An enduring one still holds for earlier days; the row and its page stay.

    Whoever rests on it is told by the outbox, so that no approval outlives it.
    Locks: the patient. Publishes: assignment.ended, if it was signed. Raises: AssignmentNotFound.
    """
    found = hold_assignment(db, assignment_id)
    if found.revoked_at is None:
        end(db, found, because, by=by, now=now)
    return found


def void_occurrence(
    db: WriteSession, assignment_id: UUID, day: date, *, because: EndReason, by: CurrentUser, now: datetime
) -> BenefitAssignment:
    """Record that one date of an agreement no longer counts; its other dates stand.

    Locks: the patient. Publishes: assignment.ended. Raises: AssignmentNotFound, NoLongerOpen when it has ended or has
    no such date.
    """
    found = hold_assignment(db, assignment_id)
    if found.revoked_at is not None or day.isoformat() not in [each["day"] for each in found.occurrences]:
        raise NoLongerOpen
    voided = {"voided_at": now.isoformat(), "because": str(because)}
    changed = [
        each | voided if each["day"] == day.isoformat() and "voided_at" not in each else each
        for each in found.occurrences
    ]
    if changed != found.occurrences:
        found.occurrences = changed
        audit.record(db, by=by, did="void-assignment-date", on=found, now=now, because=because)
        outbox.publish(db, "assignment.ended", found.id, now=now, key=day.isoformat())
    return found


def end(db: WriteSession, assignment: BenefitAssignment, because: EndReason, *, by: CurrentUser, now: datetime) -> None:
    """End an agreement whose patient is locked; one that was never signed owes nothing to anybody.

    Publishes: assignment.ended, if it was signed.
    """
    assignment.revoked_at, assignment.revoked_by_id, assignment.revoked_because = now, by.id, because
    audit.record(db, by=by, did="revoke-assignment", on=assignment, now=now, method=assignment.method, because=because)
    if assignment.signed_at is not None:
        outbox.publish(db, "assignment.ended", assignment.id, now=now)
