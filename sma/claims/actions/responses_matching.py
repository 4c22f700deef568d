"""Which of our lines a row of a report is about: by claim id, payee, day of lodgement and service, by nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing.returns import ClaimPaid, ResultRow
from sma.claims.models import Claim, ClaimBatch, ClaimLine, ClaimLodgement, ServiceResult
from sma.claims.queries.responses import stands
from sma.claims.rules import LineKind
from sma.core.db import ReadSession
from sma.people import Patient

# How many claims' lines are kept at hand: rows of one claim stand together in a report, and memory stays flat.
CLAIMS_AT_HAND = 8


@dataclass(frozen=True)
class Lodged:
    """One batch under the claim id it was lodged with."""

    id: UUID
    batch_id: UUID
    claim_reference: str
    lodged_on: date
    provider_number: str
    payee_provider_number: str | None
    charge_cents: int

    @property
    def payee(self) -> str:
        return self.payee_provider_number or self.provider_number


@dataclass(frozen=True)
class Service:
    """One service of a lodged batch. `person` are the two references that a report may give for its patient."""

    line_id: UUID
    claim_id: UUID
    voucher_id: str
    charge_cents: int
    person: frozenset[str]


class Unmatched(Exception):
    """A row that is about none of our lines; the reason is for the person who reads the report in."""


class Matcher:
    """Finds the line of each row of one report, and that no row speaks about a line twice."""

    def __init__(self, db: ReadSession, report_id: UUID) -> None:
        self._db = db
        self._report_id = report_id
        self._claims: dict[tuple[Any, ...], tuple[Lodged, dict[str, Service]]] = {}
        self._seen: dict[UUID, dict[UUID, int]] = {}

    def service(self, row: ResultRow) -> tuple[Lodged, Service]:
        """Return what a row is about. Raises: Unmatched."""
        lodged, services = self._claim(row)
        service = services.get(row.service_id)
        if service is None:
            raise Unmatched(f"the batch lodged as {row.claim_id} has no service {row.service_id}")
        if row.voucher_id is not None and row.voucher_id != service.voucher_id:
            raise Unmatched(
                f"service {row.service_id} of {row.claim_id} is on voucher {service.voucher_id}, not {row.voucher_id}"
            )
        if row.patient_ref is not None and row.patient_ref not in service.person:
            raise Unmatched("patient_ref names somebody else than the line does")
        seen = self._seen[lodged.batch_id]
        if service.line_id in seen:
            raise Unmatched(f"row {seen[service.line_id]} is about the same service")
        seen[service.line_id] = row.row
        return lodged, service

    def _claim(self, row: ResultRow) -> tuple[Lodged, dict[str, Service]]:
        key = (row.claim_id, row.payee_provider_number, row.servicing_provider_number, row.lodged_on)
        if key not in self._claims:
            if len(self._claims) >= CLAIMS_AT_HAND:
                self._claims.clear()
                self._seen.clear()
            lodged = _one(row, lodgements_under(self._db, row.claim_id))
            self._claims[key] = lodged, _services(self._db, lodged.batch_id)
            if lodged.batch_id not in self._seen:
                self._seen[lodged.batch_id] = self._written(lodged.batch_id)
        return self._claims[key]

    def _written(self, batch_id: UUID) -> dict[UUID, int]:
        query = select(ServiceResult.claim_line_id, ServiceResult.row_no).where(
            col(ServiceResult.report_id) == self._report_id, col(ServiceResult.batch_id) == batch_id
        )
        return dict(self._db.exec(query).all())


def paid_claim(db: ReadSession, row: ClaimPaid) -> Lodged | None:
    """Return the batch that a payment is for, or None when none is recorded under its claim id and day.

    A payment report names no payee, so of two payees' claims with one id and day the charge decides.
    Raises: Unmatched when even that leaves two.
    """
    found = [each for each in lodgements_under(db, row.claim_id) if each.lodged_on == row.lodged_on]
    if len(found) > 1:
        found = [each for each in found if each.charge_cents == row.charge_cents]
        if len(found) != 1:
            raise Unmatched(f"two batches are recorded as {row.claim_id} on {row.lodged_on:%d %b %Y}, for two payees")
    return found[0] if found else None


def lodgements_under(db: ReadSession, claim_reference: str) -> list[Lodged]:
    """Return the batches whose newest lodgement is under a claim id; ids are used again, so there may be several."""
    rows = db.exec(
        select(ClaimLodgement, ClaimBatch)
        .join(ClaimBatch, col(ClaimBatch.id) == col(ClaimLodgement.batch_id))
        .where(
            col(ClaimLodgement.claim_reference) == claim_reference,
            stands(ClaimLodgement),
        )
    )
    return [
        Lodged(
            lodgement.id,
            batch.id,
            claim_reference,
            lodgement.lodged_on,
            batch.provider_number,
            batch.payee_provider_number,
            batch.charge_cents,
        )
        for lodgement, batch in rows
    ]


def _one(row: ResultRow, found: Sequence[Lodged]) -> Lodged:
    if not found:
        raise Unmatched(f"no batch here is recorded as lodged under claim id {row.claim_id}")
    fitting = [
        each
        for each in found
        if row.lodged_on in (None, each.lodged_on)
        and row.payee_provider_number in (None, each.payee, each.provider_number)
        and row.servicing_provider_number in (None, each.provider_number)
    ]
    if not fitting:
        raise Unmatched(f"claim id {row.claim_id} is recorded here, but for another payee or day of lodgement")
    if len(fitting) > 1:
        raise Unmatched(f"several batches fit claim id {row.claim_id}; the report must say payee and lodgementDate")
    return fitting[0]


def _services(db: ReadSession, batch_id: UUID) -> dict[str, Service]:
    rows = db.exec(
        select(ClaimLine, Patient.id, Patient.source_id)
        .join(Claim, col(Claim.id) == col(ClaimLine.claim_id))
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .where(col(ClaimLine.batch_id) == batch_id, col(ClaimLine.kind) == LineKind.SERVICE)
    )
    return {
        line.service_id: Service(
            line.id,
            line.claim_id,
            line.voucher_id,
            line.charge_cents,
            frozenset({patient_id.hex, *([source_id] if source_id else [])}),
        )
        for line, patient_id, source_id in rows
    }
