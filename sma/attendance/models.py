"""What happened: who came, from when to when, and each person's own minutes with the clinician.

Reasons are typed by staff and may hold anything: they are sealed.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime

_RUNNING = text("superseded_at IS NULL AND ends_at IS NULL")


class Encounter(SQLModel, table=True):
    """What happened for one appointment. One row per appointment, kept in place; the log of marks is AttendanceMark."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    appointment_id: UUID = Field(foreign_key="appointment.id", unique=True)
    group_session_id: UUID = Field(foreign_key="group_session.id", index=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    presence: str | None = Field(default=None, max_length=10)
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    late_minutes: int | None = None
    note_done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note_done_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    version: int = 1


class AttendanceMark(SQLModel, table=True):
    """One press on the roll call, appended and never changed: three presses leave three lines.

    `number` counts a person's presses, since several can fall within one second.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (Index("uq_attendance_mark_number", "encounter_id", "number", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    encounter_id: UUID = Field(foreign_key="encounter.id")
    number: int
    presence: str | None = Field(default=None, max_length=10)  # None: set back to "not recorded"
    happened_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_after: bool = False
    reason: str | None = Field(default=None, sa_type=Encrypted("attendance_mark.reason"))


class ClinicianPresence(SQLModel, table=True):
    """From when to when a clinician was in the room. A correction supersedes, and both stay."""

    __tablename__ = "clinician_presence"
    __table_args__ = (
        Index(
            "uq_clinician_presence_running",
            "group_session_id",
            "practitioner_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    group_session_id: UUID = Field(foreign_key="group_session.id", index=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.id")
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_after: bool = False
    replaces_id: UUID | None = Field(default=None, foreign_key="clinician_presence.id")
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = Field(default=None, sa_type=Encrypted("clinician_presence.reason"))


class ConsultInterval(SQLModel, table=True):
    """One stretch of a clinician's time with one patient. A correction needs a reason, supersedes, and both stay.

    A clinician has at most one running interval (partial unique index); overlap with finished ones is checked under
    the locks of the session and the clinician. `is_entered` was typed instead of pressed: it does not count before the
    clinician has confirmed it. Taken back without a successor, the row says why in `withdrawn_reason`.
    """

    __tablename__ = "consult_interval"
    __table_args__ = (
        Index(
            "uq_consult_interval_running",
            "practitioner_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    encounter_id: UUID = Field(foreign_key="encounter.id", index=True)
    group_session_id: UUID = Field(foreign_key="group_session.id", index=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    interrupted: bool = False
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_after: bool = False
    is_entered: bool = False
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    replaces_id: UUID | None = Field(default=None, foreign_key="consult_interval.id")
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = Field(default=None, sa_type=Encrypted("consult_interval.reason"))
    withdrawn_reason: str | None = Field(default=None, sa_type=Encrypted("consult_interval.withdrawn_reason"))

    @property
    def counts(self) -> bool:
        """Whether it may stand as evidence: pressed at the time, or confirmed by the clinician."""
        return self.superseded_at is None and (not self.is_entered or self.confirmed_by_id is not None)
