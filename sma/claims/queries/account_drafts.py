"""What an account would say before it is issued, and why it may not be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import and_, col, select

from sma.claims.models import AccountLine, Claim, PrivateAccount
from sma.claims.papers import AccountItem, AccountPaper
from sma.claims.payers import AccountKind
from sma.claims.rules import OVER, BillingType, ClaimStatus, LineKind, LineNotFound
from sma.core.clock import local
from sma.core.db import ReadSession
from sma.entitlements import Referred, referrals
from sma.entitlements.rules import ReferralPeriod
from sma.people import Location, Patient, Practitioner, practitioner_name, written_name
from sma.scheduling import GroupSession

_USUAL_MONTHS = 12  # Source: an account names a referral's period only where it is not 12 months; Services Australia


@dataclass(frozen=True)
class Payable:
    """One approved private line that goes on an account, with the fee that is charged unless another is entered."""

    claim: Claim
    session: GroupSession
    practitioner: Practitioner

    @property
    def clinician(self) -> str:
        return practitioner_name(self.practitioner)

    @property
    def usual_cents(self) -> int:
        return self.claim.schedule_fee_cents or 0


@dataclass(frozen=True)
class Draft:
    """What an account of one person's day would hold. `refusal` says why none can be issued now."""

    claim: Claim
    patient: Patient
    location: Location
    lines: Sequence[Payable]
    account: PrivateAccount | None
    replaces: PrivateAccount | None
    refusal: str | None


def account_draft(db: ReadSession, claim_id: UUID) -> Draft:
    """Return what would stand on the account of a line's person and day. Raises: LineNotFound."""
    found = db.exec(
        select(Claim, Patient, Location)
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .join(Location, col(Location.id) == col(GroupSession.location_id))
        .where(col(Claim.id) == claim_id, col(Claim.kind) == LineKind.SERVICE)
    ).one_or_none()
    if found is None:
        raise LineNotFound
    claim, patient, location = found
    lines = payables(db, claim, location.id)
    account = account_of_line(db, claim.id)
    before = account_of_line(db, claim.replaces_id) if claim.replaces_id else None
    return Draft(claim, patient, location, lines, account, before, _refusal(db, claim, lines, account))


def payables(db: ReadSession, claim: Claim, location_id: UUID) -> list[Payable]:
    """Return the approved private lines of a person's day at one place, in the order of their sessions."""
    rows = db.exec(
        select(Claim, GroupSession, Practitioner)
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(
            col(Claim.patient_id) == claim.patient_id,
            col(Claim.date_of_service) == claim.date_of_service,
            col(Claim.billing_type) == BillingType.PRIVATE,
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status) == ClaimStatus.READY,
            col(GroupSession.location_id) == location_id,
        )
        .order_by(col(GroupSession.starts_at), col(Claim.id))
    )
    return [Payable(*row) for row in rows]


def bulk_billed(db: ReadSession, claim: Claim) -> bool:
    """Tell whether this service is claimed in bulk, or was and is not taken back in a batch yet."""
    found = db.exec(
        select(Claim.id).where(
            col(Claim.encounter_id) == claim.encounter_id,
            col(Claim.practitioner_id) == claim.practitioner_id,
            col(Claim.billing_type) == BillingType.BULK,
            or_(
                and_(col(Claim.kind) == LineKind.SERVICE, col(Claim.status) == ClaimStatus.EXPORTED),
                and_(col(Claim.kind) == LineKind.VOID, col(Claim.status) == ClaimStatus.READY),
            ),
        )
    )
    return found.first() is not None


def _refusal(db: ReadSession, claim: Claim, lines: Sequence[Payable], account: PrivateAccount | None) -> str | None:
    if account is not None:
        return f"This line stands on account {account.number} already."
    if claim.billing_type == BillingType.BULK:
        return "Bulk billed: the benefit is the whole payment, so the patient may not be charged anything for it."
    if claim.billing_type == BillingType.DVA:
        return "Veterans’ Affairs pays for this service, so no account goes to the patient."
    if claim.status in OVER:
        return "This line was replaced. Open the newer one."
    if any(bulk_billed(db, each.claim) for each in lines):
        return "This service was bulk billed and is not taken back yet. Freeze the next batch first, then issue this."
    if claim.id not in {each.claim.id for each in lines}:
        return "The clinician approves the line first. Then the account can be issued."
    return None


def issued_paper(
    db: ReadSession,
    draft: Draft,
    charges: Mapping[UUID, int],
    locums: Mapping[UUID, bool],
    *,
    number: str,
    issued_on: date,
) -> AccountPaper:
    """Put an account together: everything an itemised account shows, and nothing else about the person."""
    held = {
        each.id: each
        for each in referrals(db, [draft.patient.id], draft.claim.date_of_service).get(draft.patient.id, ())
    }
    several = _attendances(db, draft.claim) > 1
    items = [
        _item(each, charges[each.claim.id], is_locum=locums.get(each.claim.id, False), several=several, held=held)
        for each in draft.lines
    ]
    place, patient = draft.location, draft.patient
    address = " ".join(filter(None, (place.suburb, place.state, place.postcode)))
    return AccountPaper(
        number=number,
        issued_on=issued_on,
        practice=place.name,
        practice_address=", ".join(filter(None, (place.address, address))),
        practice_phone=place.phone or "",
        patient=written_name(patient),
        day=draft.claim.date_of_service,
        items=tuple(items),
        replaces=draft.replaces.number if draft.replaces else None,
    )


def _item(line: Payable, cents: int, *, is_locum: bool, several: bool, held: Mapping[UUID, Referred]) -> AccountItem:
    claim, zone = line.claim, line.session.timezone
    evidence = claim.assessment["evidence"]
    stretches = [
        (datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"]))
        for each in evidence["consults"]
    ] or [(line.session.starts_at, line.session.ends_at)]
    under = evidence.get("referral")
    return AccountItem(
        item=claim.item_number or "",
        description=claim.item_title or "",
        practitioner=line.clinician,
        provider_number=claim.provider_number or "",
        is_locum=is_locum,
        times=tuple((_wall(starts, zone), _wall(ends, zone)) for starts, ends in stretches) if several else (),
        referral=_referral(held.get(UUID(under["id"]))) if under else None,
        charge_cents=cents,
    )


def _referral(referral: Referred | None) -> str | None:
    if referral is None:
        return None
    day = referral.facts.issued_on
    words = f"Referred by {referral.referrer_name}, provider number {referral.referrer_provider_number}"
    words += f", {day.day}/{day.month}/{day.year}"
    if referral.period == ReferralPeriod.INDEFINITE:
        return f"{words}, indefinitely"
    months = referral.facts.months
    return words if months in (None, _USUAL_MONTHS) else f"{words}, {months} months"


def _wall(instant: datetime, zone: str) -> datetime:
    return local(instant, zone).replace(tzinfo=None)


def _attendances(db: ReadSession, claim: Claim) -> int:
    return db.exec(
        select(func.count()).where(
            col(Claim.patient_id) == claim.patient_id,
            col(Claim.date_of_service) == claim.date_of_service,
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status).in_((ClaimStatus.READY, ClaimStatus.EXPORTED, ClaimStatus.NEEDS_CHECK)),
        )
    ).one()


def account_of_line(db: ReadSession, claim_id: UUID) -> PrivateAccount | None:
    """Return the account that a line stands on."""
    return db.exec(
        select(PrivateAccount)
        .join(AccountLine, col(AccountLine.account_id) == col(PrivateAccount.id))
        .where(col(AccountLine.claim_id) == claim_id, col(PrivateAccount.kind) == AccountKind.ACCOUNT)
    ).first()
