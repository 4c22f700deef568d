"""Medicare cards and DVA files: checked, sealed, and found again only by exact value or last four digits."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from billing.identifiers import Problem, check_dva, check_irn, check_medicare
from sma.core import audit
from sma.core.crypto import blind_index
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.identity import CurrentUser
from sma.people.actions.patients import keep_here, lock_patient
from sma.people.models import Coverage, Patient
from sma.people.rules import CoverageKind, MedicareState


@dataclass(frozen=True, kw_only=True)
class Card:
    """A number that has passed its check."""

    kind: CoverageKind
    number: str
    irn: str | None = None
    expires_on: date | None = None

    @property
    def number_index(self) -> str:
        return blind_index(self.number, "coverage.number")

    @property
    def last_four_index(self) -> str:
        return blind_index(self.number[6:10] if self.kind == CoverageKind.MEDICARE else self.number[-4:], LAST_FOUR)


LAST_FOUR = "coverage.last-four"


def set_coverage(
    db: WriteSession,
    patient_id: UUID,
    *,
    kind: str,
    number: str,
    irn: str | None,
    expires_on: date | None,
    by: CurrentUser,
    now: datetime,
) -> Coverage:
    """Keep the card or file that a person's care is billed to; an earlier one of the same kind stays as history.

    The same card again changes nothing. Locks: the patient row.
    Raises: PersonNotFound; Invalid naming `number` or `irn` when a check fails (the number itself is not repeated).
    """
    card = checked_card(kind, number, irn, expires_on)
    patient = lock_patient(db, patient_id)
    coverage, is_new = replace_coverage(db, patient, card, now=now)
    keep_here(patient, {f"coverage.{card.kind}"})
    if is_new:
        patient.version += 1
        audit.record(db, by=by, did="set-coverage", on=patient, now=now, kind=card.kind)
    return coverage


def record_no_card(db: WriteSession, patient_id: UUID, state: str, *, by: CurrentUser, now: datetime) -> Patient:
    """Keep why no Medicare card is recorded. Care goes on all the same. Locks: the patient row.

    Raises: PersonNotFound, Invalid when a card is held (the card says more than its absence).
    """
    wanted = MedicareState(state)
    patient = lock_patient(db, patient_id)
    if wanted == MedicareState.HELD or _current(db, patient.id, CoverageKind.MEDICARE) is not None:
        raise Invalid(fields={"state": "A card is recorded for this person. Record the new card instead."})
    patient.medicare_state = wanted
    keep_here(patient, {"coverage.medicare"})
    patient.version += 1
    audit.record(db, by=by, did="record-no-card", on=patient, now=now, state=wanted)
    return patient


def checked_card(kind: str, number: str, irn: str | None, expires_on: date | None) -> Card:
    """Check shape and check digit. Raises: Invalid with `number`, `irn` or both."""
    wanted = CoverageKind(kind)
    errors: dict[str, str] = {}
    clean = ""
    reference: str | None = None
    try:
        clean = check_medicare(number) if wanted == CoverageKind.MEDICARE else check_dva(number)
    except Problem as problem:
        errors["number"] = problem.message
    if wanted == CoverageKind.MEDICARE and irn is not None:
        try:
            reference = check_irn(irn)
        except Problem as problem:
            errors["irn"] = problem.message
    if errors:
        raise Invalid(fields=errors)
    return Card(kind=wanted, number=clean, irn=reference, expires_on=expires_on)


def replace_coverage(db: WriteSession, patient: Patient, card: Card, *, now: datetime) -> tuple[Coverage, bool]:
    """Make this the current card of its kind; the caller holds the patient row. False: it already was."""
    earlier = _current(db, patient.id, card.kind)
    if earlier is not None:
        if (earlier.number_index, earlier.irn, earlier.expires_on) == (card.number_index, card.irn, card.expires_on):
            return earlier, False
        earlier.is_current = False
    coverage = Coverage(
        patient_id=patient.id,
        kind=card.kind,
        number=card.number,
        number_index=card.number_index,
        last_four_index=card.last_four_index,
        irn=card.irn,
        expires_on=card.expires_on,
        created_at=now,
    )
    db.add(coverage)
    if card.kind == CoverageKind.MEDICARE:
        patient.medicare_state = MedicareState.HELD
    return coverage, True


def _current(db: WriteSession, patient_id: UUID, kind: CoverageKind) -> Coverage | None:
    return db.exec(
        select(Coverage).where(
            col(Coverage.patient_id) == patient_id, col(Coverage.kind) == kind, col(Coverage.is_current).is_(True)
        )
    ).first()
