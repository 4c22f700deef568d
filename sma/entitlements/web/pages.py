"""One person's Medicare history, and adding to it. Nothing here changes an entry: it ends or is marked a mistake."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb, WriteSession
from sma.core.errors import Conflict, Invalid
from sma.entitlements import actions, queries
from sma.entitlements.models import EarlierRecord, MyMedicareRegistration, ReferralRecord
from sma.entitlements.web.asking import (
    MISTAKE,
    PLAN,
    PLAN_KEPT,
    REFERRAL,
    REFERRAL_ENDED,
    REFERRAL_KEPT,
    REGISTERED,
    REGISTRATION,
    REGISTRATION_KEPT,
    SERVICE,
    SERVICE_KEPT,
    PlanAnswers,
    Recorder,
    ReferralAnswers,
    RegistrationAnswers,
    ServiceAnswers,
    Sheet,
)
from sma.identity import CurrentUser
from sma.people import Patient, PersonNotFound, full_name
from sma.people.rules import today_at
from sma.web import forms
from sma.web.flash import Said
from sma.web.forms import FORM, Form, Press, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/people/{patient_id}/medicare")
def show(request: Request, patient_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    patient = _person(db, patient_id)
    return render(
        request,
        "entitlements/history.html",
        patient=patient,
        name=full_name(patient),
        history=queries.history_of(db, patient_id, today_at(clock.now())),
        registered={str(value): said for value, said in REGISTERED},
    )


@router.get("/people/{patient_id}/medicare/services/new")
def new_service(request: Request, patient_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    return _asked(request, db, patient_id, SERVICE)


@router.post("/people/{patient_id}/medicare/services")
def record_service(request: Request, patient_id: UUID, form: ServiceAnswers, db: WriteDb, user: Recorder) -> Response:
    def keep() -> object:
        answers = form.values.model_dump(exclude={"idempotency_key"})
        return actions.record_service(db, patient_id, **answers, by=user, now=clock.now())

    return _kept(request, db, patient_id, form, SERVICE, keep, user, SERVICE_KEPT)


@router.get("/people/{patient_id}/medicare/plans/new")
def new_plan(request: Request, patient_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    return _asked(request, db, patient_id, PLAN)


@router.post("/people/{patient_id}/medicare/plans")
def record_plan(request: Request, patient_id: UUID, form: PlanAnswers, db: WriteDb, user: Recorder) -> Response:
    def keep() -> object:
        answers = form.values.model_dump(exclude={"idempotency_key"})
        return actions.record_plan(db, patient_id, **answers, by=user, now=clock.now())

    return _kept(request, db, patient_id, form, PLAN, keep, user, PLAN_KEPT)


@router.get("/people/{patient_id}/medicare/referrals/new")
def new_referral(request: Request, patient_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    return _asked(request, db, patient_id, REFERRAL)


@router.post("/people/{patient_id}/medicare/referrals")
def record_referral(request: Request, patient_id: UUID, form: ReferralAnswers, db: WriteDb, user: Recorder) -> Response:
    def keep() -> object:
        return actions.record_referral(db, patient_id, form.values.letter(), by=user, now=clock.now())

    return _kept(request, db, patient_id, form, REFERRAL, keep, user, REFERRAL_KEPT)


@router.get("/people/{patient_id}/medicare/registrations/new")
def new_registration(request: Request, patient_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    return _asked(request, db, patient_id, REGISTRATION)


@router.post("/people/{patient_id}/medicare/registrations")
def record_registration(
    request: Request, patient_id: UUID, form: RegistrationAnswers, db: WriteDb, user: Recorder
) -> Response:
    def keep() -> object:
        answers = form.values.model_dump(exclude={"idempotency_key"})
        return actions.record_registration(db, patient_id, **answers, by=user, now=clock.now())

    return _kept(request, db, patient_id, form, REGISTRATION, keep, user, REGISTRATION_KEPT)


@router.post("/people/{patient_id}/medicare/referrals/{referral_id}/end")
def end_referral(
    request: Request, patient_id: UUID, referral_id: UUID, _form: Pressed, db: WriteDb, user: Recorder
) -> Response:
    actions.end_referral(db, patient_id, referral_id, by=user, now=clock.now())
    return go_to(request, f"/people/{patient_id}/medicare", say=REFERRAL_ENDED)


@router.post("/people/{patient_id}/medicare/services/{service_id}/mistake")
def mistaken_service(
    request: Request, patient_id: UUID, service_id: UUID, _form: Pressed, db: WriteDb, user: Recorder
) -> Response:
    actions.mark_mistaken(db, EarlierRecord, patient_id, service_id, by=user, now=clock.now())
    return go_to(request, f"/people/{patient_id}/medicare", say=MISTAKE)


@router.post("/people/{patient_id}/medicare/referrals/{referral_id}/mistake")
def mistaken_referral(
    request: Request, patient_id: UUID, referral_id: UUID, _form: Pressed, db: WriteDb, user: Recorder
) -> Response:
    actions.mark_mistaken(db, ReferralRecord, patient_id, referral_id, by=user, now=clock.now())
    return go_to(request, f"/people/{patient_id}/medicare", say=MISTAKE)


@router.post("/people/{patient_id}/medicare/registrations/{registration_id}/mistake")
def mistaken_registration(
    request: Request, patient_id: UUID, registration_id: UUID, _form: Pressed, db: WriteDb, user: Recorder
) -> Response:
    actions.mark_mistaken(db, MyMedicareRegistration, patient_id, registration_id, by=user, now=clock.now())
    return go_to(request, f"/people/{patient_id}/medicare", say=MISTAKE)


def _asked(request: Request, db: ReadSession, patient_id: UUID, sheet: Sheet) -> Response:
    return _sheet(request, _person(db, patient_id), sheet, forms.blank(**sheet.start))


def _kept(
    request: Request,
    db: WriteSession,
    patient_id: UUID,
    form: Form[Any],
    sheet: Sheet,
    keep: Callable[[], object],
    user: CurrentUser,
    say: Said,
) -> Response:
    """Answer one form of the history: the page again with what is wrong, or back to the history."""
    patient, page = _person(db, patient_id), f"/people/{patient_id}/medicare"
    if form.errors:
        return _sheet(request, patient, sheet, form, status_code=422)
    pressed: Press = form.values
    if done := idempotency.already_done(db, pressed.idempotency_key, user_id=user.id):
        return go_to(request, done, say=say)
    try:
        keep()
    except Invalid as refusal:
        return _sheet(request, patient, sheet, forms.with_errors(form, refusal.fields), status_code=422)
    except Conflict as refusal:
        refused = forms.with_errors(form, {FORM: refusal.message})
        return _sheet(request, patient, sheet, refused, status_code=refusal.status)
    idempotency.remember(db, pressed.idempotency_key, user_id=user.id, led_to=page, now=clock.now())
    return go_to(request, page, say=say)


def _sheet(request: Request, patient: Patient, sheet: Sheet, form: Form[Any], *, status_code: int = 200) -> Response:
    return render(
        request,
        sheet.template,
        status_code=status_code,
        patient=patient,
        name=full_name(patient),
        form=form,
        **sheet.choices,
    )


def _person(db: ReadSession, patient_id: UUID) -> Patient:
    patient = db.get(Patient, patient_id)
    if patient is None:
        raise PersonNotFound
    return patient
