"""Referrals that a person holds."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing import Problem, Profession
from billing.identifiers import check_provider_number
from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.entitlements.models import ReferralRecord
from sma.entitlements.rules import AlreadyEnded, RecordNotFound, ReferralPeriod, day_problem
from sma.identity import CurrentUser
from sma.people import Patient, lock_patients
from sma.people.rules import today_at


@dataclass(frozen=True, kw_only=True)
class ReferralLetter:
    """What the letter says."""

    profession: Profession
    referrer_name: str
    referrer_provider_number: str
    issued_on: date
    period: ReferralPeriod = ReferralPeriod.STANDARD
    months: int | None = None
    services: int | None = None


def record_referral(
    db: WriteSession, patient_id: UUID, letter: ReferralLetter, *, by: CurrentUser, now: datetime
) -> ReferralRecord:
    """Keep a referral as its letter states it.

    Locks: the patient row. Raises: PersonNotFound; Invalid naming each part that cannot be.
    """
    (patient,) = lock_patients(db, [patient_id])
    number, errors = _checked(letter, patient, today_at(now))
    if errors:
        raise Invalid(fields=errors)
    row = ReferralRecord(
        patient_id=patient.id,
        profession=letter.profession,
        referrer_name=letter.referrer_name,
        referrer_provider_number=number,
        issued_on=letter.issued_on,
        period=letter.period,
        months=letter.months,
        services=letter.services,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(row)
    audit.record(db, by=by, did="record-referral", on=row, now=now, profession=letter.profession, period=letter.period)
    return row


def end_referral(db: WriteSession, patient_id: UUID, row_id: UUID, *, by: CurrentUser, now: datetime) -> ReferralRecord:
    """Say that a referral holds no longer from today on (used up, replaced, taken back); it stays in the record.

    Locks: the patient row. Raises: RecordNotFound, AlreadyEnded.
    """
    lock_patients(db, [patient_id])
    row = db.get(ReferralRecord, row_id, populate_existing=True)
    if row is None or row.patient_id != patient_id:
        raise RecordNotFound
    if row.ended_on is not None or row.mistake_at is not None:
        raise AlreadyEnded
    row.ended_on, row.ended_by_id = today_at(now), by.id
    audit.record(db, by=by, did="end-referral", on=row, now=now)
    return row


def _checked(letter: ReferralLetter, patient: Patient, today: date) -> tuple[str, dict[str, str]]:
    number, errors = "", {}
    try:
        number = check_provider_number(letter.referrer_provider_number)
    except Problem as problem:
        errors["referrer_provider_number"] = problem.message
    if problem_ := day_problem(letter.issued_on, patient.born_on, today):
        errors["issued_on"] = problem_
    if (letter.period == ReferralPeriod.MONTHS) != (letter.months is not None):
        errors["months"] = (
            "Say for how many months it was written."
            if letter.months is None
            else "Months belong to a referral that states them: choose that, or leave this empty."
        )
    return number, errors
