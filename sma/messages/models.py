"""The message log: exactly one row per person and change."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from sma.core.db import UtcDateTime
from sma.messages.rules import CommunicationState


class Communication(SQLModel, table=True):
    """One message to one person about one change. Its body is made again, identical, from the revision."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    revision_id: UUID = Field(foreign_key="invitation_revision.id", unique=True)
    appointment_id: UUID = Field(foreign_key="appointment.id", index=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    kind: str = Field(max_length=14)
    state: str = Field(default=CommunicationState.QUEUED, max_length=12, index=True)
    message_id: str = Field(max_length=120, unique=True)
    recipient: str | None = Field(default=None, max_length=254)
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str | None = Field(default=None, max_length=60)
    called_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    called_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
