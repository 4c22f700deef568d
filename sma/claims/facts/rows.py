"""The reads under a session's facts: which clinicians and people, their cards, agreements and earlier services."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select

from billing import EarlierService
from sma.attendance import DayFacts
from sma.claims.models import Claim, PayerChoice
from sma.claims.rules import ClaimStatus, LineKind
from sma.core.db import ReadSession
from sma.people import Coverage, Patient, Practitioner
from sma.scheduling import GroupSession, SessionRole, SessionRoleKind


def clinicians(db: ReadSession, day: DayFacts) -> Sequence[Practitioner]:
    """Whoever was in the room as a clinician or saw somebody; if nobody did, whoever was planned as the clinician."""
    there = {stay.practitioner_id for stay in day.presences}
    there |= {consult.practitioner_id for person in day.people for consult in person.consults}
    query = select(Practitioner).order_by(col(Practitioner.id))
    if there:
        return db.exec(query.where(col(Practitioner.id).in_(there))).all()
    planned = select(SessionRole.practitioner_id).where(
        col(SessionRole.group_session_id) == day.session_id, col(SessionRole.role) == SessionRoleKind.CLINICIAN
    )
    return db.exec(query.where(col(Practitioner.id).in_(planned))).all()


def patients(db: ReadSession, patient_ids: Sequence[UUID]) -> dict[UUID, Patient]:
    return {each.id: each for each in db.exec(select(Patient).where(col(Patient.id).in_(patient_ids)))}


def covers(db: ReadSession, patient_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    held: dict[UUID, set[str]] = {}
    for patient_id, kind in db.exec(
        select(Coverage.patient_id, Coverage.kind).where(
            col(Coverage.patient_id).in_(patient_ids), col(Coverage.is_current).is_(True)
        )
    ):
        held.setdefault(patient_id, set()).add(kind)
    return held


def payers(db: ReadSession, patient_ids: Sequence[UUID], day: date) -> dict[tuple[UUID, UUID], str]:
    """Who pays, where somebody chose: by (patient, practitioner)."""
    query = select(PayerChoice.patient_id, PayerChoice.practitioner_id, PayerChoice.billing_type).where(
        col(PayerChoice.patient_id).in_(patient_ids),
        col(PayerChoice.date_of_service) == day,
        col(PayerChoice.revoked_at).is_(None),
    )
    return {(patient_id, practitioner_id): chosen for patient_id, practitioner_id, chosen in db.exec(query)}


class Earlier(NamedTuple):
    """A service with a line of ours, and by which session and clinician it was given."""

    session_id: UUID
    practitioner_id: UUID
    profession: str
    service: EarlierService


def own_lines(db: ReadSession, patient_ids: Sequence[UUID], session: GroupSession) -> dict[UUID, list[Earlier]]:
    """Lines approved or exported for these people up to that day."""
    earlier: dict[UUID, list[Earlier]] = {}
    rows = db.exec(
        select(Claim, Practitioner.profession)
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(
            col(Claim.patient_id).in_(patient_ids),
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status).in_((ClaimStatus.READY, ClaimStatus.EXPORTED)),
            col(Claim.date_of_service) <= session.held_on,
        )
        .order_by(col(Claim.date_of_service), col(Claim.id))
    )
    for claim, profession in rows:
        service = EarlierService(item_number=claim.item_number or "", date_of_service=claim.date_of_service)
        found = Earlier(claim.group_session_id, claim.practitioner_id, profession, service)
        earlier.setdefault(claim.patient_id, []).append(found)
    return earlier
