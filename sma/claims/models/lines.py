"""Claim lines, each with the reasons it was judged by."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from sma.claims.rules import BillingType, ClaimStatus, LineKind
from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime

_IN_FORCE = text("status NOT IN ('void', 'withdrawn') AND kind = 'service'")


class Claim(SQLModel, table=True):
    """One line for one patient and clinician: the item, the money, and every rule's verdict, frozen when assessed.

    A re-assessment that changes anything writes a new row (`replaces_id`) and withdraws the old one; after export it
    only marks the line (`outdated_at`), which a person then voids. `kind` void is the line that takes an exported one
    back. `assessment` is a `judgement.Judgement` as JSON: codes, counts and times, no names. Before approval the item
    is the one that fits when there is just one; approving writes the item that the clinician chose. `additions` are
    the items claimed beside it for the same service (a bulk billing incentive), `added_cents` their benefits together.
    `waits_for` are the `reasons` that the work list groups by, as they stood when the line was written.
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
    billing_type: str = Field(default=BillingType.BULK, max_length=8)
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
    additions: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    added_cents: int = 0
    consult_seconds: int = 0
    status: str = Field(default=ClaimStatus.NEEDS_CHECK, max_length=14)
    summary: str = Field(max_length=300)
    waits_for: str = Field(default="", max_length=120)
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
