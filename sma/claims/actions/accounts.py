"""Accounts to patients who declined to assign the benefit: issued, paid, taken back, and never edited."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from sma.claims.actions.lines import add_line, move, proposed_now
from sma.claims.actions.referrer_reports import note_reports
from sma.claims.models import AccountLine, AccountPayment, Claim, PrivateAccount
from sma.claims.payers import AccountKind, AccountNotFound, BulkBilled, NotOnAccount, PaymentWay
from sma.claims.queries.account_drafts import account_draft, bulk_billed, issued_paper
from sma.claims.queries.accounts import opened, paid_cents, sealed
from sma.claims.rules import BillingType, ClaimStatus, LineDecided, LineNotFound
from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people import lock_patients
from sma.scheduling import GroupSession, lock_session

# Any number nobody else uses: it makes accounts wait for each other's numbers on PostgreSQL.
_NUMBERING = 7264916
# What approving wrote onto a line.
_CHOSEN = {
    "item_number",
    "item_title",
    "item_version_from",
    "schedule_fee_cents",
    "benefit_cents",
    "number_of_patients_seen",
}
# People pay ahead; a day a year before the service is a year mistyped.
_EARLIEST_PAYMENT = timedelta(days=360)
_LETTERS = {AccountKind.ACCOUNT: "A", AccountKind.CREDIT: "C"}


def issue_account(
    db: WriteSession,
    claim_id: UUID,
    *,
    charges: Mapping[UUID, int],
    locums: Collection[UUID] = (),
    by: CurrentUser,
    now: datetime,
) -> PrivateAccount:
    """Issue one account for a person's private services of a day at one place, and freeze it.

    `charges` says in cents what is charged for each approved line; `locums` are the lines of somebody who stood in.
    The lines count as exported from here on, and nothing changes them any more.
    Locks: the patient, the lines. Raises: LineNotFound, BulkBilled, NotOnAccount, LineDecided.
    """
    _lock(db, claim_id)
    draft = account_draft(db, claim_id)
    if draft.claim.billing_type == BillingType.BULK or any(bulk_billed(db, each.claim) for each in draft.lines):
        raise BulkBilled(draft.refusal)
    if draft.refusal:
        raise NotOnAccount(draft.refusal)
    if {each.claim.id for each in draft.lines} != set(charges):
        raise LineDecided
    zone = draft.lines[0].session.timezone
    today = clock.local_date(now, zone)
    number = _next_number(db, AccountKind.ACCOUNT, today)
    paper = issued_paper(db, draft, charges, dict.fromkeys(locums, True), number=number, issued_on=today)
    account = PrivateAccount(
        number=number,
        patient_id=draft.patient.id,
        date_of_service=draft.claim.date_of_service,
        timezone=zone,
        charged_cents=paper.charged_cents,
        replaces_id=draft.replaces.id if draft.replaces else None,
        content=sealed(paper),
        issued_at=now,
        issued_by_id=by.id,
    )
    db.add(account)
    # Its lines point at it.
    db.flush()
    for each in draft.lines:
        db.add(AccountLine(account_id=account.id, claim_id=each.claim.id, charge_cents=charges[each.claim.id]))
        move(db, each.claim, ClaimStatus.EXPORTED)
    note_reports(db, list(charges), now=now)
    audit.record(
        db, by=by, did="issue-account", on=account, now=now, lines=len(draft.lines), charged_cents=paper.charged_cents
    )
    return account


def credit_account(
    db: WriteSession, account_id: UUID, *, reason: str, by: CurrentUser, now: datetime
) -> PrivateAccount:
    """Take an account back with a credit for all of it, and propose its services anew.

    The account stays as it is. A service that is judged as before keeps its approval, so that the next account can be
    issued at once; otherwise its clinician decides again.
    Locks: the patient, the account, its sessions, their lines. Raises: AccountNotFound, NotOnAccount.
    """
    account = hold_account(db, account_id)
    if account.kind != AccountKind.ACCOUNT or _credit_of(db, account.id):
        raise NotOnAccount("This account is taken back already.")
    # Before a number is taken, as issuing does: who waits for a line must not keep others from their numbers.
    claims = _claims_on(db, account.id)
    today = clock.local_date(now, account.timezone)
    number = _next_number(db, AccountKind.CREDIT, today)
    paper = replace(opened(account), number=number, issued_on=today, credits=account.number, replaces=None)
    credit = PrivateAccount(
        number=number,
        kind=AccountKind.CREDIT,
        patient_id=account.patient_id,
        date_of_service=account.date_of_service,
        timezone=account.timezone,
        charged_cents=account.charged_cents,
        credits_id=account.id,
        reason=reason[:200],
        content=sealed(paper),
        issued_at=now,
        issued_by_id=by.id,
    )
    db.add(credit)
    db.flush()
    for claim in claims:
        _propose_anew(db, claim, now=now)
    audit.record(db, by=by, did="credit-account", on=credit, now=now, charged_cents=credit.charged_cents)
    return credit


def record_payment(
    db: WriteSession,
    account_id: UUID,
    *,
    cents: int,
    way: PaymentWay,
    paid_on: date,
    is_refund: bool = False,
    by: CurrentUser,
    now: datetime,
) -> AccountPayment:
    """Record money that came in for an account, or that went back. Rows are added, never changed.

    Locks: the patient, the account. Raises: AccountNotFound, NotOnAccount.
    """
    account = hold_account(db, account_id)
    if account.kind != AccountKind.ACCOUNT:
        raise NotOnAccount("A credit is not paid. Record it on the account that it takes back.")
    if paid_on > clock.local_date(now, account.timezone):
        raise NotOnAccount("That day has not come yet. Check the date.", code="paid-on")
    if paid_on < account.date_of_service - _EARLIEST_PAYMENT:
        raise NotOnAccount("That is long before the service. Check the date.", code="paid-on")
    paid = paid_cents(db, account.id)
    owed = (0 if _credit_of(db, account.id) else account.charged_cents) - paid
    if is_refund and cents > paid:
        raise NotOnAccount("That is more than was paid. Check the amount.", code="amount")
    if not is_refund and cents > owed:
        raise NotOnAccount("That is more than is owed. Check the amount.", code="amount")
    payment = AccountPayment(
        account_id=account.id,
        cents=-cents if is_refund else cents,
        way=way,
        paid_on=paid_on,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(payment)
    audit.record(db, by=by, did="refund" if is_refund else "record-payment", on=account, now=now, cents=cents, way=way)
    return payment


def hold_account(db: WriteSession, account_id: UUID) -> PrivateAccount:
    """Return an account, its person and then its own row locked until commit. Raises: AccountNotFound."""
    found = db.get(PrivateAccount, account_id)
    if found is None:
        raise AccountNotFound
    lock_patients(db, [found.patient_id])
    query = select(PrivateAccount).where(col(PrivateAccount.id) == account_id).with_for_update()
    return db.exec(query.execution_options(populate_existing=True)).one()


def _lock(db: WriteSession, claim_id: UUID) -> None:
    """Lock a line's person, then all lines of their day: two presses queue here."""
    found = db.get(Claim, claim_id)
    if found is None:
        raise LineNotFound
    lock_patients(db, [found.patient_id])
    query = (
        select(Claim)
        .where(col(Claim.patient_id) == found.patient_id, col(Claim.date_of_service) == found.date_of_service)
        .order_by(col(Claim.id))
        # As `lock_lines` does: lines of the day that are in a batch may be in a report just now.
        .with_for_update(key_share=True)
    )
    db.exec(query.execution_options(populate_existing=True)).all()


