"""Batches: the list, one with its lines and files, and what all of them come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import case, col, select

from sma.claims.freezing import thaw
from sma.claims.models import Claim, ClaimBatch, ClaimBlock, ClaimLine, Export
from sma.claims.queries.exports import state_of
from sma.claims.queries.responses import replaced_unpaid
from sma.claims.rules import BatchNotFound, LineKind
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, Practitioner, full_name


@dataclass(frozen=True)
class LineRow:
    """One frozen line as a page may show it: the card number down to its last four digits."""

    line_no: int
    claim_id: UUID
    kind: str
    name: str
    card_ends: str
    date_of_service: date
    item_number: str
    charge_cents: int
    benefit_cents: int
    codes: str
    replaces: str | None


@dataclass(frozen=True)
class ExportRow:
    export: Export
    state: str
    asked_by: str


@dataclass(frozen=True)
class BatchView:
    """One batch with some of its lines (from `first`), and its files."""

    batch: ClaimBatch
    made_by: str
    lines: Sequence[LineRow]
    exports: Sequence[ExportRow]
    voids: int


def batches(db: ReadSession, *, page: int, size: int, clinician_user_id: UUID | None = None) -> list[Any]:
    """Return batches, newest first, with how many files each has; one more than `size` if there are more.

    One clinician's own when a user is given: what another has billed is not theirs to read.
    """
    files = (
        select(func.count())
        .where(col(Export.batch_id) == col(ClaimBatch.id), col(Export.period_id).is_(None))
        .scalar_subquery()
    )
    query: Any = select(
        col(ClaimBatch.id),
        col(ClaimBatch.reference),
        col(ClaimBatch.practitioner_name),
        col(ClaimBatch.provider_number),
    ).add_columns(
        col(ClaimBatch.made_at),
        col(ClaimBatch.timezone),
        col(ClaimBatch.line_count),
        col(ClaimBatch.charge_cents),
        files.label("files"),
    )
    if clinician_user_id is not None:
        query = query.join(Practitioner, col(Practitioner.id) == col(ClaimBatch.practitioner_id)).where(
            col(Practitioner.user_id) == clinician_user_id
        )
    newest = query.order_by(col(ClaimBatch.made_at).desc(), col(ClaimBatch.reference).desc())
    return list(db.exec(newest.offset((page - 1) * size).limit(size + 1)))


def batch_view(db: ReadSession, batch_id: UUID) -> BatchView:
    """Return one batch. Raises: BatchNotFound."""
    found = db.exec(
        select(ClaimBatch, User.display_name)
        .join(User, col(User.id) == col(ClaimBatch.made_by_id))
        .where(col(ClaimBatch.id) == batch_id)
    ).one_or_none()
    if found is None:
        raise BatchNotFound
    batch, made_by = found
    lines = _lines(db, batch_id)
    return BatchView(batch, made_by, lines, _exports(db, batch_id), sum(line.kind == "void" for line in lines))


def _lines(db: ReadSession, batch_id: UUID) -> list[LineRow]:
    people = {
        line_no: (claim_id, patient)
        for line_no, claim_id, patient in db.exec(
            select(ClaimLine.line_no, ClaimLine.claim_id, Patient)
            .join(Claim, col(Claim.id) == col(ClaimLine.claim_id))
            .join(Patient, col(Patient.id) == col(Claim.patient_id))
            .where(col(ClaimLine.batch_id) == batch_id)
        )
    }
    contents = db.exec(
        select(ClaimBlock.content).where(col(ClaimBlock.batch_id) == batch_id).order_by(col(ClaimBlock.number))
    )
    rows = []
    for content in contents:
        for line in thaw(content):
            claim_id, patient = people[line.line_no]
            sign = -1 if line.kind == "void" else 1
            rows.append(
                LineRow(
                    line_no=line.line_no,
                    claim_id=claim_id,
                    kind=line.kind,
                    name=full_name(patient),
                    card_ends=(line.medicare_number or "")[-4:],
                    date_of_service=line.session_date,
                    item_number=line.mbs_item,
                    charge_cents=sign * line.charge_cents,
                    benefit_cents=sign * line.benefit_cents,
                    codes=line.validation_codes,
                    replaces=f"line {line.replaces_line_no} of {line.replaces_batch_ref}"
                    if line.replaces_batch_ref
                    else None,
                )
            )
    return rows


def _exports(db: ReadSession, batch_id: UUID) -> list[ExportRow]:
    rows = db.exec(
        select(Export, User.display_name)
        .join(User, col(User.id) == col(Export.requested_by_id))
        .where(col(Export.batch_id) == batch_id, col(Export.period_id).is_(None))
        .order_by(col(Export.format))
    )
    return [ExportRow(export, state_of(export), name) for export, name in rows]


def effective_totals(db: ReadSession, *, clinician_user_id: UUID | None = None) -> tuple[int, int, int]:
    """What all batches together propose, void lines taken off: (lines that stand, charge, benefit in cents).

    As frozen, so that an incentive beside a service is a line of its own. A rejected line that was proposed again is
    counted once, as its newer version. Of one clinician's own batches when a user is given.
    """
    sign = case((col(ClaimLine.kind) == LineKind.VOID, -1), else_=1)
    query: Any = (
        select(func.coalesce(func.sum(sign), 0), func.coalesce(func.sum(sign * col(ClaimLine.charge_cents)), 0))
        .join(Claim, col(Claim.id) == col(ClaimLine.claim_id))
        .where(~replaced_unpaid())
    )
    if clinician_user_id is not None:
        query = query.join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id)).where(
            col(Practitioner.user_id) == clinician_user_id
        )
    lines, charge = db.exec(query).one()
    # Billed in bulk, the charge is the benefit.
    return int(lines), int(charge), int(charge)
