"""Who pays for one clinician's services to one person on one day, as somebody recorded it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select

from sma.assignments import assignments_of
from sma.claims.actions.lines import lock_lines
from sma.claims.actions.proposing import reassess
from sma.claims.models import Claim, PayerChoice
from sma.claims.payers import BulkBilled, NotPayable, PayerFixed
from sma.claims.rules import OVER, BillingType, ClaimStatus, LineKind, LineNotFound
from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser
from sma.people import Coverage, lock_patients
from sma.scheduling import GroupSession, SessionStatus, lock_session


def choose_payer(
    db: WriteSession, claim_id: UUID, *, billing_type: BillingType, by: CurrentUser, now: datetime
) -> Claim:
    """Record who pays: the patient (they declined to assign the benefit), Medicare in bulk, or Veterans' Affairs.

    It counts for every service of that clinician to that person on that day, and their lines are judged again, so an
    approval is lost with what it was given for. Returns the line that is then in force. Choosing twice is harmless.
    Locks: the patient, the sessions, the lines. Raises: LineNotFound, PayerFixed, BulkBilled, NotPayable.
    """
    found = db.get(Claim, claim_id)
    if found is None or found.kind != LineKind.SERVICE:
        raise LineNotFound
    session = db.get_one(GroupSession, found.group_session_id)
    service = _Service(found.patient_id, found.practitioner_id, found.date_of_service)
    _choose(db, session, service, billing_type, by=by, now=now)
    return _in_force(db, found)


def record_payer(
    db: WriteSession,
    session_id: UUID,
    patient_id: UUID,
    practitioner_id: UUID,
    *,
    billing_type: BillingType,
    by: CurrentUser,
    now: datetime,
) -> None:
    """Record who pays before there is a line, as the desk hears it: the lines of that day follow when they are made.

    Locks and raises as `choose_payer`; NotFound for a session that is not there.
    """
    session = db.get(GroupSession, session_id)
    if session is None:
        raise NotFound
    _choose(db, session, _Service(patient_id, practitioner_id, session.held_on), billing_type, by=by, now=now)


class _Service(NamedTuple):
    """Whose service, by whom, on which day."""

    patient_id: UUID
    practitioner_id: UUID
    date_of_service: date


def _choose(
    db: WriteSession,
    session: GroupSession,
    service: _Service,
    billing_type: BillingType,
    *,
    by: CurrentUser,
    now: datetime,
) -> None:
    lock_patients(db, [service.patient_id])
    standing = _standing(db, service)
    if standing is not None and standing.billing_type == billing_type:
        return
    sessions = _sessions(db, service)
    for session_id in sessions:
        lock_session(db, session_id)
    lines = [each for each in lock_lines(db, *sessions) if _is_same(each, service)]
    _check(db, service, session, lines, billing_type)
    _replace(db, service, standing, billing_type, by=by, now=now)
    for session_id in sessions:
        if db.get_one(GroupSession, session_id).status == SessionStatus.CLOSED:
            reassess(db, session_id, by=by, now=now)


def _check(
    db: WriteSession, service: _Service, session: GroupSession, lines: Sequence[Claim], wanted: BillingType
) -> None:
    exported = next((each for each in lines if each.status == ClaimStatus.EXPORTED), None)
    if exported is not None:
        if wanted == BillingType.PRIVATE and exported.billing_type == BillingType.BULK:
            raise BulkBilled(f"{BulkBilled.message} Take the exported line back first.")
        if exported.billing_type == BillingType.PRIVATE:
            raise PayerFixed("A service of this day stands on an account. Take that back with a credit, then choose.")
        raise PayerFixed("A service of this day stands in a batch. Void that line first, then choose who pays.")
    key = (service.patient_id, service.practitioner_id)
    if wanted == BillingType.PRIVATE and key in assignments_of(db, [key[0]], session.held_on, session.timezone):
        raise NotPayable(
            "An assignment of this benefit is on record. If the patient declines now, take the assignment back first."
        )
    kinds = db.exec(
        select(Coverage.kind).where(col(Coverage.patient_id) == service.patient_id, col(Coverage.is_current).is_(True))
    ).all()
    if wanted == BillingType.BULK and set(kinds) == {"dva"}:
        raise NotPayable("There is no Medicare card on record. Enter it on the person's page first.")
    if wanted == BillingType.DVA and "dva" not in kinds:
        raise NotPayable("There is no Veteran Card on record. Enter its number on the person's page first.")


def _replace(
    db: WriteSession,
    service: _Service,
    standing: PayerChoice | None,
    billing_type: BillingType,
    *,
    by: CurrentUser,
    now: datetime,
) -> None:
    if standing is not None:
        standing.revoked_at, standing.revoked_by_id = now, by.id
        # The index allows one that stands.
        db.flush()
    choice = PayerChoice(
        patient_id=service.patient_id,
        practitioner_id=service.practitioner_id,
        date_of_service=service.date_of_service,
        billing_type=billing_type,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(choice)
    db.flush()
    audit.record(db, by=by, did="choose-payer", on=choice, now=now, billing=billing_type)


def _standing(db: WriteSession, service: _Service) -> PayerChoice | None:
    return db.exec(
        select(PayerChoice).where(
            col(PayerChoice.patient_id) == service.patient_id,
            col(PayerChoice.practitioner_id) == service.practitioner_id,
            col(PayerChoice.date_of_service) == service.date_of_service,
            col(PayerChoice.revoked_at).is_(None),
        )
    ).one_or_none()


def _is_same(line: Claim, service: _Service) -> bool:
    return (line.patient_id, line.practitioner_id) == (service.patient_id, service.practitioner_id)


def _sessions(db: WriteSession, service: _Service) -> list[UUID]:
    """Sessions of that day with a line of that person and clinician, in the order of their ids."""
    query = (
        select(Claim.group_session_id)
        .where(
            col(Claim.patient_id) == service.patient_id,
            col(Claim.practitioner_id) == service.practitioner_id,
            col(Claim.date_of_service) == service.date_of_service,
        )
        .distinct()
        .order_by(col(Claim.group_session_id))
    )
    return list(db.exec(query))


def _in_force(db: WriteSession, claim: Claim) -> Claim:
    query = select(Claim).where(
        col(Claim.encounter_id) == claim.encounter_id,
        col(Claim.practitioner_id) == claim.practitioner_id,
        col(Claim.kind) == LineKind.SERVICE,
        col(Claim.status).not_in(OVER),
    )
    return db.exec(query.execution_options(populate_existing=True)).one_or_none() or claim
