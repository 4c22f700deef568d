"""Who pays for a line: recording that the patient declined to assign, or which of two cards pays."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from sma.claims import queries
from sma.claims.actions.payers import choose_payer
from sma.claims.payers import PAYER_WORDS, BulkBilled, NotPayable, PayerFixed
from sma.claims.rules import OVER, BillingType, LineNotFound
from sma.claims.web.asking import Reader
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import DomainError
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
CHOSEN = notice("payer-chosen", "Recorded who pays. The line was assessed again.")
_HINTS = {
    BillingType.BULK: "The patient assigns the benefit, and it is the whole payment.",
    BillingType.PRIVATE: "The patient declined to assign the benefit. They get an itemised account.",
    BillingType.DVA: "Goes apart from Medicare’s claims, and needs the number of the Veteran Card.",
}


class PayerForm(Press):
    billing_type: BillingType


PayerAnswers = Annotated[Form[PayerForm], Depends(forms.of(PayerForm))]


@router.get("/claims/{claim_id}/payer")
def show(request: Request, claim_id: UUID, db: ReadDb, _user: Reader) -> Response:
    return _page(request, db, claim_id, None)


@router.post("/claims/{claim_id}/payer")
def choose(request: Request, claim_id: UUID, form: PayerAnswers, db: WriteDb, user: Reader) -> Response:
    if form.errors:
        return _page(request, db, claim_id, form, status_code=422)
    try:
        line = choose_payer(db, claim_id, billing_type=form.values.billing_type, by=user, now=clock.now())
    except (PayerFixed, BulkBilled, NotPayable) as refusal:
        return _page(request, db, claim_id, form, refusal=refusal, status_code=409)
    return go_to(request, f"/claims/{line.id}", say=CHOSEN)


def _page(
    request: Request,
    db: ReadSession,
    claim_id: UUID,
    form: Form[Any] | None,
    *,
    refusal: DomainError | None = None,
    status_code: int = 200,
) -> Response:
    evidence = queries.evidence(db, claim_id)
    if evidence.claim.status in OVER:
        raise LineNotFound
    return render(
        request,
        "claims/payer.html",
        status_code=status_code,
        evidence=evidence,
        form=form or forms.blank(billing_type=evidence.claim.billing_type),
        refusal=refusal.message if refusal else None,
        payers=[(kind, words, _HINTS[kind]) for kind, words in PAYER_WORDS.items()],
        payer_words=PAYER_WORDS,
    )
