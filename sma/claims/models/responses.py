"""What came back about lines of a batch: where it was lodged, the reports, one row per service, and payment runs.

Append only. A correction and a later report are further rows; the newest about a line says how it stands.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime


class ClaimLodgement(SQLModel, table=True):
    """The claim id that a person was given when they lodged a batch elsewhere, and on which day.

    Nothing here lodged it. A claim id is unique only per payee and day, so it is never a key. A correction is a newer
    row with its reason; what came back under the older one then no longer counts.
    """

    __tablename__ = "claim_lodgement"
    __table_args__ = (
        Index("uq_claim_lodgement", "batch_id", "number", unique=True),
        Index("ix_claim_lodgement_reference", "claim_reference", "lodged_on"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    batch_id: UUID = Field(foreign_key="claim_batch.id")
    number: int
    claim_reference: str = Field(max_length=6)
    lodged_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    reason: str | None = Field(default=None, sa_type=Encrypted("claim_lodgement.reason"))


class ClaimReport(SQLModel, table=True):
    """One file that was read, under a name of ours: the sender's may hold a person's.

    `number` counts the files as they came; a higher one is the later word about a line. `counts` holds how many rows
    it has by state. `imported_by_id` is empty where it was read from the command line.
    """

    __tablename__ = "claim_report"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: int = Field(unique=True)
    reference: str = Field(unique=True, max_length=20)
    kind: str = Field(max_length=10)
    format: str = Field(max_length=4)
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int
    row_count: int
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    imported_by_id: UUID | None = Field(default=None, foreign_key="staff_user.id")


class ServiceResult(SQLModel, table=True):
    """What one report says about one service of a batch. `state` was derived when the report was read.

    `charge_cents` is the report's; the line keeps its own. The current card is there when the report carries one.
    """

    __tablename__ = "service_result"
    __table_args__ = (
        Index("uq_service_result", "report_id", "row_no", unique=True),
        Index("ix_service_result_newest", "claim_line_id", "lodgement_id", "report_number"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    report_id: UUID = Field(foreign_key="claim_report.id")
    report_number: int
    row_no: int
    lodgement_id: UUID = Field(foreign_key="claim_lodgement.id")
    batch_id: UUID = Field(foreign_key="claim_batch.id", index=True)
    claim_line_id: UUID = Field(foreign_key="claim_line.id")
    claim_id: UUID = Field(foreign_key="claim.id", index=True)
    claim_reference: str = Field(max_length=6)
    payee_provider_number: str = Field(max_length=8)
    lodged_on: date
    voucher_id: str = Field(max_length=2)
    service_id: str = Field(max_length=4)
    item_number: str = Field(max_length=5)
    charge_cents: int
    benefit_cents: int
    reason_code: str | None = Field(default=None, max_length=30)
    return_code: str | None = Field(default=None, max_length=4)
    patients_seen: int | None = None
    state: str = Field(max_length=12)
    run_on: date | None = None
    run_number: str | None = Field(default=None, max_length=20)
    payment_reference: str | None = Field(default=None, max_length=40)
    current_medicare_number: str | None = Field(
        default=None, sa_type=Encrypted("service_result.current_medicare_number")
    )
    current_irn: str | None = Field(default=None, sa_type=Encrypted("service_result.current_irn"))


class PaymentRun(SQLModel, table=True):
    """One deposit as a payment report states it. The bank account is not kept."""

    __tablename__ = "payment_run"
    __table_args__ = (Index("ix_payment_run", "run_on", "run_number"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    report_id: UUID = Field(foreign_key="claim_report.id", index=True)
    report_number: int
    run_on: date
    run_number: str = Field(max_length=20)
    payment_reference: str | None = Field(default=None, max_length=40)
    deposit_cents: int


class PaymentRunClaim(SQLModel, table=True):
    """What a deposit holds for one claim. Without a batch it is a claim that was made elsewhere."""

    __tablename__ = "payment_run_claim"
    __table_args__ = (Index("uq_payment_run_claim", "run_id", "row_no", unique=True),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    run_id: UUID = Field(foreign_key="payment_run.id")
    row_no: int
    batch_id: UUID | None = Field(default=None, foreign_key="claim_batch.id", index=True)
    claim_reference: str = Field(max_length=6)
    lodged_on: date
    charge_cents: int
    benefit_cents: int
