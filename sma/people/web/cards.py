"""Medicare cards and DVA files: typed in once, shown masked; the full number is seen only on a noted look."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from sma.core import audit, clock
from sma.core.db import Database, EdgeRoute, ReadDb, WriteDb
from sma.core.errors import Invalid
from sma.identity import CurrentUser, Permission, require
from sma.people import actions, names, queries
from sma.people.models import Patient
from sma.people.rules import CoverageKind, MedicareState, card_expiry
from sma.people.web import words
from sma.web import forms
from sma.web.flash import notice
from sma.web.htmx import go_to, local_or
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Editor = Annotated[CurrentUser, require(Permission.EDIT_PEOPLE)]
Reader = Annotated[CurrentUser, require(Permission.SEE_IDENTIFIERS)]

RECORDED = notice("card-recorded", "The card is recorded.")
NO_CARD = notice("no-card-recorded", "Recorded. Care goes on without a card.")


class CardForm(BaseModel):
    """`next` is the list that somebody came from, to go on there."""

    next: str = Field(default="", max_length=300)
    kind: CoverageKind
    number: str = Field(max_length=40)
    irn: str | None = Field(default=None, max_length=10)
    expires_on: Annotated[date, BeforeValidator(card_expiry)] | None = None


class NoCardForm(BaseModel):
    state: MedicareState


Card = Annotated[forms.Form[CardForm], Depends(forms.of(CardForm))]
NoCard = Annotated[forms.Form[NoCardForm], Depends(forms.of(NoCardForm))]


@router.get("/people/{patient_id}/coverage")
def ask(request: Request, patient_id: UUID, db: ReadDb, _user: Editor) -> Response:
    start = forms.blank(kind=CoverageKind.MEDICARE, next=local_or(request.query_params.get("next", ""), "") or None)
    return _page(request, queries.person(db, patient_id), start, forms.blank())


@router.post("/people/{patient_id}/coverage")
def record(request: Request, patient_id: UUID, form: Card, db: WriteDb, user: Editor) -> Response:
    patient = queries.person(db, patient_id)
    if form.errors:
        return _page(request, patient, form, forms.blank(), status_code=422)
    card = form.values
    try:
        actions.set_coverage(
            db,
            patient_id,
            kind=card.kind,
            number=card.number,
            irn=card.irn,
            expires_on=card.expires_on,
            by=user,
            now=clock.now(),
        )
    except Invalid as refusal:
        return _page(request, patient, forms.with_errors(form, refusal.fields), forms.blank(), status_code=422)
    return go_to(request, local_or(card.next, f"/people/{patient_id}"), say=RECORDED)


@router.post("/people/{patient_id}/no-card")
def record_none(request: Request, patient_id: UUID, form: NoCard, db: WriteDb, user: Editor) -> Response:
    patient = queries.person(db, patient_id)
    card = forms.blank(kind=CoverageKind.MEDICARE)
    if form.errors:
        return _page(request, patient, card, form, status_code=422)
    try:
        actions.record_no_card(db, patient_id, form.values.state, by=user, now=clock.now())
    except Invalid as refusal:
        return _page(request, patient, card, forms.with_errors(form, refusal.fields), status_code=422)
    return go_to(request, f"/people/{patient_id}", say=NO_CARD)


@router.get("/people/{patient_id}/identifiers")
def look(request: Request, patient_id: UUID, db: ReadDb, user: Reader) -> Response:
    """Show full numbers. The look itself is kept, in a short transaction of its own."""
    patient = queries.person(db, patient_id)
    cards = [(words.COVERAGE[CoverageKind(card.kind)], card) for card in queries.current_coverage(db, patient_id)]
    database: Database = request.app.state.database
    audit.note(database, by_id=user.id, did="view-identifiers", on_kind="patient", on_id=patient_id, now=clock.now())
    return render(request, "people/identifiers.html", patient=patient, name=names.full_name(patient), cards=cards)


def _page(
    request: Request, patient: Patient, form: forms.Form[Any], none: forms.Form[Any], *, status_code: int = 200
) -> Response:
    return render(
        request,
        "people/coverage.html",
        status_code=status_code,
        patient=patient,
        name=names.full_name(patient),
        form=form,
        no_card_form=none,
        kinds=words.options(words.COVERAGE),
        reasons=words.options(words.NO_CARD),
    )
