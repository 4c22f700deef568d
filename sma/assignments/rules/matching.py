"""Agreement, attendance and line: whether all three speak of the same service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from billing import UnknownItem, load_rulebook
from sma.assignments.law import load_law
from sma.assignments.rules.methods import Assigned, AssignmentMethod, assignment_holds
from sma.assignments.rules.particulars import Timing


class Agreed(Assigned, Protocol):
    """What the match looks at on an agreement."""

    patient_id: UUID
    practitioner_id: UUID
    timing: str
    items: list[str]
    descriptions: list[str]
    confirmed_items: list[str]


@dataclass(frozen=True)
class Attended:
    """Who was recorded present on which day."""

    patient_id: UUID
    day: date
    was_there: bool


@dataclass(frozen=True)
class BilledService:
    """One line as it is to be claimed, with every item on it."""

    patient_id: UUID
    practitioner_id: UUID
    day: date
    items: tuple[str, ...]
    timezone: str


TAKEN_BACK = "The assignment of benefit was taken back. Record another for the session, then assess again."
OTHER_PERSON = "The assignment of benefit is another person's. Record one for this person, then assess again."
OTHER_CLINICIAN = (
    "The assignment of benefit names another clinician. Record one for the clinician who gave the service, then "
    "assess again."
)
OTHER_DAY = (
    "The assignment of benefit is not for this day, or this date of it is void. Record one for the session, then "
    "assess again."
)
NOT_THERE = "The roll call does not show this person in the session. Correct the roll call, then assess again."
OTHER_ATTENDANCE = "The line and the roll call are not about the same person and day. Assess the session again."


def mismatch(agreement: Agreed, attended: Attended | None, billed: BilledService) -> str | None:
    """Say why agreement, attendance and line are not about one service; None when they match.

    Practitioner, patient, date and every item have to agree. Source: Department FAQ p. 26 as restated.
    """
    if agreement.patient_id != billed.patient_id:
        return OTHER_PERSON
    if agreement.practitioner_id != billed.practitioner_id:
        return OTHER_CLINICIAN
    if not assignment_holds(agreement, billed.day, billed.timezone):
        return TAKEN_BACK if agreement.revoked_at is not None else OTHER_DAY
    if attended is None or (attended.patient_id, attended.day) != (billed.patient_id, billed.day):
        return OTHER_ATTENDANCE
    if not attended.was_there:
        return NOT_THERE
    return uncovered_items(agreement, billed.items)


def uncovered_items(agreement: Agreed, items: Sequence[str]) -> str | None:
    """Say which items of a line an agreement does not cover; None when it covers all."""
    if agreement.timing == Timing.AFTER:
        absent = [item for item in items if item not in agreement.items]
        if absent:
            return (
                f"The agreement signed after the service does not name {_items(absent)}. The person has to sign one "
                "that does."
            )
        return None
    outside: list[str] = []
    doubtful: list[str] = []
    for item in items:
        if item in agreement.confirmed_items:
            continue
        verdict = is_within(item, agreement.descriptions)
        if verdict is None:
            doubtful.append(item)
        elif not verdict:
            outside.append(item)
    if outside:
        what = "enduring agreement" if agreement.method == AssignmentMethod.ENDURING else "description agreed to"
        return f"{_items(outside, upper=True)} does not fall under the {what}. The person has to sign a new agreement."
    if doubtful:
        return (
            f"We cannot tell whether {_items(doubtful)} falls under the description agreed to. Somebody has to decide "
            "that on the agreement's page."
        )
    return None


def is_within(item: str, descriptions: Collection[str]) -> bool | None:
    """Say whether an item falls under one of the descriptions, as we read them; None when we cannot tell."""
    law = load_law()
    try:
        family = load_rulebook().item(item).family
    except UnknownItem:
        return None
    known = [law.descriptions[code] for code in descriptions if code in law.descriptions]
    if family in law.under_every_description or any(family in each.families for each in known):
        return True
    return None if len(known) < len(descriptions) else False


def _items(items: Sequence[str], *, upper: bool = False) -> str:
    word = "item" if len(items) == 1 else "items"
    return f"{word.capitalize() if upper else word} {', '.join(items)}"
