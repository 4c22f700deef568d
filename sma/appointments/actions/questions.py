"""Questions to the cultural lead: asked from a stop, answered in their own words, read by whoever asked."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments.actions.holding import hold_person
from sma.appointments.models import Appointment, LeadQuestion
from sma.appointments.rules import AlreadyAnswered, AppointmentStatus, CannotChange
from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Forbidden, NotFound
from sma.identity import CurrentUser, Permission


def ask_lead(db: WriteSession, appointment: Appointment, *, by: CurrentUser, now: datetime) -> LeadQuestion:
    """Put a person who waits before the cultural lead. The caller holds the person's lock and writes the audit."""
    question = LeadQuestion(appointment_id=appointment.id, asked_by_id=by.id, asked_at=now)
    db.add(question)
    return question


def ask_about_waiting(db: WriteSession, appointment_id: UUID, *, by: CurrentUser, now: datetime) -> LeadQuestion:
    """Put somebody who waits already before the cultural lead; a question that is there stands, with its answer.

    Locks the patient. Raises: NotFound; CannotChange when they no longer wait.
    """
    hold_person(db, appointment_id)
    query = select(Appointment).where(col(Appointment.id) == appointment_id)
    appointment = db.exec(query.execution_options(populate_existing=True)).one()
    if appointment.status != AppointmentStatus.WAITLIST:
        raise CannotChange
    found = db.exec(select(LeadQuestion).where(col(LeadQuestion.appointment_id) == appointment_id)).one_or_none()
    if found is not None:
        return found
    audit.record(db, by=by, did="ask-lead", on=appointment, now=now)
    return ask_lead(db, appointment, by=by, now=now)


def hold_question(db: WriteSession, question_id: UUID) -> LeadQuestion:
    """Lock the person a question is about, so that two presses of one button queue; return the question.

    Raises: NotFound.
    """
    query = select(LeadQuestion).where(col(LeadQuestion.id) == question_id)
    found = db.exec(query).one_or_none()
    if found is None:
        raise NotFound
    hold_person(db, found.appointment_id)
    # Refreshed, because it may have been answered while the lock was waited for.
    return db.exec(query.execution_options(populate_existing=True)).one()


def answer_question(db: WriteSession, question_id: UUID, answer: str, *, by: CurrentUser, now: datetime) -> None:
    """Keep what the cultural lead says and close the question; whoever asked sees it on Today until they have read it.

    Locks the patient. Raises: Forbidden, NotFound, AlreadyAnswered.
    """
    if not by.may(Permission.APPROVE_AUDIENCE):
        raise Forbidden
    question = hold_question(db, question_id)
    if question.answered_at is not None:
        raise AlreadyAnswered
    question.answer, question.answered_at, question.answered_by_id = answer, now, by.id
    appointment = db.get_one(Appointment, question.appointment_id)
    audit.record(db, by=by, did="answer-question", on=appointment, now=now)


def mark_read(db: WriteSession, question_id: UUID, *, by: CurrentUser, now: datetime) -> None:
    """Note that whoever asked has read the answer. Locks the patient. Raises: NotFound, for other people's as well."""
    question = hold_question(db, question_id)
    if question.asked_by_id != by.id or question.answered_at is None:
        raise NotFound
    question.read_at = question.read_at or now
