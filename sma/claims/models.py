"""Assignments of benefit, claim lines with their reasons, frozen batches and their exports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from sma.claims.rules import ClaimStatus, ExportStatus, LineKind
from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime

# What the seal of an export's chunks is bound to.
CHUNK_CONTEXT = "claim_export_chunk"

_STANDING = text("revoked_at IS NULL")
_IN_FORCE = text("status NOT IN ('void', 'withdrawn') AND kind = 'service'")


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


class Claim(SQLModel, table=True):
    """One line for one patient and clinician: the item, the money, and every rule's verdict, frozen when assessed.

    A re-assessment that changes anything writes a new row (`replaces_id`) and withdraws the old one; after export it
    only marks the line (`outdated_at`), which a person then voids. `kind` void is the line that takes an exported one
    back. `assessment` is a `judgement.Judgement` as JSON: codes, counts and times, no names. Before approval the item
    is the one that fits when there is just one; approving writes the item that the clinician chose.
    """

    __table_args__ = (
        Index(
            "uq_claim_in_force",
            "encounter_id",
            "practitioner_id",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        Index("ix_claim_work_list", "status", "date_of_service"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(default=LineKind.SERVICE, max_length=8)
    group_session_id: UUID = Field(foreign_key="group_session.id", index=True)
    encounter_id: UUID = Field(foreign_key="encounter.id", index=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.id")
    provider_number: str | None = Field(default=None, max_length=8)
    date_of_service: date
    item_number: str | None = Field(default=None, max_length=6)
    item_title: str | None = Field(default=None, max_length=200)
    item_version_from: date | None = None
    rulebook_hash: str = Field(max_length=64)
    schedule_fee_cents: int | None = None
    benefit_cents: int | None = None
    number_of_patients_seen: int | None = None
    consult_seconds: int = 0
    status: str = Field(default=ClaimStatus.NEEDS_CHECK, max_length=14)
    summary: str = Field(max_length=300)
    assessment: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    not_billed_reason: str | None = Field(default=None, sa_type=Encrypted("claim.not_billed_reason"))
    assessed_at: datetime = Field(sa_type=UtcDateTime)
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    batch_id: UUID | None = Field(default=None, foreign_key="claim_batch.id", index=True)
    replaces_id: UUID | None = Field(default=None, foreign_key="claim.id")
    outdated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outdated_summary: str | None = Field(default=None, max_length=300)
    version: int = 1


class ClaimBatch(SQLModel, table=True):
    """Approved lines of one provider number, frozen together; read-only from the moment it exists.

    The totals are net of void lines. `practice_name` and `meanings` (validation code to words) are kept, because an
    export made next year must have the bytes of one made today.
    """

    __tablename__ = "claim_batch"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    reference: str = Field(unique=True, max_length=20)
    provider_number: str = Field(max_length=8)
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


class ClaimLine(SQLModel, table=True):
    """Which claim stands on which line of a batch. What the line says is in the batch's blocks."""

    __tablename__ = "claim_line"
    __table_args__ = (Index("uq_claim_line", "batch_id", "line_no", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    batch_id: UUID = Field(foreign_key="claim_batch.id")
    line_no: int
    claim_id: UUID = Field(foreign_key="claim.id", index=True)
    kind: str = Field(max_length=8)


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
