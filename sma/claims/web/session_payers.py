"""Who pays, for the people of one session: what the desk hears when somebody declines to assign."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sma.claims.actions.payers import record_payer
from sma.claims.payers import PAYER_WORDS, BulkBilled, NotPayable, PayerFixed
from sma.claims.queries.payers import payers_of
from sma.claims.rules import BillingType
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import DomainError
from sma.identity import CurrentUser, Permission, require
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Recorder = Annotated[CurrentUser, require(Permission.RUN_SESSION)]
RECORDED = notice("payer-recorded", "Recorded who pays.")


class SessionPayer(Press):
    person: str = Field(max_length=70)
    billing_type: BillingType


SessionPayerAnswers = Annotated[Form[SessionPayer], Depends(forms.of(SessionPayer))]


@router.get("/sessions/{session_id}/payers")
def show(request: Request, session_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    return _page(request, db, session_id, forms.blank())


@router.post("/sessions/{session_id}/payers")
def record(request: Request, session_id: UUID, form: SessionPayerAnswers, db: WriteDb, user: Recorder) -> Response:
    if form.errors:
        return _page(request, db, session_id, form, status_code=422)
    answers: SessionPayer = form.values
    row = next((each for each in payers_of(db, session_id).rows if each.key == answers.person), None)
    if row is None:
        told = forms.with_errors(form, {"person": "Choose somebody of this session."})
        return _page(request, db, session_id, told, status_code=422)
    try:
        record_payer(
            db,
            session_id,
            row.patient_id,
            row.practitioner_id,
            billing_type=answers.billing_type,
            by=user,
            now=clock.now(),
        )
    except (PayerFixed, BulkBilled, NotPayable) as refusal:
        return _page(request, db, session_id, form, refusal=refusal, status_code=409)
    return go_to(request, f"/sessions/{session_id}/payers", say=RECORDED)


def _page(
    request: Request,
    db: ReadSession,
    session_id: UUID,
    form: Form[Any],
    *,
    refusal: DomainError | None = None,
    status_code: int = 200,
) -> Response:
    return render(
        request,
        "claims/session_payers.html",
        status_code=status_code,
        payers=payers_of(db, session_id),
        form=form,
        refusal=refusal.message if refusal else None,
        payer_words=PAYER_WORDS,
        choices=list(PAYER_WORDS.items()),
    )
