"""Taking the locks behind one place, in the order that everybody takes them."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from sma.appointments.models import Appointment
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.people import hold_patients
from sma.scheduling import GroupSession, lock_session


@dataclass(frozen=True)
class Held:
    """A place and its session, both locked until the transaction ends. `target`: the session it is to move to."""

    appointment: Appointment
    session: GroupSession
    target: GroupSession | None = None


def whose(db: ReadSession, appointment_id: UUID) -> tuple[UUID, UUID]:
    """Return the patient and the session of a place, which never change. Raises: NotFound."""
    found = db.exec(
        select(Appointment.patient_id, Appointment.group_session_id).where(col(Appointment.id) == appointment_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def hold(db: WriteSession, appointment_id: UUID, *, target_id: UUID | None = None) -> Held:
    """Lock the patient, then the session (and the target session, in id order), and read the place afresh.

    Raises: NotFound.
    """
    patient_id, session_id = whose(db, appointment_id)
    hold_patients(db, [patient_id])
    wanted = sorted({session_id, target_id or session_id})
    sessions = {key: lock_session(db, key) for key in wanted}
    # Refreshed, because the row may have been read before the locks were waited for.
    query = select(Appointment).where(col(Appointment.id) == appointment_id)
    appointment = db.exec(query.execution_options(populate_existing=True)).one()
    return Held(appointment, sessions[session_id], sessions[target_id] if target_id else None)


def hold_person(db: WriteSession, appointment_id: UUID) -> tuple[UUID, UUID]:
    """Lock only the patient of a place, so that two presses of one button queue; return patient and session.

    The verb that follows takes the sessions in their order. Raises: NotFound.
    """
    found = whose(db, appointment_id)
    hold_patients(db, [found[0]])
    return found
