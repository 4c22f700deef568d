"""Small reads behind the forms: which session a row belongs to, and the log of one person's presses."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.attendance.models import AttendanceMark, ClinicianPresence, ConsultInterval, Encounter
from sma.attendance.queries.rows import ConsultRow, Day, PersonRow
from sma.attendance.rules import NOT_RECORDED, PRESENCE_WORDS, Presence, Replaced
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.identity import User


@dataclass(frozen=True)
class MarkLine:
    """One press, in words."""

    words: str
    happened_at: datetime
    recorded_at: datetime
    recorded_by: str
    recorded_after: bool
    reason: str | None


@dataclass(frozen=True)
class TakenBack:
    """A consult that did not happen: what had been recorded, and why it was taken back."""

    starts_at: datetime
    ends_at: datetime | None
    taken_back_at: datetime
    reason: str


def session_of_appointment(db: ReadSession, appointment_id: UUID) -> UUID:
    """Raises: NotFound."""
    query = select(Appointment.group_session_id).where(col(Appointment.id) == appointment_id)
    return _found(db.exec(query).first())


def session_of_consult(db: ReadSession, consult_id: UUID) -> UUID:
    """Raises: NotFound."""
    query = select(ConsultInterval.group_session_id).where(col(ConsultInterval.id) == consult_id)
    return _found(db.exec(query).first())


def session_of_stay(db: ReadSession, presence_id: UUID) -> UUID:
    """Raises: NotFound."""
    query = select(ClinicianPresence.group_session_id).where(col(ClinicianPresence.id) == presence_id)
    return _found(db.exec(query).first())


def consult_in_day(day: Day, consult_id: UUID) -> tuple[PersonRow, ConsultRow]:
    """Return a consult that stands, with its person. Raises: Replaced when it was replaced or taken back."""
    for person, consult in day.consults():
        if consult.id == consult_id:
            return person, consult
    raise Replaced


def mark_lines(db: ReadSession, appointment_id: UUID) -> list[MarkLine]:
    """Return every press for one person, newest first. One statement."""
    found = db.exec(
        select(AttendanceMark, User.display_name)
        .join(Encounter, col(Encounter.id) == col(AttendanceMark.encounter_id))
        .join(User, col(User.id) == col(AttendanceMark.recorded_by_id))
        .where(col(Encounter.appointment_id) == appointment_id)
        .order_by(col(AttendanceMark.number).desc())
    )
    return [
        MarkLine(
            words=PRESENCE_WORDS[Presence(mark.presence)] if mark.presence else NOT_RECORDED,
            happened_at=mark.happened_at,
            recorded_at=mark.recorded_at,
            recorded_by=name,
            recorded_after=mark.recorded_after,
            reason=mark.reason,
        )
        for mark, name in found
    ]


def consults_taken_back(db: ReadSession, appointment_id: UUID) -> list[TakenBack]:
    """Return the consults of one person that were taken back, newest first. One statement."""
    found = db.connection().execute(
        select(
            col(ConsultInterval.starts_at),
            col(ConsultInterval.ends_at),
            col(ConsultInterval.superseded_at),
            col(ConsultInterval.withdrawn_reason),
        )
        .join(Encounter, col(Encounter.id) == col(ConsultInterval.encounter_id))
        .where(col(Encounter.appointment_id) == appointment_id, col(ConsultInterval.withdrawn_reason).is_not(None))
        .order_by(col(ConsultInterval.superseded_at).desc(), col(ConsultInterval.id))
    )
    return [TakenBack(row.starts_at, row.ends_at, row.superseded_at, row.withdrawn_reason) for row in found]


def _found(session_id: UUID | None) -> UUID:
    if session_id is None:
        raise NotFound
    return session_id
