"""A patient's assignments of benefit, the paper of each, and the copies given."""

import json
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from sma.assignments.rules import Particulars, thawed
from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime

_STANDING = text("revoked_at IS NULL AND signed_at IS NOT NULL")
# What the seals of the documents are bound to.
DOCUMENT_CONTEXT = "benefit_document.content"
SIGNATURE_CONTEXT = "benefit_document.signature"


class BenefitAssignment(SQLModel, table=True):
    """A patient's assignment of benefit to one practitioner: for the dates on it, or enduring from a day on.

    `content` is what it says, frozen before it is signed. `occurrences` are its dates with their sessions; one that is
    void says when and why. Not in force until signed; the row stays when it ends. `claimed_on` is when a line that
    rests on it was last frozen for a claim.
    """

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
    group_session_id: UUID = Field(foreign_key="group_session.id")
    date_of_service: date
    occurrences: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    method: str = Field(max_length=10)
    timing: str = Field(max_length=4)
    descriptions: list[str] = Field(default_factory=list, sa_type=JSON)
    items: list[str] = Field(default_factory=list, sa_type=JSON)
    confirmed_items: list[str] = Field(default_factory=list, sa_type=JSON)
    enduring_path: str | None = Field(default=None, max_length=20)
    assigned_on: date
    assigned_by_patient: bool = True
    content: str = Field(sa_type=Encrypted("benefit_assignment.content"))
    law_version: str = Field(max_length=20)
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    way: str | None = Field(default=None, max_length=10)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    why_unsigned: str | None = Field(default=None, sa_type=Encrypted("benefit_assignment.why_unsigned", longest=200))
    document_hash: str | None = Field(default=None, max_length=64)
    claimed_on: date | None = None
    is_held: bool = False
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    revoked_because: str | None = Field(default=None, max_length=12)

    @property
    def particulars(self) -> Particulars:
        return thawed(json.loads(self.content))

    @property
    def days(self) -> list[date]:
        """Every date on it, void ones too; of an enduring one its first."""
        return [date.fromisoformat(each["day"]) for each in self.occurrences] or [self.date_of_service]


class BenefitDocument(SQLModel, table=True):
    """The page as it was signed, sealed, with the strokes of a drawn signature."""

    __tablename__ = "benefit_document"

    assignment_id: UUID = Field(foreign_key="benefit_assignment.id", primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    signature: bytes | None = Field(default=None, sa_type=LargeBinary)


class BenefitCopy(SQLModel, table=True):
    """A copy that went to the person, or that they did not want."""

    __tablename__ = "benefit_copy"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    assignment_id: UUID = Field(foreign_key="benefit_assignment.id", index=True)
    way: str = Field(max_length=12)
    given_on: date
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
