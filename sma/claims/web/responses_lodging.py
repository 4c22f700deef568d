"""The claim id of a batch that somebody lodged elsewhere: one small page with what was recorded before."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sma.claims import actions, queries
from sma.claims.rules import LodgementRefused
from sma.claims.web.asking import Exporter
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
RECORDED = notice("lodgement-recorded", "Recorded as lodged by the practice. What comes back will find its lines.")


class Lodgement(Press):
    claim_reference: str = Field(min_length=6, max_length=6)
    lodged_on: date
    reason: str = Field(default="", max_length=200)


Answers = Annotated[Form[Lodgement], Depends(forms.of(Lodgement))]


@router.get("/claim-batches/{batch_id}/claim-reference")
def edit(request: Request, batch_id: UUID, db: ReadDb, user: Exporter) -> Response:  # noqa: ARG001 - the guard is the point
    return _page(request, db, batch_id, forms.blank())


@router.post("/claim-batches/{batch_id}/claim-reference")
def record(request: Request, batch_id: UUID, form: Answers, db: WriteDb, user: Exporter) -> Response:
    if form.errors:
        return _page(request, db, batch_id, form, status_code=422)
    answers = form.values
    try:
        actions.record_lodgement(
            db,
            batch_id,
            claim_reference=answers.claim_reference.upper(),
            lodged_on=answers.lodged_on,
            reason=answers.reason or None,
            by=user,
            now=clock.now(),
        )
    except LodgementRefused as refusal:
        return _page(request, db, batch_id, forms.with_errors(form, refusal.fields), status_code=422)
    return go_to(request, f"/claim-batches/{batch_id}", say=RECORDED)


def _page(request: Request, db: ReadSession, batch_id: UUID, form: Form[Any], *, status_code: int = 200) -> Response:
    batch = queries.batch_view(db, batch_id).batch
    return render(
        request,
        "claims/responses_lodging.html",
        status_code=status_code,
        batch=batch,
        form=form,
        lodgements=queries.lodgements(db, batch_id),
        latest=clock.local_date(clock.now(), batch.timezone),
        earliest=clock.local_date(batch.made_at, batch.timezone),
    )
