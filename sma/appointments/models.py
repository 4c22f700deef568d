"""Appointments (a patient's place in a session) and the invitation each one owns."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

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
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    moved_from_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    passed_warnings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # code -> reason given
    version: int = 1


class Invitation(SQLModel, table=True):
    """The calendar identity of one appointment: a random UID for life, and the newest sequence.

    Source: RFC 5545 3.8.4.7 (UID), 3.8.7.4 (SEQUENCE).
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    appointment_id: UUID = Field(foreign_key="appointment.id", unique=True)
    uid: str = Field(unique=True, max_length=64)
    sequence: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)


class InvitationRevision(SQLModel, table=True):
    """One change that the person is told about, frozen: whatever is re-sent later is byte-identical.

    `what` is request, cancel or waiting; `details` holds starts, ends (wall clock, ISO), timezone, place and label as
    they were when the change was made. No names: the recipient is read when the message is made.
    """

    __tablename__ = "invitation_revision"
    __table_args__ = (Index("uq_invitation_revision", "invitation_id", "sequence", "what", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    invitation_id: UUID = Field(foreign_key="invitation.id", index=True)
    appointment_id: UUID = Field(foreign_key="appointment.id", index=True)
    sequence: int
    what: str = Field(max_length=10)
    revised_at: datetime = Field(sa_type=UtcDateTime)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
