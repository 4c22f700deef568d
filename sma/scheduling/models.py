"""Programs (the kind), group sessions (one dated occurrence) and who works on them."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime
from sma.people.rules import Audience
from sma.scheduling.rules import Modality, SessionStatus


class SessionSetting(SQLModel):
    """For whom, in what size, on what terms. A program's setting is copied to each session: history keeps its own."""

    audience: str = Field(default=Audience.OPEN, max_length=10)
    audience_name: str | None = Field(default=None, max_length=80)
    audience_basis: str | None = Field(default=None, max_length=30)
    audience_note: str | None = Field(default=None, sa_type=Encrypted("session_setting.audience_note"))
    approved_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    review_on: date | None = None
    session_language: str = Field(default="en", max_length=20)
    least: int = 4
    target: int = 10
    most: int = 12
    clinician_minutes: int = 60


class Program(SessionSetting, table=True):
    """The kind of shared appointment ("Diabetes yarn, 90 minutes, up to 12").

    `name` carries the topic and is shown only to those assigned; `neutral_label` is what lists, messages' staff view
    and the front desk see.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    neutral_label: str = Field(max_length=60)
    total_minutes: int = 90
    item_families: list[str] = Field(default_factory=list, sa_type=JSON)
    is_active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
    version: int = 1


class GroupSession(SessionSetting, table=True):
    """One dated session with its places. `code` is short, opaque and printed on sheets."""

    __tablename__ = "group_session"
    __table_args__ = (Index("ix_group_session_location_starts", "location_id", "starts_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(unique=True, max_length=8)
    program_id: UUID = Field(foreign_key="program.id", index=True)
    location_id: UUID = Field(foreign_key="location.id")
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    neutral_label: str = Field(max_length=60)
    item_families: list[str] = Field(default_factory=list, sa_type=JSON)
    modality: str = Field(default=Modality.IN_PERSON, max_length=12)
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    timezone: str = Field(max_length=40)
    held_on: date = Field(index=True)  # the date on the wall at the place
    support_places: int = 0
    status: str = Field(default=SessionStatus.DRAFT, max_length=12, index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    version: int = 1


class SessionRole(SQLModel, table=True):
    """One worker's part in one session."""

    __tablename__ = "session_role"
    __table_args__ = (Index("uq_session_role", "group_session_id", "practitioner_id", "role", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_session_id: UUID = Field(foreign_key="group_session.id", index=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.id", index=True)
    role: str = Field(max_length=20)
