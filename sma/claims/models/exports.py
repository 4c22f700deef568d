"""Files made from a batch, in sealed chunks."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from sma.claims.rules import ExportStatus
from sma.core.db import UtcDateTime

# What the seal of an export's chunks is bound to.
CHUNK_CONTEXT = "claim_export_chunk"


class Export(SQLModel, table=True):
    """One file made from a batch; asked for twice it is the same row and the same bytes.

    `attempt` names the run whose chunks count; while preparing it tells that a worker has begun.
    """

    __tablename__ = "claim_export"
    __table_args__ = (Index("uq_claim_export", "batch_id", "format", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    batch_id: UUID = Field(foreign_key="claim_batch.id")
    format: str = Field(max_length=10)
    status: str = Field(default=ExportStatus.PREPARING, max_length=10)
    requested_by_id: UUID = Field(foreign_key="staff_user.id")
    requested_at: datetime = Field(sa_type=UtcDateTime)
    ready_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sha256: str | None = Field(default=None, max_length=64)
    size_bytes: int | None = None
    row_count: int | None = None
    charge_cents: int | None = None
    attempt: UUID | None = None


class ExportChunk(SQLModel, table=True):
    """One sealed megabyte of an export, so that any worker can write it and any web process can serve it."""

    __tablename__ = "claim_export_chunk"
    __table_args__ = (Index("uq_claim_export_chunk", "export_id", "attempt", "number", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    export_id: UUID = Field(foreign_key="claim_export.id")
    attempt: UUID
    number: int
    content: bytes = Field(sa_type=LargeBinary)