def _next_number(db: WriteSession, kind: AccountKind, day: date) -> str:
    connection = db.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _NUMBERING})
    start = f"{_LETTERS[kind]}{day:%y%m%d}-"
    taken = db.exec(select(PrivateAccount.number).where(col(PrivateAccount.number).startswith(start))).all()
    return f"{start}{max((int(each.removeprefix(start)) for each in taken), default=0) + 1:03d}"


def _credit_of(db: WriteSession, account_id: UUID) -> UUID | None:
    return db.exec(select(PrivateAccount.id).where(col(PrivateAccount.credits_id) == account_id)).first()


def _claims_on(db: WriteSession, account_id: UUID) -> list[Claim]:
    """The lines of an account, their sessions locked before them, each in the order of their ids."""
    query = (
        select(Claim)
        .join(AccountLine, col(AccountLine.claim_id) == col(Claim.id))
        .where(col(AccountLine.account_id) == account_id)
        .order_by(col(Claim.id))
    )
    for session_id in sorted({each.group_session_id for each in db.exec(query)}):
        lock_session(db, session_id)
    return list(db.exec(query.with_for_update(of=Claim).execution_options(populate_existing=True)))


def _propose_anew(db: WriteSession, claim: Claim, *, now: datetime) -> None:
    session = db.get_one(GroupSession, claim.group_session_id)
    fresh = proposed_now(db, claim)
    approved = {"approved_at": claim.approved_at, "approved_by_id": claim.approved_by_id}
    chosen = claim.model_dump(include=_CHOSEN)
    move(db, claim, ClaimStatus.VOID)
    if fresh is None:
        return
    replacement = add_line(db, session, fresh, now=now, replaces_id=claim.id)
    if fresh.judged == claim.assessment and fresh.provider_number == claim.provider_number:
        move(db, replacement, ClaimStatus.READY, **approved, **chosen)
