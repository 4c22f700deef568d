"""Whose day is it: people who see only the sessions they work on are kept to those, and to the people in them.

One question for all routes, asked by the guard that each route has, so that no page and no button can forget it.
Part of the composition root: it knows which session each kind of row belongs to.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select, bindparam
from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import LIVE
from sma.assignments import BenefitAssignment
from sma.attendance import ClinicianPresence, ConsultInterval
from sma.claims import Claim, ClaimBatch, Export, ReferrerReport
from sma.core.db import Database, ReadSession
from sma.identity import CurrentUser
from sma.people import Patient, Practitioner, practitioner_of
from sma.scheduling import GroupSession, SessionRole, is_assigned

# The name in the address, and where that row says which session it is part of.
_SESSION_OF: Mapping[str, tuple[Any, Any]] = {
    "session_id": (GroupSession.id, GroupSession.id),
    "appointment_id": (Appointment.id, Appointment.group_session_id),
    "consult_id": (ConsultInterval.id, ConsultInterval.group_session_id),
    "presence_id": (ClinicianPresence.id, ClinicianPresence.group_session_id),
    "claim_id": (Claim.id, Claim.group_session_id),
    "session_role_id": (SessionRole.id, SessionRole.group_session_id),
}


# Files and agreements belong to one clinician rather than to one session.
_CLINICIAN_OF: Mapping[str, Any] = {
    "batch_id": select(col(ClaimBatch.practitioner_id)).where(col(ClaimBatch.id) == bindparam("row")),
    "export_id": select(col(ClaimBatch.practitioner_id))
    .join(Export, col(Export.batch_id) == col(ClaimBatch.id))
    .where(col(Export.id) == bindparam("row")),
    "assignment_id": select(col(BenefitAssignment.practitioner_id)).where(
        col(BenefitAssignment.id) == bindparam("row")
    ),
    "letter_id": select(col(ReferrerReport.practitioner_id)).where(col(ReferrerReport.id) == bindparam("row")),
}


def own_people(user: CurrentUser) -> Select[Any]:
    """Select the ids of the people who have, wait for or had a place in a session that this user works on."""
    return (
        sqlalchemy.select(col(Appointment.patient_id))
        .join(SessionRole, col(SessionRole.group_session_id) == col(Appointment.group_session_id))
        .join(Practitioner, col(Practitioner.id) == col(SessionRole.practitioner_id))
        .where(col(Practitioner.user_id) == user.id, col(Appointment.status).in_(LIVE))
    )


def reaches(database: Database, user: CurrentUser, parts: Mapping[str, str]) -> bool:
    """Tell whether every session that an address touches is one this user works on, every person is in one of those,
    and every file their own.

    An address with neither, or with a row that does not exist, is left to its handler.
    """
    sessions = [(where, row_id) for name, where in _SESSION_OF.items() if (row_id := _uuid(parts.get(name)))]
    own = [(query, row_id) for name, query in _CLINICIAN_OF.items() if (row_id := _uuid(parts.get(name)))]
    patient_id = _uuid(parts.get("patient_id"))
    if not sessions and not own and patient_id is None:
        return True
    with database.read() as db:
        return (
            all(_works_on(db, user, *each) for each in sessions)
            and all(_is_own(db, user, *each) for each in own)
            and (patient_id is None or _knows(db, user, patient_id))
        )


def _knows(db: ReadSession, user: CurrentUser, patient_id: UUID) -> bool:
    theirs = own_people(user).where(col(Appointment.patient_id) == patient_id).limit(1)
    return db.connection().execute(theirs).first() is not None or db.get(Patient, patient_id) is None


def _works_on(db: ReadSession, user: CurrentUser, where: tuple[Any, Any], row_id: UUID) -> bool:
    row, session = where
    session_id = db.exec(select(col(session)).where(col(row) == row_id)).first()
    return session_id is None or is_assigned(db, session_id, user.id)


def _is_own(db: ReadSession, user: CurrentUser, query: Any, row_id: UUID) -> bool:
    practitioner_id = db.exec(query, params={"row": row_id}).first()
    practitioner = practitioner_of(db, user.id)
    return practitioner_id is None or (practitioner is not None and practitioner.id == practitioner_id)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
