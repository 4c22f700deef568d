"""Questions to the cultural lead: those still open, and what became of one's own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sma.appointments.models import Appointment, LeadQuestion
from sma.appointments.rules import AppointmentStatus, words_for
from sma.core import clock
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.identity import User
from sma.people import Location, Patient, full_name, preferred
from sma.scheduling import GroupSession, Program, SessionStatus

SHOWN = 50


@dataclass(frozen=True)
class QuestionRow:
    """One question. `topic` is only for those who may see what a session is about; times are by the session's clock."""

    id: UUID
    appointment_id: UUID
    patient_id: UUID
    session_id: UUID
    name: str
    preferred: str
    asked_by: str
    asked_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    is_read: bool
    is_open: bool
    words: str
    label: str
    topic: str
    place: str
    starts: datetime
    timezone: str


def open_questions(db: ReadSession) -> list[QuestionRow]:
    """Return what still waits for an answer, longest first. One statement."""
    query = _QUERY.where(_OPEN).order_by(col(LeadQuestion.asked_at), col(LeadQuestion.id))
    return [_row(found) for found in db.connection().execute(query)]


def count_open_questions(db: ReadSession) -> int:
    """Count what still waits for an answer. One statement."""
    query = select(func.count()).select_from(LeadQuestion).join(*_PLACE).join(*_SESSION).where(_OPEN)
    return int(db.exec(query).one())


def questions_of(db: ReadSession, user_id: UUID) -> list[QuestionRow]:
    """Return the newest questions that one user asked, unread answers first. One statement."""
    unread = and_(col(LeadQuestion.answered_at).is_not(None), col(LeadQuestion.read_at).is_(None))
    query = _QUERY.where(col(LeadQuestion.asked_by_id) == user_id).order_by(
        unread.desc(), col(LeadQuestion.asked_at).desc(), col(LeadQuestion.id)
    )
    return [_row(found) for found in db.connection().execute(query.limit(SHOWN))]


def question(db: ReadSession, question_id: UUID) -> QuestionRow:
    """Return one question. Raises: NotFound."""
    found = db.connection().execute(_QUERY.where(col(LeadQuestion.id) == question_id)).one_or_none()
    if found is None:
        raise NotFound
    return _row(found)


_answerer = aliased(User, name="answerer")
_PLACE: tuple[Any, Any] = (Appointment, col(Appointment.id) == col(LeadQuestion.appointment_id))
_SESSION: tuple[Any, Any] = (GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
# Whoever got a place, moved or left the list needs no answer any more; nor does a session that is over and done with.
_OPEN = and_(
    col(LeadQuestion.answered_at).is_(None),
    col(Appointment.status) == AppointmentStatus.WAITLIST,
    col(GroupSession.status).not_in((SessionStatus.CANCELLED, SessionStatus.CLOSED)),
)
_COLUMNS: tuple[Any, ...] = (
    col(LeadQuestion.id),
    col(LeadQuestion.asked_at),
    col(LeadQuestion.answer),
    col(LeadQuestion.answered_at),
    col(LeadQuestion.read_at),
    col(User.display_name).label("asked_by"),
    col(_answerer.display_name).label("answered_by"),
    col(Appointment.id).label("appointment_id"),
    col(Appointment.status),
    col(Appointment.reason),
    col(Appointment.patient_id),
    col(Patient.preferred_name),
    col(Patient.family_name),
    col(Patient.is_deceased),
    col(GroupSession.id).label("session_id"),
    col(GroupSession.status).label("session_status"),
    col(GroupSession.starts_at),
    col(GroupSession.timezone),
    col(GroupSession.neutral_label),
    col(Program.name).label("topic"),
    col(Location.name).label("place"),
)
_QUERY: Any = (
    select(*_COLUMNS)
    .select_from(LeadQuestion)
    .join(*_PLACE)
    .join(*_SESSION)
    .join(Program, col(Program.id) == col(GroupSession.program_id))
    .join(Location, col(Location.id) == col(GroupSession.location_id))
    .join(Patient, col(Patient.id) == col(Appointment.patient_id))
    .join(User, col(User.id) == col(LeadQuestion.asked_by_id))
    .outerjoin(_answerer, col(_answerer.id) == col(LeadQuestion.answered_by_id))
)


def _row(found: Row[Any]) -> QuestionRow:
    waits = found.status == AppointmentStatus.WAITLIST
    done = found.session_status in (SessionStatus.CANCELLED, SessionStatus.CLOSED)
    answered = found.answered_at
    return QuestionRow(
        id=found.id,
        appointment_id=found.appointment_id,
        patient_id=found.patient_id,
        session_id=found.session_id,
        name=full_name(found),
        preferred=preferred(found),
        asked_by=found.asked_by,
        asked_at=clock.local(found.asked_at, found.timezone),
        answer=found.answer,
        answered_by=found.answered_by,
        answered_at=clock.local(answered, found.timezone) if answered else None,
        is_read=found.read_at is not None,
        is_open=answered is None and waits and not done,
        words=words_for(found.status, found.reason),
        label=found.neutral_label,
        topic=found.topic,
        place=found.place,
        starts=clock.local(found.starts_at, found.timezone),
        timezone=found.timezone,
    )
