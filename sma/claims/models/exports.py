"""Files made from batches, in sealed chunks."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from sma.claims.rules import ExportStatus
from sma.core.db import UtcDateTime

# What the seal of an export's chunks is bound to.
CHUNK_CONTEXT = "claim_export_chunk"


_OF_ONE_BATCH = text("period_id IS NULL")


class PeriodExport(SQLModel, table=True):
    """A wish for all batches frozen in some months; its files are `Export` rows, one a provider number and month."""

    __tablename__ = "claim_period_export"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    first_month: date
    last_month: date
    format: str = Field(max_length=10)
    requested_by_id: UUID = Field(foreign_key="staff_user.id")
    requested_at: datetime = Field(sa_type=UtcDateTime)


class Export(SQLModel, table=True):
    """One file made from a batch; asked for twice it is the same row and the same bytes.

    Part of a period, it holds the files of several batches of one provider number: `batch_id` is the first, and
    `more_batches` names the others as they were when it was asked for. `attempt` names the run whose chunks count;
    while preparing it tells that a worker has begun.
    """

    __tablename__ = "claim_export"
    __table_args__ = (
        Index(
            "uq_claim_export",
            "batch_id",
            "format",
            unique=True,
            sqlite_where=_OF_ONE_BATCH,
            postgresql_where=_OF_ONE_BATCH,
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    batch_id: UUID = Field(foreign_key="claim_batch.id")
    more_batches: list[str] = Field(default_factory=list, sa_type=JSON)
    period_id: UUID | None = Field(default=None, foreign_key="claim_period_export.id", index=True)
    month: date | None = None
    format: str = Field(max_length=10)
    status: str = Field(default=ExportStatus.PREPARING, max_length=10)
    requested_by_id: UUID = Field(foreign_key="staff_user.id")
    requested_at: datetime = Field(sa_type=UtcDateTime)
    ready_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sha256: str | None = Field(default=None, max_length=64)
    size_bytes: int | None = None
    row_count: int | None = None
    charge_cents: int | None = None
    benefit_cents: int | None = None
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
