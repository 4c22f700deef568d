"""Writing an agreement down, whole, before anybody signs it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a field below is called so
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from billing import UnknownItem, load_rulebook
from sma.assignments.law import load_law
from sma.assignments.models import BenefitAssignment
from sma.assignments.rules import (
    AssignmentMethod,
    NotAssignable,
    Particulars,
    Timing,
    frozen,
    gap_in,
    missing_elements,
)
from sma.core import audit, clock
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser, User
from sma.people import Location, Patient, Practitioner, lock_patients, practitioner_name, provider_number, written_name
from sma.people.search import fold
from sma.scheduling import GroupSession, SessionRole, SessionRoleKind


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What somebody asks to be written on an agreement. `also` are further sessions of the same clinician."""

    session_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    method: AssignmentMethod
    assigned_on: Date
    timing: Timing | None = None
    descriptions: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    also: tuple[UUID, ...] = ()
    by_patient: bool | None = True
    assignor_name: str = ""
    relationship: str = ""
    is_not_staff: bool = False
    enduring_path: str = ""
    has_declaration: bool = False


def prepare(db: WriteSession, plan: Plan, *, by: CurrentUser, now: datetime) -> BenefitAssignment:
    """Write an agreement down with all that it says; it counts once it is signed.

    What lacks an element is not written at all, so nothing incomplete can be put before anybody.
    Locks: the patient. Raises: NotFound, NotAssignable with the answer to change.
    """
    (patient,) = lock_patients(db, [plan.patient_id])
    session, practitioner = db.get(GroupSession, plan.session_id), db.get(Practitioner, plan.practitioner_id)
    if session is None or practitioner is None:
        raise NotFound
    sessions = [session, *_further(db, plan)]
    one = _particulars(db, plan, patient, practitioner, sessions)
    for field, sentence in _gaps(db, plan, one, practitioner, sessions, today=clock.local_date(now, session.timezone)):
        raise NotAssignable(sentence, fields={field: sentence})
    is_enduring = plan.method is AssignmentMethod.ENDURING
    assignment = BenefitAssignment(
        patient_id=patient.id,
        practitioner_id=practitioner.id,
        group_session_id=session.id,
        date_of_service=plan.assigned_on if is_enduring else min(each.held_on for each in sessions),
        occurrences=[]
        if is_enduring
        else [{"day": each.held_on.isoformat(), "session": each.id.hex} for each in sessions],
        method=plan.method,
        timing=one.timing,
        descriptions=list(plan.descriptions),
        items=list(plan.items),
        enduring_path=plan.enduring_path or None,
        assigned_on=plan.assigned_on,
        assigned_by_patient=bool(plan.by_patient),
        content=json.dumps(frozen(one), ensure_ascii=False),
        law_version=load_law().version,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(assignment)
    # Its key is needed by what is written about it.
    db.flush()
    audit.record(db, by=by, did="prepare-assignment", on=assignment, now=now, method=plan.method)
    return assignment


def usual_descriptions(families: Sequence[str]) -> tuple[str, ...]:
    """The descriptions that a session's item families fall under."""
    wanted = set(families)
    return tuple(each.code for each in load_law().descriptions.values() if each.families & wanted)


def timing_of(plan: Plan) -> Timing:
    """Before or after: said outright for a spoken agreement, else part of the method."""
    if plan.timing is not None:
        return plan.timing
    if plan.method is AssignmentMethod.VERBAL:
        return Timing.AFTER if plan.items else Timing.BEFORE
    return Timing.AFTER if plan.method is AssignmentMethod.AFTER else Timing.BEFORE


def _particulars(
    db: ReadSession, plan: Plan, patient: Patient, practitioner: Practitioner, sessions: Sequence[GroupSession]
) -> Particulars:
    location, law = db.get_one(Location, sessions[0].location_id), load_law()
    name = practitioner_name(practitioner)
    is_enduring, timing = plan.method is AssignmentMethod.ENDURING, timing_of(plan)
    address = (location.name, location.address, location.suburb, location.state, location.postcode)
    return Particulars(
        patient_name=written_name(patient),
        agreed_on=plan.assigned_on,
        timing=timing,
        practitioner_name=name if practitioner.family_name or practitioner.given_names else "",
        provider_number=provider_number(db, practitioner.id, location.id) or "",
        place=", ".join(part for part in address if part) if location.address else "",
        days=() if is_enduring else tuple(sorted({each.held_on for each in sessions})),
        first_day=plan.assigned_on if is_enduring else None,
        descriptions=tuple(law.descriptions[code].words for code in plan.descriptions if code in law.descriptions)
        if timing is Timing.BEFORE
        else (),
        items=plan.items if timing is Timing.AFTER else (),
        by_patient=plan.by_patient,
        assignor_name=plan.assignor_name if plan.by_patient is False else "",
        relationship=plan.relationship if plan.by_patient is False else "",
    )


def _gaps(
    db: ReadSession,
    plan: Plan,
    one: Particulars,
    practitioner: Practitioner,
    sessions: Sequence[GroupSession],
    *,
    today: Date,
) -> list[tuple[str, str]]:
    """Everything that speaks against writing the agreement down, most important first."""
    found = list(missing_elements(one).values())
    days = (each.held_on for each in sessions)
    gaps = (gap_in(plan.method, plan.assigned_on, day, practitioner.profession, today=today) for day in days)
    found.extend(gap for gap in gaps if gap)
    for item in plan.items:
        try:
            load_rulebook().item(item)
        except UnknownItem:
            found.append(("items", f"{item} is not an item of our schedule. Check the number."))
    if plan.by_patient is False:
        if not plan.is_not_staff:
            found.append(("is_not_staff", "Staff of the practice cannot assign for a patient: confirm who they are."))
        elif _works_here(db, plan.assignor_name):
            found.append(("assignor_name", "Somebody of that name works here, and staff cannot assign for a patient."))
    if plan.method is AssignmentMethod.ENDURING:
        found.extend(_enduring_gaps(plan))
    return found


def _enduring_gaps(plan: Plan) -> list[tuple[str, str]]:
    if plan.enduring_path not in load_law().enduring_paths:
        return [("enduring_path", "Say why this person may have an enduring agreement.")]
    if plan.by_patient is False and not plan.has_declaration:
        return [("has_declaration", "Somebody else's enduring agreement needs their written declaration on file.")]
    return []


def _further(db: ReadSession, plan: Plan) -> list[GroupSession]:
    """The other sessions asked for, in order of time. Raises: NotAssignable where the clinician is not planned."""
    if not plan.also or plan.method is AssignmentMethod.ENDURING:
        return []
    if timing_of(plan) is Timing.AFTER:
        sentence = "Several dates are only for agreements made before the services."
        raise NotAssignable(sentence, fields={"sessions": sentence})
    found = db.exec(
        select(GroupSession)
        .join(SessionRole, col(SessionRole.group_session_id) == col(GroupSession.id))
        .where(
            col(GroupSession.id).in_(plan.also),
            col(GroupSession.id) != plan.session_id,
            col(SessionRole.practitioner_id) == plan.practitioner_id,
            col(SessionRole.role) == SessionRoleKind.CLINICIAN,
        )
        .order_by(col(GroupSession.starts_at), col(GroupSession.id))
    ).all()
    if {each.id for each in found} != set(plan.also) - {plan.session_id}:
        sentence = "One of these dates is not with this clinician any more. Choose again."
        raise NotAssignable(sentence, fields={"sessions": sentence})
    return list(found)


def _works_here(db: ReadSession, name: str) -> bool:
    """Tell whether a name is that of somebody on the staff."""
    wanted = fold(name)
    users = db.exec(select(User.display_name))
    if any(fold(each) == wanted for each in users):
        return True
    workers = db.exec(select(Practitioner).where(col(Practitioner.is_active).is_(True)))
    return any(
        wanted in (fold(practitioner_name(each)), fold(f"{each.given_names or ''} {each.family_name or ''}"))
        for each in workers
    )
