"""What Medicare's rules need to know about a person beside the day itself. Rows are ended or marked, never edited."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime
from sma.entitlements.rules import Given, RecordSource, ReferralPeriod

_STANDS = text("mistake_at IS NULL")


class EarlierRecord(SQLModel, table=True):
    """A service that this person had before and that has no line here: given elsewhere, or before this program.

    `plan_kind` is set where the service made or reviewed a plan of care; the item then stands for its kind. `place` is
    what staff typed about where. One row a person, item and day, as long as it is not marked as a mistake.
    """

    __tablename__ = "earlier_service"
    __table_args__ = (
        Index(
            "uq_earlier_service_stands",
            "patient_id",
            "item_number",
            "date_of_service",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    item_number: str = Field(max_length=5)
    date_of_service: date
    plan_kind: str | None = Field(default=None, max_length=24)
    given: str = Field(default=Given.ELSEWHERE, max_length=10)
    place: str | None = Field(default=None, sa_type=Encrypted("earlier_service.place", longest=80))
    source: str = Field(default=RecordSource.ENTERED, max_length=10)
    recorded_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    mistake_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mistake_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")


class ReferralRecord(SQLModel, table=True):
    """A referral as the letter states it. Its period starts with the first service under it, not with its date.

    `profession` is whom it was written for (billing.facts.Profession). `months` belongs to a period of months only,
    `services` is how many it was written for, where it says.
    """

    __tablename__ = "referral"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    profession: str = Field(max_length=40)
    referrer_name: str = Field(max_length=120)
    referrer_provider_number: str = Field(max_length=8)
    issued_on: date
    period: str = Field(default=ReferralPeriod.STANDARD, max_length=12)
    months: int | None = None
    services: int | None = None
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    ended_on: date | None = None
    ended_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    mistake_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mistake_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")


class MyMedicareRegistration(SQLModel, table=True):
    """With which practice a person is registered under MyMedicare, from a day on; the newest row on a day counts."""

    __tablename__ = "my_medicare_registration"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    registered: str = Field(max_length=10)
    from_on: date
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    mistake_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mistake_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
