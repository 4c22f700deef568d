"""Recording that somebody has died, and taking a mistaken record back: first what it would do, then one button."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, Field

from sma.appointments import actions, queries
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Invalid
from sma.identity import CurrentUser, Permission, require
from sma.people import TOLD_BY_WORDS, Patient, PersonNotFound, ToldBy, full_name, preferred
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Recorder = Annotated[CurrentUser, require(Permission.RECORD_DEATH)]

RECORDED = notice("death-recorded", "Recorded. Coming places ended: {n}. Nobody was written to.")
CORRECTED = notice("death-corrected", "Taken back. Their name is shown again. Coming places given back: {n}.")
CORRECTED_IN_PART = notice(
    "death-corrected-in-part", "Taken back. Places that could not be given back: {n}. They are below; ring the person."
)


def _is_ticked(ticked: bool) -> bool:
    if not ticked:
        raise ValueError("Read the name and the date of birth again, then tick this.")
    return ticked


class DeathForm(Press):
    told_by: ToldBy
    died_on: date | None = None
    is_right_person: Annotated[bool, AfterValidator(_is_ticked)] = Field(default=False, validate_default=True)


Death = Annotated[Form[DeathForm], Depends(forms.of(DeathForm))]


@router.get("/people/{patient_id}/death")
def ask(request: Request, patient_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    patient = _person(db, patient_id)
    if patient.is_deceased:
        return go_to(request, f"/people/{patient_id}")
    return _page(request, db, patient, forms.blank())


@router.post("/people/{patient_id}/death")
def record(request: Request, patient_id: UUID, form: Death, db: WriteDb, user: Recorder) -> Response:
    if form.errors:
        return _page(request, db, _person(db, patient_id), form, status_code=422)
    now, page, values = clock.now(), f"/people/{patient_id}", form.values
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    try:
        ended = actions.record_death(db, patient_id, told_by=values.told_by, died_on=values.died_on, by=user, now=now)
    except Invalid as refusal:
        refused = forms.with_errors(form, refusal.fields)
        return _page(request, db, _person(db, patient_id), refused, status_code=422)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=page, now=now)
    return go_to(request, page, say=RECORDED.of(ended))


@router.get("/people/{patient_id}/death-correction")
def ask_correction(request: Request, patient_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    patient = _person(db, patient_id)
    if not patient.is_deceased:
        return go_to(request, f"/people/{patient_id}")
    return render(request, "appointments/death_correction.html", patient=patient, preferred=preferred(patient))


@router.post("/people/{patient_id}/death-correction")
def correct(request: Request, patient_id: UUID, form: Pressed, db: WriteDb, user: Recorder) -> Response:
    now, key = clock.now(), "" if form.errors else form.values.idempotency_key
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    put_back = actions.correct_death(db, patient_id, by=user, now=now)
    led_to = f"/people/{patient_id}/appointments" if put_back.lost else f"/people/{patient_id}"
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(
        request, led_to, say=CORRECTED_IN_PART.of(put_back.lost) if put_back.lost else CORRECTED.of(put_back.back)
    )


def _person(db: ReadSession, patient_id: UUID) -> Patient:
    patient = db.get(Patient, patient_id)
    if patient is None:
        raise PersonNotFound
    return patient


def _page(request: Request, db: ReadSession, patient: Patient, form: Form[Any], *, status_code: int = 200) -> Response:
    coming, _past = queries.places_of_person(db, patient.id, now=clock.now())
    return render(
        request,
        "appointments/death.html",
        status_code=status_code,
        patient=patient,
        name=full_name(patient),
        coming=[place for place in coming if place.is_live],
        sources=[(source.value, words) for source, words in TOLD_BY_WORDS.items() if source is not ToldBy.IMPORTED],
        form=form,
    )
