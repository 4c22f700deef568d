"""One person's Medicare history as the page shows it, what was marked as a mistake at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.entitlements.models import EarlierRecord, MyMedicareRegistration, ReferralRecord
from sma.entitlements.rules import PLAN_KINDS, Given, Validity, validity
from sma.identity import User
from sma.people import PROFESSION_WORDS


@dataclass(frozen=True)
class ServiceRow:
    id: UUID
    item_number: str
    date_of_service: date
    plan: str | None
    where: str
    recorded_by: str
    recorded_at: datetime
    is_mistake: bool


@dataclass(frozen=True)
class ReferralRow:
    id: UUID
    profession: str
    referrer_name: str
    referrer_provider_number: str
    issued_on: date
    services: int | None
    validity: Validity
    may_end: bool
    is_mistake: bool


@dataclass(frozen=True)
class RegistrationRow:
    id: UUID
    registered: str
    from_on: date
    is_mistake: bool


@dataclass(frozen=True)
class History:
    """Everything entered about one person; what was marked as a mistake stands in `mistakes` only."""

    services: Sequence[ServiceRow]
    plans: Sequence[ServiceRow]
    referrals: Sequence[ReferralRow]
    registrations: Sequence[RegistrationRow]
    mistakes: Sequence[str]


def history_of(db: ReadSession, patient_id: UUID, today: date) -> History:
    """Return what was entered about one person, newest first. Three statements."""
    services = _services(db, patient_id)
    referrals = _referrals(db, patient_id, today)
    registrations = [
        RegistrationRow(row.id, row.registered, row.from_on, row.mistake_at is not None)
        for row in db.exec(
            select(MyMedicareRegistration)
            .where(col(MyMedicareRegistration.patient_id) == patient_id)
            .order_by(col(MyMedicareRegistration.from_on).desc(), col(MyMedicareRegistration.recorded_at).desc())
        )
    ]
    return History(
        services=[row for row in services if row.plan is None and not row.is_mistake],
        plans=[row for row in services if row.plan is not None and not row.is_mistake],
        referrals=[row for row in referrals if not row.is_mistake],
        registrations=[row for row in registrations if not row.is_mistake],
        mistakes=[
            *(
                f"{row.plan or f'Item {row.item_number}'} on {_day(row.date_of_service)}"
                for row in services
                if row.is_mistake
            ),
            *(f"Referral to {row.profession} of {_day(row.issued_on)}" for row in referrals if row.is_mistake),
            *(f"MyMedicare from {_day(row.from_on)}" for row in registrations if row.is_mistake),
        ],
    )


def _services(db: ReadSession, patient_id: UUID) -> list[ServiceRow]:
    rows: Any = db.exec(
        select(EarlierRecord, User.display_name)
        .outerjoin(User, col(User.id) == col(EarlierRecord.recorded_by_id))
        .where(col(EarlierRecord.patient_id) == patient_id)
        .order_by(col(EarlierRecord.date_of_service).desc(), col(EarlierRecord.item_number))
    )
    return [
        ServiceRow(
            id=row.id,
            item_number=row.item_number,
            date_of_service=row.date_of_service,
            plan=PLAN_KINDS[row.plan_kind].words if row.plan_kind else None,
            where=row.place or ("At this practice" if row.given == Given.HERE else "Elsewhere"),
            recorded_by=name or "an import",
            recorded_at=row.recorded_at,
            is_mistake=row.mistake_at is not None,
        )
        for row, name in rows
    ]


def _referrals(db: ReadSession, patient_id: UUID, today: date) -> list[ReferralRow]:
    rows = db.exec(
        select(ReferralRecord)
        .where(col(ReferralRecord.patient_id) == patient_id)
        .order_by(col(ReferralRecord.issued_on).desc(), col(ReferralRecord.id))
    )
    words: dict[str, str] = {str(profession): said for profession, said in PROFESSION_WORDS.items()}
    return [
        ReferralRow(
            id=row.id,
            profession=words[row.profession].lower(),
            referrer_name=row.referrer_name,
            referrer_provider_number=row.referrer_provider_number,
            issued_on=row.issued_on,
            services=row.services,
            validity=validity(row, today),
            may_end=row.ended_on is None and row.mistake_at is None,
            is_mistake=row.mistake_at is not None,
        )
        for row in rows
    ]


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
