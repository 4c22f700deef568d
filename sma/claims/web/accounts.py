"""Accounts to patients: issuing one from an approved private line, the list, payments, credits and the paper."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sma.claims.actions.accounts import credit_account, hold_account, issue_account, record_payment
from sma.claims.papers import account_pdf
from sma.claims.payers import WAY_WORDS, BulkBilled, NotOnAccount, PaymentWay, cents_of
from sma.claims.queries.account_drafts import Draft, account_draft
from sma.claims.queries.accounts import account_rows, account_totals, account_view
from sma.claims.rules import LineDecided
from sma.claims.web.asking import Exporter
from sma.core import audit, clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import DomainError, Invalid
from sma.people import lock_patients
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
PAGE = 50
ISSUED = notice("account-issued", "The account is issued. It does not change any more.")
PAID = notice("account-paid", "Recorded.")
CREDITED = notice("account-credited", "The account is taken back. Its services can stand on a new one.")


class Charges(Press):
    """What is charged for each line: read from `raw`, since blank amounts are to be told apart."""

    line: list[UUID] = Field(default_factory=list, max_length=50)
    charge: list[str] = Field(default_factory=list, max_length=50)
    locum: list[UUID] = Field(default_factory=list, max_length=50)


class PaymentForm(Press):
    amount: str = Field(max_length=12)
    way: PaymentWay
    paid_on: date
    is_refund: bool = False


class CreditForm(Press):
    reason: str = Field(min_length=3, max_length=200)


ChargeAnswers = Annotated[Form[Charges], Depends(forms.of(Charges))]
PaymentAnswers = Annotated[Form[PaymentForm], Depends(forms.of(PaymentForm))]
CreditAnswers = Annotated[Form[CreditForm], Depends(forms.of(CreditForm))]


@router.get("/claims/{claim_id}/account")
def draft(request: Request, claim_id: UUID, db: ReadDb, _user: Exporter) -> Response:
    return _draft_page(request, account_draft(db, claim_id), forms.blank())


@router.post("/claims/{claim_id}/account")
def issue(request: Request, claim_id: UUID, form: ChargeAnswers, db: WriteDb, user: Exporter) -> Response:
    now, key = clock.now(), form.text("idempotency_key")
    found = account_draft(db, claim_id)
    lock_patients(db, [found.patient.id])
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done, say=ISSUED)
    charges, errors = _charges(form)
    if form.errors or errors:
        return _draft_page(request, found, forms.with_errors(form, errors), status_code=422)
    try:
        account = issue_account(db, claim_id, charges=charges, locums=form.values.locum, by=user, now=now)
    except (BulkBilled, NotOnAccount, LineDecided) as refusal:
        return _draft_page(request, account_draft(db, claim_id), form, refusal=refusal, status_code=409)
    idempotency.remember(db, key, user_id=user.id, led_to=f"/accounts/{account.id}", now=now)
    return go_to(request, f"/accounts/{account.id}", say=ISSUED)


@router.get("/accounts")
def index(request: Request, db: ReadDb, _user: Exporter, show: str = "", page: int = 1) -> Response:
    number = min(max(page, 1), 10_000)
    only_owed = show == "owed"
    rows = account_rows(db, page=number, size=PAGE, only_owed=only_owed)
    charged, paid = account_totals(db)
    return render(
        request,
        "claims/accounts.html",
        rows=rows[:PAGE],
        has_more=len(rows) > PAGE,
        page=number,
        only_owed=only_owed,
        charged_cents=charged,
        paid_cents=paid,
    )


@router.get("/accounts/{account_id}")
def show_account(request: Request, account_id: UUID, db: ReadDb, _user: Exporter) -> Response:
    return _account_page(request, db, account_id)


@router.get("/accounts/{account_id}/file")
def download(request: Request, account_id: UUID, db: ReadDb, user: Exporter) -> Response:
    """Hand the paper out; who took it is kept first."""
    view = account_view(db, account_id)
    content = account_pdf(view.paper)
    audit.note(
        request.app.state.database,
        by_id=user.id,
        did="download-account",
        on_kind="private_account",
        on_id=account_id,
        now=clock.now(),
    )
    headers = {
        "Content-Disposition": f'inline; filename="account-{view.account.number.lower()}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("/accounts/{account_id}/payments")
def pay(request: Request, account_id: UUID, form: PaymentAnswers, db: WriteDb, user: Exporter) -> Response:
    now, key = clock.now(), form.text("idempotency_key")
    hold_account(db, account_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done, say=PAID)
    if form.errors:
        return _account_page(request, db, account_id, payment=form, status_code=422)
    answers: PaymentForm = form.values
    try:
        record_payment(
            db,
            account_id,
            cents=cents_of(answers.amount),
            way=answers.way,
            paid_on=answers.paid_on,
            is_refund=answers.is_refund,
            by=user,
            now=now,
        )
    except (Invalid, NotOnAccount) as refusal:
        field = "paid_on" if refusal.code == "paid-on" else "amount"
        told = forms.with_errors(form, {field: refusal.message})
        return _account_page(request, db, account_id, payment=told, status_code=422)
    idempotency.remember(db, key, user_id=user.id, led_to=f"/accounts/{account_id}", now=now)
    return go_to(request, f"/accounts/{account_id}", say=PAID)


@router.post("/accounts/{account_id}/credit")
def credit(request: Request, account_id: UUID, form: CreditAnswers, db: WriteDb, user: Exporter) -> Response:
    now, key = clock.now(), form.text("idempotency_key")
    hold_account(db, account_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done, say=CREDITED)
    if form.errors:
        return _account_page(request, db, account_id, credit=form, status_code=422)
    try:
        credit_account(db, account_id, reason=form.values.reason, by=user, now=now)
    except NotOnAccount as refusal:
        return _account_page(request, db, account_id, refusal=refusal, status_code=409)
    idempotency.remember(db, key, user_id=user.id, led_to=f"/accounts/{account_id}", now=now)
    return go_to(request, f"/accounts/{account_id}", say=CREDITED)


def _typed(form: Form[Any], name: str) -> list[str]:
    typed = form.raw.get(name, [])
    return [typed] if isinstance(typed, str) else list(typed)


def _charges(form: Form[Charges]) -> tuple[Mapping[UUID, int], dict[str, str]]:
    """Read the amount of each line; errors by the place of the line on the page."""
    charges: dict[UUID, int] = {}
    errors: dict[str, str] = {}
    for place, (line, amount) in enumerate(zip(_typed(form, "line"), _typed(form, "charge"), strict=False)):
        try:
            charges[UUID(line)] = cents_of(amount)
        except Invalid as problem:
            errors[f"charge-{place}"] = problem.message
        except ValueError:
            errors[f"charge-{place}"] = "Open the page again: its lines have changed."
    return charges, errors


def _draft_page(
    request: Request,
    found: Draft,
    form: Form[Any],
    *,
    refusal: DomainError | None = None,
    status_code: int = 200,
) -> Response:
    typed = dict(zip(_typed(form, "line"), _typed(form, "charge"), strict=False))
    return render(
        request,
        "claims/account_draft.html",
        status_code=status_code,
        draft=found,
        form=form,
        typed={each.claim.id: typed.get(str(each.claim.id), _dollars(each.usual_cents)) for each in found.lines},
        refusal=(refusal.message if refusal else None) or found.refusal,
    )


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents else ""


def _account_page(
    request: Request,
    db: ReadSession,
    account_id: UUID,
    *,
    payment: Form[Any] | None = None,
    credit: Form[Any] | None = None,
    refusal: DomainError | None = None,
    status_code: int = 200,
) -> Response:
    view = account_view(db, account_id)
    today = clock.local_date(clock.now(), view.account.timezone)
    return render(
        request,
        "claims/account.html",
        status_code=status_code,
        view=view,
        payment=payment or forms.blank(paid_on=today, way=PaymentWay.CARD, is_refund=view.paper.outstanding_cents <= 0),
        credit=credit or forms.blank(),
        refusal=refusal.message if refusal else None,
        ways=list(WAY_WORDS.items()),
    )
