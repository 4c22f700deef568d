"""Accounts as they were issued, what was paid since, and how much is owed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, select

from sma.claims.models import ACCOUNT_CONTEXT, AccountLine, AccountPayment, PrivateAccount
from sma.claims.papers import AccountItem, AccountPaper, Payment
from sma.claims.payers import WAY_WORDS, AccountKind, AccountNotFound, PaymentWay
from sma.core import crypto
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, full_name

_credit = aliased(PrivateAccount)
_PAID: Any = (
    select(func.coalesce(func.sum(col(AccountPayment.cents)), 0))
    .where(col(AccountPayment.account_id) == col(PrivateAccount.id))
    .correlate(PrivateAccount)
    .scalar_subquery()
)
_OWED: Any = case((col(_credit.id).is_not(None), 0), else_=col(PrivateAccount.charged_cents)) - _PAID
_OPEN = and_(col(PrivateAccount.kind) == AccountKind.ACCOUNT, _OWED != 0)
_ROWS: Any = (
    select(PrivateAccount, Patient, _PAID.label("paid"), col(_credit.number))
    .join(Patient, col(Patient.id) == col(PrivateAccount.patient_id))
    .outerjoin(_credit, col(_credit.credits_id) == col(PrivateAccount.id))
)


@dataclass(frozen=True)
class AccountRow:
    """One account as the list shows it."""

    account: PrivateAccount
    name: str
    paid_cents: int
    credited_by: str | None

    @property
    def outstanding_cents(self) -> int:
        return (0 if self.credited_by else self.account.charged_cents) - self.paid_cents


@dataclass(frozen=True)
class AccountView:
    """One account or credit with everything around it."""

    account: PrivateAccount
    paper: AccountPaper
    issued_by: str
    claim_ids: Sequence[UUID]
    credit: PrivateAccount | None
    original: PrivateAccount | None
    successor: PrivateAccount | None


def sealed(paper: AccountPaper) -> bytes:
    """Put an account into the form it is kept in."""
    content = json.dumps(asdict(paper), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return crypto.keyring().seal(content.encode(), ACCOUNT_CONTEXT)


def _plain(value: Any) -> str:
    return str(value.isoformat())


def opened(account: PrivateAccount) -> AccountPaper:
    """Read an account as it was issued."""
    table: dict[str, Any] = json.loads(crypto.keyring().open(account.content, ACCOUNT_CONTEXT))
    items = [
        AccountItem(**{**each, "times": tuple(tuple(map(datetime.fromisoformat, pair)) for pair in each["times"])})
        for each in table["items"]
    ]
    days = {name: date.fromisoformat(table[name]) for name in ("issued_on", "day")}
    return AccountPaper(**{**table, **days, "items": tuple(items), "payments": ()})


def account_view(db: ReadSession, account_id: UUID) -> AccountView:
    """Return one account as it stands now. Raises: AccountNotFound."""
    found = db.exec(
        select(PrivateAccount, User.display_name)
        .join(User, col(User.id) == col(PrivateAccount.issued_by_id))
        .where(col(PrivateAccount.id) == account_id)
    ).one_or_none()
    if found is None:
        raise AccountNotFound
    account, issued_by = found
    credit = db.exec(select(PrivateAccount).where(col(PrivateAccount.credits_id) == account.id)).one_or_none()
    payments = db.exec(
        select(AccountPayment)
        .where(col(AccountPayment.account_id) == account.id)
        .order_by(col(AccountPayment.recorded_at), col(AccountPayment.id))
    )
    paper = replace(
        opened(account),
        payments=tuple(Payment(paid_on=p.paid_on, way=WAY_WORDS[PaymentWay(p.way)], cents=p.cents) for p in payments),
        taken_back_by=credit.number if credit else None,
    )
    return AccountView(
        account=account,
        paper=paper,
        issued_by=issued_by,
        claim_ids=db.exec(select(AccountLine.claim_id).where(col(AccountLine.account_id) == account.id)).all(),
        credit=credit,
        original=db.get(PrivateAccount, account.credits_id) if account.credits_id else None,
        successor=db.exec(select(PrivateAccount).where(col(PrivateAccount.replaces_id) == account.id)).first(),
    )


def account_rows(db: ReadSession, *, page: int, size: int, only_owed: bool = False) -> list[AccountRow]:
    """Return accounts and credits, newest first; one more than `size` if there are more. One statement."""
    query = _ROWS.where(_OPEN) if only_owed else _ROWS
    newest = query.order_by(col(PrivateAccount.issued_at).desc(), col(PrivateAccount.number).desc())
    rows = db.exec(newest.offset((page - 1) * size).limit(size + 1))
    return [AccountRow(account, full_name(patient), int(paid), number) for account, patient, paid, number in rows]


def account_totals(db: ReadSession) -> tuple[int, int]:
    """What all accounts together charged, credits taken off, and what was paid, in cents."""
    sign = case((col(PrivateAccount.kind) == AccountKind.CREDIT, -1), else_=1)
    charged = db.exec(select(func.coalesce(func.sum(sign * col(PrivateAccount.charged_cents)), 0))).one()
    paid = db.exec(select(func.coalesce(func.sum(col(AccountPayment.cents)), 0))).one()
    return int(charged), int(paid)


def paid_cents(db: ReadSession, account_id: UUID) -> int:
    query = select(func.coalesce(func.sum(col(AccountPayment.cents)), 0))
    return int(db.exec(query.where(col(AccountPayment.account_id) == account_id)).one())
