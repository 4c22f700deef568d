"""Frozen batches and what stands on their lines."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, LargeBinary
from sqlmodel import Field, SQLModel

from sma.claims.rules import BillingType
from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime


class ClaimBatch(SQLModel, table=True):
    """Approved lines of one claim, frozen together; read-only from the moment it exists.

    The totals are net of void lines. `practice_name` and `meanings` (validation code to words) are kept, because an
    export made next year must have the bytes of one made today. `beside` is what files show next to the lines, as
    `freezing.beside` writes it.
    """

    __tablename__ = "claim_batch"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    reference: str = Field(unique=True, max_length=20)
    provider_number: str = Field(max_length=8)
    payee_provider_number: str | None = Field(default=None, max_length=8)
    service_type_code: str = Field(default="O", max_length=1)
    billing_type: str = Field(default=BillingType.BULK, max_length=8)
    practitioner_id: UUID = Field(foreign_key="practitioner.id")
    practitioner_name: str = Field(max_length=240)
    practice_name: str = Field(max_length=200)
    timezone: str = Field(max_length=40)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: UUID = Field(foreign_key="staff_user.id")
    line_count: int
    charge_cents: int
    benefit_cents: int
    rulebook_hash: str = Field(max_length=64)
    schedule_version: str = Field(max_length=20)
    meanings: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    beside: str | None = Field(default=None, sa_type=Encrypted("claim_batch.beside"))


class ClaimLine(SQLModel, table=True):
    """Which claim stands on which line of a batch. What the line says is in the batch's blocks.

    Item, charge, voucher and service are repeated here as frozen: what comes back names a service by them.
    """

    __tablename__ = "claim_line"
    __table_args__ = (Index("uq_claim_line", "batch_id", "line_no", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    batch_id: UUID = Field(foreign_key="claim_batch.id")
    line_no: int
    claim_id: UUID = Field(foreign_key="claim.id", index=True)
    kind: str = Field(max_length=8)
    voucher_id: str = Field(default="", max_length=2)
    service_id: str = Field(default="", max_length=4)
    item_number: str = Field(default="", max_length=6)
    charge_cents: int = 0


class ClaimBlock(SQLModel, table=True):
    """Up to 500 frozen lines of a batch, sealed together: everything an export prints, exactly as it stood.

    One seal for many lines, because opening each by itself would take longer than writing the whole export.
    """

    __tablename__ = "claim_block"
    __table_args__ = (Index("uq_claim_block", "batch_id", "number", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    batch_id: UUID = Field(foreign_key="claim_batch.id")
    number: int
    first_line_no: int
    content: bytes = Field(sa_type=LargeBinary)
