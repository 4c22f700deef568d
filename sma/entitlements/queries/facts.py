"""What is known of many people, as the billing library is told it. One statement each, however many people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from billing import EarlierService, Profession, Referral
from sma.core.db import ReadSession
from sma.entitlements.models import EarlierRecord, MyMedicareRegistration, ReferralRecord
from sma.entitlements.rules import Given, ReferralPeriod, Registered

# What is typed about a place may name anybody, and what the engine says about a line is kept: it gets these words.
OWN_FILES = "our own files"
ANOTHER_PRACTICE = "another practice"


@dataclass(frozen=True)
class Referred:
    """A referral with what a claim says of it; `facts` is what the engine is told, its first use aside."""

    id: UUID
    referrer_name: str
    referrer_provider_number: str
    period: ReferralPeriod
    facts: Referral


def earlier_services(db: ReadSession, patient_ids: Sequence[UUID], until: date) -> dict[UUID, list[EarlierService]]:
    """Return the services recorded for each of these people up to and including a day, oldest first."""
    found: dict[UUID, list[EarlierService]] = {}
    rows = db.exec(
        select(
            col(EarlierRecord.patient_id),
            col(EarlierRecord.item_number),
            col(EarlierRecord.date_of_service),
            col(EarlierRecord.given),
        )
        .where(
            col(EarlierRecord.patient_id).in_(patient_ids),
            col(EarlierRecord.mistake_at).is_(None),
            col(EarlierRecord.date_of_service) <= until,
        )
        .order_by(col(EarlierRecord.date_of_service), col(EarlierRecord.item_number), col(EarlierRecord.id))
    )
    for patient_id, item_number, day, given in rows:
        known_from = OWN_FILES if given == Given.HERE else ANOTHER_PRACTICE
        found.setdefault(patient_id, []).append(
            EarlierService(item_number=item_number, date_of_service=day, known_from=known_from)
        )
    return found


def referrals(db: ReadSession, patient_ids: Sequence[UUID], day: date) -> dict[UUID, list[Referred]]:
    """Return the referrals that were written by a day and not ended by then, newest first."""
    found: dict[UUID, list[Referred]] = {}
    rows = db.exec(
        select(ReferralRecord)
        .where(
            col(ReferralRecord.patient_id).in_(patient_ids),
            col(ReferralRecord.mistake_at).is_(None),
            col(ReferralRecord.issued_on) <= day,
        )
        .order_by(col(ReferralRecord.issued_on).desc(), col(ReferralRecord.id))
    )
    for row in rows:
        if row.ended_on is not None and row.ended_on <= day:
            continue
        facts = Referral(
            profession=Profession(row.profession),
            issued_on=row.issued_on,
            months=row.months,
            is_indefinite=row.period == ReferralPeriod.INDEFINITE,
            services=row.services,
        )
        found.setdefault(row.patient_id, []).append(
            Referred(row.id, row.referrer_name, row.referrer_provider_number, ReferralPeriod(row.period), facts)
        )
    return found


def my_medicare_here(db: ReadSession, patient_ids: Sequence[UUID], day: date) -> dict[UUID, bool]:
    """Say for each of these people whether they are registered with this practice on a day; absent: nobody asked."""
    rows = db.exec(
        select(MyMedicareRegistration.patient_id, MyMedicareRegistration.registered)
        .where(
            col(MyMedicareRegistration.patient_id).in_(patient_ids),
            col(MyMedicareRegistration.mistake_at).is_(None),
            col(MyMedicareRegistration.from_on) <= day,
        )
        .order_by(col(MyMedicareRegistration.from_on), col(MyMedicareRegistration.recorded_at))
    )
    return {patient_id: registered == Registered.HERE for patient_id, registered in rows}
