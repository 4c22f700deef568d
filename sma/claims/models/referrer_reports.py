"""Reports that are owed to whoever referred a person, and the letters that answer them."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from sma.claims.referring import ReportState
from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime

LETTER_CONTEXT = "referrer_report.letter"


class ReferrerReport(SQLModel, table=True):
    """One report that a clinician owes, once a course and moment; `course` is the referral, or the program and year.

    What the clinician writes is sealed. Signed off, the whole letter is kept as it is in `letter`, and nothing here
    changes any more.
    """

    __tablename__ = "referrer_report"
    __table_args__ = (
        Index("uq_referrer_report", "patient_id", "practitioner_id", "course", "moment", unique=True),
        Index("ix_referrer_report_due", "state", "due_since"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    practitioner_id: UUID = Field(foreign_key="practitioner.id", index=True)
    claim_id: UUID = Field(foreign_key="claim.id", index=True)
    course: str = Field(max_length=40)
    moment: str = Field(max_length=8)
    due_since: date
    state: str = Field(default=ReportState.DUE, max_length=10)
    referral_id: UUID | None = Field(default=None, foreign_key="referral.id")
    referrer: str | None = Field(default=None, sa_type=Encrypted("referrer_report.referrer", longest=120))
    referrer_address: str | None = Field(default=None, sa_type=Encrypted("referrer_report.address", longest=200))
    assessment: str | None = Field(default=None, sa_type=Encrypted("referrer_report.assessment", longest=4000))
    treatment: str | None = Field(default=None, sa_type=Encrypted("referrer_report.treatment", longest=4000))
    management: str | None = Field(default=None, sa_type=Encrypted("referrer_report.management", longest=4000))
    letter: bytes | None = Field(default=None, sa_type=LargeBinary)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    version: int = 1
