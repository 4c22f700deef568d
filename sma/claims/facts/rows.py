"""The reads under a session's facts: which clinicians and people, their cards, agreements and earlier services."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from billing import EarlierService
from sma.attendance import DayFacts
from sma.claims.models import Claim
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


def history(
    db: ReadSession, patient_ids: Sequence[UUID], session: GroupSession
) -> dict[UUID, list[tuple[UUID, UUID, EarlierService]]]:
    """Lines approved or exported for these people up to that day. What happened elsewhere nobody here can know."""
    earlier: dict[UUID, list[tuple[UUID, UUID, EarlierService]]] = {}
    rows = db.exec(
        select(Claim.patient_id, Claim.group_session_id, Claim.practitioner_id, Claim)
        .where(
            col(Claim.patient_id).in_(patient_ids),
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status).in_((ClaimStatus.READY, ClaimStatus.EXPORTED)),
            col(Claim.date_of_service) <= session.held_on,
        )
        .order_by(col(Claim.date_of_service), col(Claim.id))
    )
    for patient_id, session_id, practitioner_id, claim in rows:
        service = EarlierService(item_number=claim.item_number or "", date_of_service=claim.date_of_service)
        earlier.setdefault(patient_id, []).append((session_id, practitioner_id, service))
    return earlier
