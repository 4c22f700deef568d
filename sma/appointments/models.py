"""Appointments (a patient's place in a session) and the invitation each one owns."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted, EncryptedWords
from sma.core.db import UtcDateTime

_LIVE = text("status IN ('booked', 'waitlist', 'arrived', 'fulfilled', 'noshow')")


class Appointment(SQLModel, table=True):
    """One patient's place in one session. Never deleted; a person has at most one live row per session."""

    __table_args__ = (
        Index(
            "uq_appointment_live",
            "group_session_id",
            "patient_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_appointment_session_status", "group_session_id", "status"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_session_id: UUID = Field(foreign_key="group_session.id")
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    status: str = Field(max_length=20)
    reason: str | None = Field(default=None, max_length=30)
    is_walk_in: bool = False
    booked_at: datetime = Field(sa_type=UtcDateTime)
    booked_by_id: UUID = Field(foreign_key="staff_user.id")
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    waited_since: datetime | None = Field(default=None, sa_type=UtcDateTime)  # their turn, before they got this place
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    moved_from_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    # Code of a check -> the reason that was typed.
    passed_warnings: dict[str, str] = Field(
        default_factory=dict, sa_type=EncryptedWords("appointment.passed_warnings"), nullable=True
    )
    version: int = 1


class LeadQuestion(SQLModel, table=True):
    """A press of "ask the cultural lead" for somebody who waits, and what the cultural lead said.

    Open until it is answered, or until the person no longer waits. What is answered is free text, so it is sealed.
    """

    __tablename__ = "lead_question"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    appointment_id: UUID = Field(foreign_key="appointment.id", unique=True)
    asked_by_id: UUID = Field(foreign_key="staff_user.id", index=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answer: str | None = Field(default=None, sa_type=Encrypted("lead_question.answer"))
    answered_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by whoever asked


class Invitation(SQLModel, table=True):
    """The calendar identity of one person's place: a random UID for life, and the newest sequence.

    When a person is moved, their invitation goes along to the new appointment: the change reaches them as one updated
    entry in their calendar, not as a cancellation and a stranger. `sequence` counts calendar messages only (waiting
    notices carry none); `has_event` says whether there was one yet; `revisions` numbers everything that was said.
    Source: RFC 5545 3.8.4.7 (UID), 3.8.7.4 (SEQUENCE).
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    appointment_id: UUID = Field(foreign_key="appointment.id", unique=True)
    uid: str = Field(unique=True, max_length=64)
    sequence: int = 0
    has_event: bool = False
    revisions: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    revised_at: datetime = Field(sa_type=UtcDateTime)


class InvitationRevision(SQLModel, table=True):
    """One change that the person is told about, frozen: whatever is re-sent later is byte-identical.

    `what` is request, cancel or waiting. `details` holds starts and ends (wall clock, ISO), timezone, place, address
    and phone as they were when the change was made, `session_version`, and on a cancel `was_waiting`: the person was
    only on the list, so there is no calendar entry to take back. No names: the recipient is read when the message is
    made. `revised_at` is in whole seconds and rises from one revision of an invitation to the next.
    """

    __tablename__ = "invitation_revision"
    __table_args__ = (Index("uq_invitation_revision", "invitation_id", "number", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    invitation_id: UUID = Field(foreign_key="invitation.id", index=True)
    appointment_id: UUID = Field(foreign_key="appointment.id", index=True)
    number: int
    sequence: int
    what: str = Field(max_length=10)
    revised_at: datetime = Field(sa_type=UtcDateTime)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
