"""Which assignment stands behind a service, whether it matches a line, and the register of those claimed on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.assignments.models import BenefitAssignment
from sma.assignments.rules import (
    AssignmentMethod,
    Attended,
    BilledService,
    Way,
    assignment_holds,
    kept_until,
    mismatch,
)
from sma.attendance import Encounter
from sma.attendance.rules import CAME
from sma.core.db import ReadSession
from sma.scheduling import GroupSession


def assignments_of(
    db: ReadSession, patient_ids: Collection[UUID], day: date, timezone: str
) -> dict[tuple[UUID, UUID], BenefitAssignment]:
    """Return the assignment that holds on a day, by (patient, practitioner); the newest of several. One statement."""
    rows = db.exec(
        select(BenefitAssignment)
        .where(
            col(BenefitAssignment.patient_id).in_(patient_ids),
            col(BenefitAssignment.date_of_service) <= day,
            col(BenefitAssignment.signed_at).is_not(None),
        )
        .order_by(col(BenefitAssignment.signed_at), col(BenefitAssignment.id))
    )
    return {(row.patient_id, row.practitioner_id): row for row in rows if assignment_holds(row, day, timezone)}


def assignments_by_id(db: ReadSession, ids: Collection[UUID]) -> dict[UUID, BenefitAssignment]:
    """Return assignments by their ids, those taken back too. One statement."""
    return {each.id: each for each in db.exec(select(BenefitAssignment).where(col(BenefitAssignment.id).in_(ids)))}


@dataclass(frozen=True)
class LineToMatch:
    """One line about to be approved or frozen: its service, the roll call entry and the agreement it rests on."""

    service: BilledService
    encounter_id: UUID
    assignment_id: UUID


def mismatches(db: ReadSession, lines: Mapping[UUID, LineToMatch]) -> dict[UUID, str]:
    """Match agreement, roll call and line, each by its own record; returns the reason for every line that fails.

    Two statements, however many lines.
    """
    agreements = assignments_by_id(db, {line.assignment_id for line in lines.values()})
    rows: Any = db.exec(
        select(col(Encounter.id), col(Encounter.patient_id), col(Encounter.presence), col(GroupSession.held_on))
        .join(GroupSession, col(GroupSession.id) == col(Encounter.group_session_id))
        .where(col(Encounter.id).in_({line.encounter_id for line in lines.values()}))
    )
    attended = {row_id: Attended(patient, day, presence in CAME) for row_id, patient, presence, day in rows}
    found = {
        key: mismatch(agreements[line.assignment_id], attended.get(line.encounter_id), line.service)
        for key, line in lines.items()
    }
    return {key: reason for key, reason in found.items() if reason}


def keep_until(agreement: BenefitAssignment, claimed_on: date | None = None) -> date:
    """Until when an agreement is kept at the least, with a claim of that day counted in."""
    claims = [day for day in (agreement.claimed_on, claimed_on) if day]
    return kept_until(agreement.days, max(claims, default=None))


@dataclass(frozen=True)
class RegisterRow:
    """One agreement as the register of a workbook lists it: no names, no amounts."""

    agreement_id: UUID
    method: str
    assigned_on: date
    signer_is_patient: bool
    way: str
    is_verbal: bool
    document_hash: str
    keep_until: date
    is_held: bool


def register(db: ReadSession, agreement_ids: Sequence[UUID]) -> list[RegisterRow]:
    """Return the register rows of these agreements in the order asked for, each once. One statement."""
    found = assignments_by_id(db, agreement_ids)
    return [_row(found[each]) for each in dict.fromkeys(agreement_ids) if each in found]


def _row(one: BenefitAssignment) -> RegisterRow:
    return RegisterRow(
        agreement_id=one.id,
        method=AssignmentMethod(one.method).value,
        assigned_on=one.assigned_on,
        signer_is_patient=one.assigned_by_patient,
        way=one.way or "",
        is_verbal=one.way == Way.SPOKEN,
        document_hash=one.document_hash or "",
        keep_until=keep_until(one),
        is_held=one.is_held,
    )
