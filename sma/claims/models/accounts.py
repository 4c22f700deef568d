"""Who pays for a service where that was chosen, and the accounts of those who pay themselves."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from sma.claims.payers import AccountKind
from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime

_STANDING = text("revoked_at IS NULL")
ACCOUNT_CONTEXT = "private_account.content"


class PayerChoice(SQLModel, table=True):
    """What somebody recorded about who pays one clinician's services to one person on one day.

    `private`: the patient declined to assign the benefit. `bulk` and `dva`: which of two cards pays. Another choice
    revokes this one, and the row stays.
    """

    __tablename__ = "payer_choice"
    __table_args__ = (
        Index(
            "uq_payer_choice",
            "patient_id",
            "practitioner_id",
            "date_of_service",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    practitioner_id: UUID = Field(foreign_key="practitioner.id")
    date_of_service: date
    billing_type: str = Field(max_length=8)
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")


class PrivateAccount(SQLModel, table=True):
    """An account to one patient for one day, or the credit that takes one back. Never edited once it is issued.

    `content` is the whole paper as it was issued, sealed. `charged_cents` of a credit is what it takes off. `reason` is
    why an account was taken back, in the words of who did it.
    """

    __tablename__ = "private_account"
    __table_args__ = (
        Index("uq_private_account_credits", "credits_id", unique=True),
        Index("ix_private_account_issued", "issued_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: str = Field(unique=True, max_length=11)
    kind: str = Field(default=AccountKind.ACCOUNT, max_length=8)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    date_of_service: date
    timezone: str = Field(max_length=40)
    charged_cents: int
    credits_id: UUID | None = Field(default=None, foreign_key="private_account.id")
    replaces_id: UUID | None = Field(default=None, foreign_key="private_account.id")
    reason: str | None = Field(default=None, sa_type=Encrypted("private_account.reason", longest=200))
    content: bytes = Field(sa_type=LargeBinary)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    issued_by_id: UUID = Field(foreign_key="staff_user.id")


class AccountLine(SQLModel, table=True):
    """Which claim stands on which account, and what was charged for it."""

    __tablename__ = "account_line"
    __table_args__ = (Index("uq_account_line", "account_id", "claim_id", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="private_account.id")
    claim_id: UUID = Field(foreign_key="claim.id", index=True)
    charge_cents: int


class AccountPayment(SQLModel, table=True):
    """Money that came in for an account, or went back (below zero). Rows are added, never changed."""

    __tablename__ = "account_payment"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="private_account.id", index=True)
    cents: int
    way: str = Field(max_length=12)
    paid_on: date
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
