"""Who pays for each person of a session, with each of its clinicians."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import LIVE
from sma.assignments import assignments_of
from sma.claims.facts import rows
from sma.claims.payers import billing_of
from sma.claims.rules import BillingType
from sma.core.db import ReadSession
from sma.people import Patient, full_name
from sma.scheduling import SessionRoleKind, SessionView, session_view


@dataclass(frozen=True)
class PayerRow:
    """One person and one clinician. `is_chosen` tells what somebody recorded from what follows from the cards."""

    patient_id: UUID
    name: str
    practitioner_id: UUID
    clinician: str
    billing_type: BillingType
    is_chosen: bool
    has_both_cards: bool

    @property
    def key(self) -> str:
        return f"{self.patient_id.hex}.{self.practitioner_id.hex}"


@dataclass(frozen=True)
class Payers:
    view: SessionView
    rows: Sequence[PayerRow]


def payers_of(db: ReadSession, session_id: UUID) -> Payers:
    """Return everybody with a place, once per clinician. Raises: NotFound."""
    view = session_view(db, session_id)
    session = view.session
    people = db.exec(
        select(Patient)
        .join(Appointment, col(Appointment.patient_id) == col(Patient.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(LIVE))
        .order_by(col(Patient.family_search), col(Patient.preferred_search), col(Patient.id))
    ).all()
    ids = [person.id for person in people]
    held, chosen = rows.covers(db, ids), rows.payers(db, ids, session.held_on)
    assigned = assignments_of(db, ids, session.held_on, session.timezone)
    return Payers(
        view,
        [
            PayerRow(
                patient_id=person.id,
                name=full_name(person),
                practitioner_id=clinician.practitioner_id,
                clinician=clinician.name,
                billing_type=billing_of(chosen.get(key), held.get(person.id, set()), is_assigned=key in assigned),
                is_chosen=key in chosen,
                has_both_cards=len(held.get(person.id, ())) > 1,
            )
            for clinician in view.staff
            if clinician.role == SessionRoleKind.CLINICIAN
            for person in people
            for key in [(person.id, clinician.practitioner_id)]
        ],
    )
