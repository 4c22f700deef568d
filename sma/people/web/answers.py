"""Two questions with a page of their own: which groups suit a person, and their agreement to group care."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import Invalid
from sma.identity import CurrentUser, Permission, require
from sma.people import actions, names, queries
from sma.people.models import Patient
from sma.people.rules import CURRENT_AGREEMENT_VERSION, AgreementMethod, AnswerSource, named_group, today_at
from sma.people.web import words
from sma.web import forms
from sma.web.flash import notice
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Asker = Annotated[CurrentUser, require(Permission.RECORD_COMFORT)]
Editor = Annotated[CurrentUser, require(Permission.EDIT_PEOPLE)]

ANSWERED = notice("comfort-recorded", "Their answer about groups is recorded.")
AGREED = notice("agreement-recorded", "Their agreement is recorded.")
WITHDRAWN = notice("agreement-withdrawn", "Their agreement has ended. Nothing else about their care changes.")


class ComfortForm(BaseModel):
    groups: list[str] = Field(default=[], max_length=8)
    named: str = Field(default="", max_length=300)
    answered_by: AnswerSource = AnswerSource.SELF


class AgreementForm(BaseModel):
    method: AgreementMethod
    given_on: date


Comfort = Annotated[forms.Form[ComfortForm], Depends(forms.of(ComfortForm))]
Agreed = Annotated[forms.Form[AgreementForm], Depends(forms.of(AgreementForm))]


@router.get("/people/{patient_id}/comfort")
def ask_comfort(request: Request, patient_id: UUID, db: ReadDb, _user: Asker) -> Response:
    # Starts empty: the question is put to the person anew, and nobody reads the last answer over a shoulder.
    return _comfort_page(request, queries.person(db, patient_id), forms.blank(answered_by=AnswerSource.SELF))


@router.post("/people/{patient_id}/comfort")
def record_comfort(request: Request, patient_id: UUID, form: Comfort, db: WriteDb, user: Asker) -> Response:
    patient = queries.person(db, patient_id)
    if form.errors:
        return _comfort_page(request, patient, form, status_code=422)
    named = [named_group(label) for label in form.values.named.splitlines() if label.strip()]
    chosen = [*form.values.groups, *named]
    other = [choice for choice in chosen if choice in words.COMFORT_OTHER]
    if other and len(chosen) > 1:
        refused = forms.with_errors(form, {"groups": "Choose either groups, or one of the last two answers."})
        return _comfort_page(request, patient, refused, status_code=422)
    try:
        actions.record_comfort(
            db,
            patient_id,
            None if other else chosen,
            declined=other == ["declined"],
            source=form.values.answered_by,
            by=user,
            now=clock.now(),
        )
    except Invalid as refusal:
        return _comfort_page(request, patient, forms.with_errors(form, refusal.fields), status_code=422)
    return go_to(request, f"/people/{patient_id}", say=ANSWERED)


@router.get("/people/{patient_id}/agreement")
def ask_agreement(request: Request, patient_id: UUID, db: ReadDb, _user: Editor) -> Response:
    form = forms.blank(given_on=today_at(clock.now()))
    return _agreement_page(request, queries.person(db, patient_id), form)


@router.post("/people/{patient_id}/agreement")
def record_agreement(request: Request, patient_id: UUID, form: Agreed, db: WriteDb, user: Editor) -> Response:
    patient = queries.person(db, patient_id)
    if form.errors:
        return _agreement_page(request, patient, form, status_code=422)
    try:
        method, given_on = form.values.method, form.values.given_on
        actions.record_agreement(db, patient_id, method=method, given_on=given_on, by=user, now=clock.now())
    except Invalid as refusal:
        return _agreement_page(request, patient, forms.with_errors(form, refusal.fields), status_code=422)
    return go_to(request, f"/people/{patient_id}", say=AGREED)


@router.post("/people/{patient_id}/agreement-withdrawal")
def withdraw(request: Request, patient_id: UUID, db: WriteDb, user: Editor) -> Response:
    actions.withdraw_agreement(db, patient_id, by=user, now=clock.now())
    return go_to(request, f"/people/{patient_id}", say=WITHDRAWN)


def _comfort_page(request: Request, patient: Patient, form: forms.Form[Any], *, status_code: int = 200) -> Response:
    return render(
        request,
        "people/comfort.html",
        status_code=status_code,
        patient=patient,
        name=names.full_name(patient),
        form=form,
        groups=words.options(words.COMFORT) + words.options(words.COMFORT_OTHER),
        sources=words.options(words.SOURCE),
    )


def _agreement_page(request: Request, patient: Patient, form: forms.Form[Any], *, status_code: int = 200) -> Response:
    return render(
        request,
        "people/agreement.html",
        status_code=status_code,
        patient=patient,
        name=names.full_name(patient),
        form=form,
        methods=words.options(words.METHOD),
        text_version=CURRENT_AGREEMENT_VERSION,
    )
