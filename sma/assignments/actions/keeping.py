"""What is kept beside a signed agreement: copies given, the claim that started its clock, holds, decided items."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col

from sma.assignments.actions.ending import hold_assignment
from sma.assignments.models import BenefitAssignment, BenefitCopy
from sma.assignments.rules import CopyWay, NoLongerOpen, NotAssignable
from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.scheduling import GroupSession


def record_copy(
    db: WriteSession, assignment_id: UUID, *, way: CopyWay, given_on: date, by: CurrentUser, now: datetime
) -> BenefitCopy:
    """Record that a copy went to the person, or that they did not want one.

    Locks: the patient. Raises: AssignmentNotFound, NoLongerOpen when nothing is signed, NotAssignable.
    """
    assignment = hold_assignment(db, assignment_id)
    if assignment.signed_at is None:
        raise NoLongerOpen("There is nothing to copy yet: the agreement is not signed.")
    session = db.get_one(GroupSession, assignment.group_session_id)
    signed_on, today = (clock.local_date(moment, session.timezone) for moment in (assignment.signed_at, now))
    if not signed_on <= given_on <= today:
        sentence = "The copy went out between the day it was signed and today: check the date."
        raise NotAssignable(sentence, fields={"given_on": sentence})
    copy = BenefitCopy(assignment_id=assignment.id, way=way, given_on=given_on, recorded_by_id=by.id, recorded_at=now)
    db.add(copy)
    audit.record(db, by=by, did="copy-assignment", on=assignment, now=now, way=way)
    return copy


def hold_record(
    db: WriteSession, assignment_id: UUID, *, is_held: bool, by: CurrentUser, now: datetime
) -> BenefitAssignment:
    """Keep an agreement beyond its time, or let it go again. Locks: the patient. Raises: AssignmentNotFound."""
    assignment = hold_assignment(db, assignment_id)
    if assignment.is_held is not is_held:
        assignment.is_held = is_held
        audit.record(db, by=by, did="hold-assignment" if is_held else "release-assignment", on=assignment, now=now)
    return assignment


def confirm_item(
    db: WriteSession, assignment_id: UUID, item: str, *, by: CurrentUser, now: datetime
) -> BenefitAssignment:
    """Keep a person's decision that an item falls under the description agreed to.

    Locks: the patient. Raises: AssignmentNotFound, NoLongerOpen.
    """
    assignment = hold_assignment(db, assignment_id)
    if assignment.revoked_at is not None:
        raise NoLongerOpen
    if item not in assignment.confirmed_items:
        assignment.confirmed_items = [*assignment.confirmed_items, item]
        audit.record(db, by=by, did="confirm-assigned-item", on=assignment, now=now, item=item)
    return assignment


def note_claimed(db: WriteSession, assignment_ids: Collection[UUID], *, on: date) -> None:
    """Start the clock of agreements whose lines were frozen for a claim that day; a later claim starts it again."""
    if assignment_ids:
        db.connection().execute(
            update(BenefitAssignment)
            .where(
                col(BenefitAssignment.id).in_(assignment_ids),
                or_(col(BenefitAssignment.claimed_on).is_(None), col(BenefitAssignment.claimed_on) < on),
            )
            .values(claimed_on=on)
        )
