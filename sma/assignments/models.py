"""A patient's assignments of benefit."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from sma.core.db import UtcDateTime

_STANDING = text("revoked_at IS NULL")


class BenefitAssignment(SQLModel, table=True):
    """A patient's assignment of benefit to one practitioner: for one day, or enduring from that day on."""

    __tablename__ = "benefit_assignment"
    __table_args__ = (
        Index(
            "uq_benefit_assignment",
            "patient_id",
            "practitioner_id",
            "date_of_service",
            "method",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.id")
    date_of_service: date
    method: str = Field(max_length=10)
    assigned_on: date
    assigned_by_patient: bool = True
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
