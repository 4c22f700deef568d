"""Services that a person had before, and plans of care made or reviewed elsewhere."""

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select

from billing import Rulebook, load_rulebook
from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.entitlements.models import EarlierRecord, MyMedicareRegistration, ReferralRecord
from sma.entitlements.rules import (
    AlreadyRecorded,
    Given,
    RecordNotFound,
    day_problem,
    is_item_number,
    known_items,
    plan_item,
    plan_kind_of,
)
from sma.identity import CurrentUser
from sma.people import Patient, lock_patients
from sma.people.rules import today_at

Marked = TypeVar("Marked", EarlierRecord, ReferralRecord, MyMedicareRegistration)


def record_service(
    db: WriteSession,
    patient_id: UUID,
    *,
    item_number: str,
    date_of_service: date,
    given: str,
    place: str | None,
    by: CurrentUser,
    now: datetime,
) -> EarlierRecord:
    """Enter a service that this person had before, so that limits and prerequisites count it.

    Locks: the patient row. Raises: PersonNotFound, AlreadyRecorded; Invalid for an item that no rule here knows, or a
    day that cannot be.
    """
    rulebook = load_rulebook()
    number = item_number.strip()
    errors = {"item_number": problem} if (problem := _item_problem(number, rulebook)) else {}
    kind = None if errors else plan_kind_of(number, rulebook)
    return _record(db, patient_id, number, date_of_service, kind, Given(given), place, errors, by=by, now=now)


def record_plan(
    db: WriteSession,
    patient_id: UUID,
    *,
    kind: str,
    made_on: date,
    given: str,
    place: str | None,
    by: CurrentUser,
    now: datetime,
) -> EarlierRecord:
    """Enter a plan of care that was made or reviewed on a day.

    Locks: the patient row. Raises: PersonNotFound, AlreadyRecorded; Invalid for a kind that does not exist, or a day
    that cannot be.
    """
    number = plan_item(kind, load_rulebook())
    return _record(db, patient_id, number, made_on, kind, Given(given), place, {}, day_field="made_on", by=by, now=now)


def mark_mistaken(
    db: WriteSession, table: type[Marked], patient_id: UUID, row_id: UUID, *, by: CurrentUser, now: datetime
) -> None:
    """Say that an entry was a mistake: it stays in the record and counts no longer. Again, it changes nothing.

    Locks: the patient row. Raises: RecordNotFound, also for an entry about somebody else.
    """
    lock_patients(db, [patient_id])
    row = db.get(table, row_id, populate_existing=True)
    if row is None or row.patient_id != patient_id:
        raise RecordNotFound
    if row.mistake_at is not None:
        return
    row.mistake_at, row.mistake_by_id = now, by.id
    audit.record(db, by=by, did="mark-mistaken", on=row, now=now)


def _item_problem(number: str, rulebook: Rulebook) -> str | None:
    if not is_item_number(number):
        return "An item number has one to five digits."
    if number not in known_items(rulebook):
        return "No rule here counts that item. Check the number; other items need not be entered."
    return None


def _record(
    db: WriteSession,
    patient_id: UUID,
    number: str,
    day: date,
    plan_kind: str | None,
    given: Given,
    place: str | None,
    errors: dict[str, str],
    *,
    day_field: str = "date_of_service",
    by: CurrentUser,
    now: datetime,
) -> EarlierRecord:
    (patient,) = lock_patients(db, [patient_id])
    if problem := day_problem(day, patient.born_on, today_at(now)):
        errors = {**errors, day_field: problem}
    if errors:
        raise Invalid(fields=errors)
    if _standing(db, patient, number, day):
        raise AlreadyRecorded
    row = EarlierRecord(
        patient_id=patient.id,
        item_number=number,
        date_of_service=day,
        plan_kind=plan_kind,
        given=given,
        place=place,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(row)
    audit.record(db, by=by, did="record-plan" if plan_kind else "record-service", on=row, now=now, given=given)
    return row


def _standing(db: WriteSession, patient: Patient, number: str, day: date) -> bool:
    found = db.exec(
        select(EarlierRecord.id).where(
            col(EarlierRecord.patient_id) == patient.id,
            col(EarlierRecord.item_number) == number,
            col(EarlierRecord.date_of_service) == day,
            col(EarlierRecord.mistake_at).is_(None),
        )
    )
    return found.first() is not None
