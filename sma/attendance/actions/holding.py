"""The locks and rows behind every verb of the day: the session first, then its clinician, then the rows read afresh."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.attendance.models import ClinicianPresence, ConsultInterval, Encounter
from sma.attendance.rules import NotClinician, NotOnTheList, Replaced, Span, must_be_open
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser, Permission
from sma.people import lock_practitioners
from sma.scheduling import GroupSession, SessionRole, SessionRoleKind, SessionStatus, lock_session


@dataclass(frozen=True)
class Seat:
    """One person's place on the day, all of it under the session's lock."""

    session: GroupSession
    appointment: Appointment
    encounter: Encounter


def may_correct_closed(by: CurrentUser) -> bool:
    """Tell whether somebody may still correct a record that is locked: clinicians, and managers."""
    return by.may(Permission.CONFIRM_MINUTES) or by.may(Permission.CORRECT_MINUTES)


def hold_session(
    db: WriteSession, session_id: UUID, *, by: CurrentUser, now: datetime, is_correction: bool = False
) -> GroupSession:
    """Lock a session whose day may be written to; a closed one only for a correction by a clinician or a manager.

    Raises: NotFound, DayLocked, NotToday.
    """
    session = lock_session(db, session_id)
    may = is_correction and may_correct_closed(by)
    must_be_open(session.status, session.held_on, session.timezone, now=now, may_correct_closed=may)
    return session


def hold_seat(
    db: WriteSession, appointment_id: UUID, *, by: CurrentUser, now: datetime, is_correction: bool = False
) -> Seat:
    """Lock the session of a place and return the person's encounter, made now if this is the first record.

    Raises: NotFound, DayLocked, NotToday, NotOnTheList.
    """
    session_id = db.exec(select(Appointment.group_session_id).where(col(Appointment.id) == appointment_id)).first()
    if session_id is None:
        raise NotFound
    session = hold_session(db, session_id, by=by, now=now, is_correction=is_correction)
    appointment = afresh(db, Appointment, appointment_id)
    if appointment.status not in TAKES_A_PLACE:
        raise NotOnTheList
    query = select(Encounter).where(col(Encounter.appointment_id) == appointment_id)
    encounter = db.exec(query.execution_options(populate_existing=True)).one_or_none()
    if encounter is None:
        encounter = Encounter(
            appointment_id=appointment_id, group_session_id=session.id, patient_id=appointment.patient_id, version=0
        )
        db.add(encounter)
        # Marks and consults point at this row.
        db.flush()
    return Seat(session, appointment, encounter)


def hold_consult(
    db: WriteSession, consult_id: UUID, *, by: CurrentUser, now: datetime, is_correction: bool = False
) -> tuple[ConsultInterval, Seat]:
    """Lock the session of a consult, then its clinician, and return the consult as it stands now.

    Raises: NotFound, DayLocked, Replaced.
    """
    query = select(Encounter.appointment_id).join(
        ConsultInterval, col(ConsultInterval.encounter_id) == col(Encounter.id)
    )
    appointment_id = db.exec(query.where(col(ConsultInterval.id) == consult_id)).first()
    if appointment_id is None:
        raise NotFound
    seat = hold_seat(db, appointment_id, by=by, now=now, is_correction=is_correction)
    consult = afresh(db, ConsultInterval, consult_id)
    if consult.superseded_at is not None:
        raise Replaced
    lock_practitioners(db, [consult.practitioner_id])
    return consult, seat


def afresh(db: WriteSession, kind: type[Any], row_id: UUID) -> Any:
    """Read a row again after waiting for a lock: what was loaded before may be old. Raises: NotFound."""
    found = db.exec(select(kind).where(kind.id == row_id).execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def must_be_clinician(db: ReadSession, session_id: UUID, practitioner_id: UUID) -> None:
    """Raises: NotClinician unless this practitioner is a clinician of the session."""
    query = select(SessionRole.id).where(
        col(SessionRole.group_session_id) == session_id,
        col(SessionRole.practitioner_id) == practitioner_id,
        col(SessionRole.role) == SessionRoleKind.CLINICIAN,
    )
    if db.exec(query).first() is None:
        raise NotClinician


def stays_of(db: ReadSession, session_id: UUID, practitioner_id: UUID) -> list[ClinicianPresence]:
    """Return a clinician's stays in a session as they stand, earliest first."""
    query = select(ClinicianPresence).where(
        col(ClinicianPresence.group_session_id) == session_id,
        col(ClinicianPresence.practitioner_id) == practitioner_id,
        col(ClinicianPresence.superseded_at).is_(None),
    )
    return list(db.exec(query.order_by(col(ClinicianPresence.starts_at))))


def running_consult(db: ReadSession, practitioner_id: UUID) -> ConsultInterval | None:
    """Return the consult whose clock runs for this clinician, in whatever session."""
    query = select(ConsultInterval).where(
        col(ConsultInterval.practitioner_id) == practitioner_id,
        col(ConsultInterval.superseded_at).is_(None),
        col(ConsultInterval.ends_at).is_(None),
    )
    return db.exec(query.execution_options(populate_existing=True)).one_or_none()


def consults_beside(
    db: ReadSession, practitioner_id: UUID, wanted: Span, *, besides: UUID | None = None
) -> list[ConsultInterval]:
    """Return the clinician's other consults, of any session, that could share time with `wanted`."""
    query = select(ConsultInterval).where(
        col(ConsultInterval.practitioner_id) == practitioner_id,
        col(ConsultInterval.superseded_at).is_(None),
        or_(col(ConsultInterval.ends_at).is_(None), col(ConsultInterval.ends_at) > wanted.starts_at),
    )
    if wanted.ends_at is not None:
        query = query.where(col(ConsultInterval.starts_at) < wanted.ends_at)
    return [row for row in db.exec(query) if row.id != besides]


def span_of(row: ConsultInterval | ClinicianPresence) -> Span:
    return Span(row.starts_at, row.ends_at)


def is_closed(session: GroupSession) -> bool:
    return session.status == SessionStatus.CLOSED
