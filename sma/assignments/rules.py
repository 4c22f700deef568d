"""How a benefit may be assigned, on which days an assignment holds, and why one made so cannot cover a service."""

from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from sma.assignments.law import load_law
from sma.core import clock
from sma.core.errors import Invalid


class AssignmentMethod(StrEnum):
    """How a benefit was assigned (Health Insurance Regulations 2018, s 65C, from 1 July 2026)."""

    BEFORE = "pre"
    AFTER = "post"
    ENDURING = "enduring"
    VERBAL = "verbal"


METHOD_WORDS = {
    AssignmentMethod.BEFORE: "Signed before the service",
    AssignmentMethod.AFTER: "Signed after the service",
    AssignmentMethod.ENDURING: "Enduring agreement",
    AssignmentMethod.VERBAL: "Said aloud (verbal)",
}


class Assigned(Protocol):
    """What decides whether an assignment holds on a day."""

    method: str
    date_of_service: date
    revoked_at: datetime | None


def assignment_holds(assignment: Assigned, day: date, timezone: str) -> bool:
    """Say whether a benefit assigned so is assigned for that day.

    An enduring one holds from its first day until the day it is revoked; any other for its own day, and not at all
    once revoked. Source: Health Insurance Regulations 2018, ss 65C and 65CA; the notice period of an enduring
    agreement's end is not modelled, the day somebody records it counts.
    """
    if assignment.method != AssignmentMethod.ENDURING:
        return assignment.date_of_service == day and assignment.revoked_at is None
    if assignment.revoked_at is not None and clock.local_date(assignment.revoked_at, timezone) <= day:
        return False
    return assignment.date_of_service <= day


def gap_in(
    method: AssignmentMethod, assigned_on: date, day: date, profession: str, *, today: date
) -> tuple[str, str] | None:
    """Say why an assignment made so cannot cover a service on `day`: the answer to change, and a sentence.

    None when it can.
    """
    law = load_law()
    if assigned_on > today:
        return "assigned_on", "The date of the assignment is in the future."
    if method is AssignmentMethod.VERBAL and day > law.verbal_until:
        return "method", "Verbal assignment has ended for this day: a signature or an enduring agreement is needed."
    if method is AssignmentMethod.ENDURING and profession not in law.enduring_professions:
        return "method", "Enduring agreements are for general practitioners' services only: choose another way."
    if method is AssignmentMethod.AFTER and assigned_on < day:
        return "assigned_on", "Signed after the service: the date cannot be before the session."
    if method in (AssignmentMethod.BEFORE, AssignmentMethod.ENDURING) and assigned_on > day:
        return "assigned_on", "The date of the assignment is after the session: choose signed after the service."
    return None


class NotAssignable(Invalid):
    code = "not-assignable"
