"""Agreements that were signed on paper or spoken, recorded as they were made: one for each person, never shared."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sma.assignments.actions.preparing import Plan, prepare, usual_descriptions
from sma.assignments.actions.signing import Signature, announce, seal
from sma.assignments.models import BenefitAssignment
from sma.assignments.queries.standing import assignments_of
from sma.assignments.rules import AssignmentMethod, Way
from sma.core.db import WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser
from sma.people import lock_patients
from sma.scheduling import GroupSession


def assign_benefit(
    db: WriteSession,
    session_id: UUID,
    patient_id: UUID,
    practitioner_id: UUID,
    *,
    method: AssignmentMethod,
    assigned_on: date,
    items: tuple[str, ...] = (),
    enduring_path: str = "",
    why: str = "",
    by: CurrentUser,
    now: datetime,
) -> BenefitAssignment:
    """Record that a patient assigned the benefit of a session's service to one practitioner, on paper or aloud.

    `why` tells why a spoken one has no signature, `enduring_path` why the person may have an enduring one. One that
    holds for that day already is returned as it is.
    Locks: the patient. Publishes: assignment.recorded. Raises: NotFound, NotAssignable.
    """
    session = db.get(GroupSession, session_id)
    if session is None:
        raise NotFound
    plan = Plan(
        session_id=session_id,
        patient_id=patient_id,
        practitioner_id=practitioner_id,
        method=method,
        assigned_on=assigned_on,
        descriptions=usual_descriptions(session.item_families),
        items=items,
        enduring_path=enduring_path,
    )
    (made,) = assign_benefits(db, [plan], why=why, by=by, now=now)
    return made


def assign_benefits(
    db: WriteSession, plans: Sequence[Plan], *, why: str = "", by: CurrentUser, now: datetime
) -> list[BenefitAssignment]:
    """Record several agreements of one session that were made the same way: one for each person, all or none.

    Who has one for that day already keeps it.
    Locks: the patients. Publishes: assignment.recorded, once a session. Raises: NotFound, NotAssignable.
    """
    lock_patients(db, [plan.patient_id for plan in plans])
    made: list[BenefitAssignment] = []
    fresh: list[BenefitAssignment] = []
    for plan in plans:
        session = db.get(GroupSession, plan.session_id)
        if session is None:
            raise NotFound
        held = assignments_of(db, [plan.patient_id], session.held_on, session.timezone)
        standing = held.get((plan.patient_id, plan.practitioner_id))
        if standing is None:
            standing = prepare(db, plan, by=by, now=now)
            is_spoken = plan.method is AssignmentMethod.VERBAL
            how = Signature(Way.SPOKEN, why=why) if is_spoken else Signature(Way.PAPER)
            seal(db, standing, how, by=by, now=now)
            db.flush()
            fresh.append(standing)
        made.append(standing)
    if fresh:
        # Once for all of them: a session's lines are then judged once.
        announce(db, fresh, now=now)
    return made
