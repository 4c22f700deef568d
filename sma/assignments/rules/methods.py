"""How a benefit may be assigned, on which days an assignment holds, and why one made so cannot cover a service."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from sma.assignments.law import load_law
from sma.core import clock
from sma.core.errors import Conflict, Invalid, NotFound


class AssignmentMethod(StrEnum):
    """How a benefit was assigned (Health Insurance Regulations 2018, s 65C, from 1 July 2026)."""

    BEFORE = "pre"
    AFTER = "post"
    ENDURING = "enduring"
    VERBAL = "verbal"


class Way(StrEnum):
    """How the person showed that they agree."""

    DRAWN = "drawn"
    TYPED = "typed"
    SPOKEN = "spoken"
    PAPER = "paper"


class EndReason(StrEnum):
    """Why an agreement, or one date of it, no longer counts."""

    WITHDRAWN = "withdrawn"
    MISTAKE = "mistake"
    CHANGED = "changed"
    REPLACED = "replaced"
    UNSIGNED = "unsigned"


class CopyWay(StrEnum):
    """How a copy went to the person."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    DECLINED = "declined"


METHOD_WORDS = {
    AssignmentMethod.BEFORE: "Signed before the service",
    AssignmentMethod.AFTER: "Signed after the service",
    AssignmentMethod.ENDURING: "Enduring agreement",
    AssignmentMethod.VERBAL: "Said aloud (verbal)",
}
WAY_WORDS = {
    Way.DRAWN: "Signed on the screen",
    Way.TYPED: "Typed their name",
    Way.SPOKEN: "Agreed aloud",
    Way.PAPER: "Signed on paper",
}
END_WORDS = {
    EndReason.WITHDRAWN: "The person took it back",
    EndReason.MISTAKE: "Recorded by mistake",
    EndReason.CHANGED: "The date or the clinician changed",
    EndReason.REPLACED: "Replaced by a newer agreement",
    EndReason.UNSIGNED: "Was not signed",
}
COPY_WORDS = {
    CopyWay.PAPER: "Given on paper",
    CopyWay.ELECTRONIC: "Sent electronically",
    CopyWay.DECLINED: "Did not want a copy",
}


class Assigned(Protocol):
    """What decides whether an assignment holds on a day. Each occurrence is a date, and may be void by itself."""

    method: str
    date_of_service: date
    occurrences: list[dict[str, str]]
    signed_at: datetime | None
    revoked_at: datetime | None


def assignment_holds(assignment: Assigned, day: date, timezone: str) -> bool:
    """Say whether a benefit assigned so is assigned for that day.

    An enduring one holds from its first day until the day it is revoked; any other for the dates named on it that are
    not void, and not at all once revoked. Source: Health Insurance Regulations 2018, ss 65C and 65CA. An enduring
    agreement's end takes effect some business days after the notice; the day of the notice counts here, so that
    nothing is claimed in between.
    """
    if assignment.signed_at is None:
        return False
    if assignment.method != AssignmentMethod.ENDURING:
        return assignment.revoked_at is None and day in standing_days(assignment.occurrences)
    if assignment.revoked_at is not None and clock.local_date(assignment.revoked_at, timezone) <= day:
        return False
    return assignment.date_of_service <= day


def standing_days(occurrences: Sequence[Mapping[str, str]]) -> set[date]:
    """Return the dates of an agreement that are not void."""
    return {date.fromisoformat(each["day"]) for each in occurrences if "voided_at" not in each}


def gap_in(
    method: AssignmentMethod, assigned_on: date, day: date, profession: str, *, today: date
) -> tuple[str, str] | None:
    """Say why an assignment made so cannot cover a service on `day`: the answer to change, and a sentence.

    None when it can.
    """
    law = load_law()
    if assigned_on > today:
        return "assigned_on", "The date of the assignment is in the future."
    if assigned_on < law.starts_on:
        return (
            "assigned_on",
            f"Agreements made before {clock.day_words(law.starts_on)} followed other rules: make a new one.",
        )
    if method is AssignmentMethod.VERBAL and max(day, assigned_on) > law.verbal_until:
        return "method", "Verbal assignment has ended for this day: a signature or an enduring agreement is needed."
    if method is AssignmentMethod.ENDURING and profession not in law.enduring_professions:
        return "method", "Enduring agreements are for general practitioners' services only: choose another way."
    if method is AssignmentMethod.AFTER and assigned_on < day:
        return "assigned_on", "Signed after the service: the date cannot be before the session."
    if method in (AssignmentMethod.BEFORE, AssignmentMethod.ENDURING) and assigned_on > day:
        return "assigned_on", "The date of the assignment is after the session: choose signed after the service."
    if day > months_later(assigned_on, law.months_ahead):
        return "sessions", f"An agreement reaches {law.months_ahead} months ahead: leave the later dates out."
    return None


def months_later(day: date, months: int) -> date:
    """The same day of the month some months on; the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(day.year + years, month + 1, number)
        except ValueError:
            continue
    return date(day.year + years, month + 1, day.day)


def kept_until(days: Sequence[date], claimed_on: date | None) -> date:
    """Until when an agreement is kept at the least: two years from its claim or its last service, the later of both."""
    return months_later(max([*days, *([claimed_on] if claimed_on else [])]), 12 * load_law().years_kept)


class NotAssignable(Invalid):
    code = "not-assignable"


class AlreadySigned(Conflict):
    code = "assignment-signed"
    message = "This agreement is signed already. What is signed is not changed: end it, and prepare another."


class NoLongerOpen(Conflict):
    code = "assignment-ended"
    message = "This agreement has ended. Prepare another one from the session's page."


class AssignmentNotFound(NotFound):
    message = "There is no such agreement. Open it from the session or from the person's page."
