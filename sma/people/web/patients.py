"""Registering a person, their page, and changing what is recorded."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import Invalid, StaleVersion
from sma.identity import CurrentUser, Permission, require
from sma.people import actions, names, queries
from sma.people.deaths import TOLD_BY_WORDS, ToldBy
from sma.people.models import Patient
from sma.people.rules import (
    AgreementMethod,
    Answered,
    AnswerSource,
    CoverageKind,
    Gender,
    InterpreterNeed,
    MedicareState,
    SafeContact,
    age_on,
    masked,
    today_at,
)
from sma.people.web import words
from sma.people.web.person_form import Person, against_newest, asked_about_birth, choices, differences, filled_from
from sma.web import forms
from sma.web.flash import notice
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Viewer = Annotated[CurrentUser, require(Permission.SEE_PEOPLE)]
Editor = Annotated[CurrentUser, require(Permission.EDIT_PEOPLE)]

REGISTERED = notice("person-registered", "Registered. Next: their card, their agreement, and which groups suit them.")
SAVED = notice("person-saved", "Saved.")


@router.get("/people/new")
def new(request: Request, _user: Editor) -> Response:
    starting = {"contact_by_phone": "neutral", "contact_by_email": "neutral", "interpreter_needed": "not-asked"}
    form = forms.blank(**starting, answered_by=AnswerSource.SELF)
    return render(request, "people/new.html", form=form, alike=[], **choices(None))


@router.post("/people")
def create(request: Request, form: Person, db: WriteDb, user: Editor) -> Response:
    language, form = form.text("language") or None, asked_about_birth(form, today_at(clock.now()))
    if form.errors:
        return render(request, "people/new.html", status_code=422, form=form, alike=[], **choices(language))
    if done := idempotency.already_done(db, form.values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    now, answers = clock.now(), form.values.answers()
    alike = [] if form.values.is_somebody_else else queries.people_like(db, answers)
    if alike:
        return render(request, "people/new.html", status_code=422, form=form, alike=alike, **choices(language))
    try:
        patient = actions.register_patient(db, answers, by=user, now=now)
    except Invalid as refusal:
        refused = forms.with_errors(form, refusal.fields)
        return render(request, "people/new.html", status_code=422, form=refused, alike=[], **choices(language))
    page = f"/people/{patient.id}"
    idempotency.remember(db, form.values.idempotency_key, user_id=user.id, led_to=page, now=now)
    return go_to(request, page, say=REGISTERED)


@router.get("/people/{patient_id}")
def show(request: Request, patient_id: UUID, db: ReadDb, user: Viewer) -> Response:
    patient = queries.person(db, patient_id)
    today = today_at(clock.now())
    # A clinician reads the answers of the people in their own sessions, whatever else they do in the clinic.
    own_people = request.app.state.own_people(user)
    is_in_care = user.may(Permission.CONFIRM_MINUTES) and queries.is_among(db, patient_id, own_people)
    cards = [
        {
            "kind": words.COVERAGE[CoverageKind(card.kind)],
            "number": masked(card.number),
            "irn": card.irn,
            "expires_on": card.expires_on,
            "is_expired": card.expires_on is not None and card.expires_on < today,
        }
        for card in queries.current_coverage(db, patient_id)
    ]
    return render(
        request,
        "people/show.html",
        patient=patient,
        name=names.full_name(patient),
        age=age_on(patient.born_on, today),
        cards=cards,
        no_card=words.NO_CARD_SAID.get(MedicareState(patient.medicare_state), ""),
        agreements=[
            (row, words.METHOD[AgreementMethod(row.method)]) for row in queries.standing_agreements(db, patient_id)
        ],
        comfort=_comfort(patient, user, is_in_care=is_in_care),
        origin=_origin(patient, user, is_in_care=is_in_care),
        gender=words.gender_words(patient) if is_in_care else None,
        gender_asked=patient.gender != Gender.NOT_ASKED,
        language=words.language_words(patient.language),
        interpreter=words.INTERPRETER[InterpreterNeed(patient.interpreter_needed)],
        safe_phone=words.SAFE_CONTACT[SafeContact(patient.contact_by_phone)][0],
        safe_email=words.SAFE_CONTACT[SafeContact(patient.contact_by_email)][0],
        may_edit=user.may(Permission.EDIT_PEOPLE),
        may_record_death=user.may(Permission.RECORD_DEATH),
        told_by=TOLD_BY_WORDS[ToldBy(patient.deceased_told_by)] if patient.deceased_told_by else None,
        may_ask=user.may(Permission.RECORD_COMFORT),
        may_book=user.may(Permission.BOOK),
        may_see_numbers=user.may(Permission.SEE_IDENTIFIERS),
        may_see_history=user.may(Permission.RECORD_ENTITLEMENTS),
        may_see_assignments=user.may(Permission.SEE_ASSIGNMENTS),
    )


@router.get("/people/{patient_id}/edit")
def edit(request: Request, patient_id: UUID, db: ReadDb, _user: Editor) -> Response:
    patient = queries.person(db, patient_id)
    form = filled_from(patient)
    return render(request, "people/edit.html", patient=patient, form=form, both=[], **choices(patient.language))


@router.post("/people/{patient_id}/edit")
def update(request: Request, patient_id: UUID, form: Person, db: WriteDb, user: Editor) -> Response:
    patient = queries.person(db, patient_id)
    options, form = choices(form.text("language") or None), asked_about_birth(form, today_at(clock.now()))
    if form.errors:
        return render(request, "people/edit.html", status_code=422, patient=patient, form=form, both=[], **options)
    answers, version = form.values.answers(), form.values.version
    try:
        actions.update_patient(db, patient_id, answers, version, by=user, now=clock.now())
    except Invalid as refusal:
        refused = forms.with_errors(form, refusal.fields)
        return render(request, "people/edit.html", status_code=422, patient=patient, form=refused, both=[], **options)
    except StaleVersion as refusal:
        both, newest = differences(patient, form), against_newest(form, patient)
        return render(
            request, "people/edit.html", status_code=refusal.status, patient=patient, form=newest, both=both, **options
        )
    return go_to(request, f"/people/{patient_id}", say=SAVED)


def _comfort(patient: Patient, user: CurrentUser, *, is_in_care: bool) -> dict[str, object]:
    """Who books sees only that an answer is there; those who care for the person see the answer."""
    sees = is_in_care or user.may(Permission.SEE_SETTINGS) or user.may(Permission.PASS_WARNING)
    return {
        "is_asked": patient.groups_state != Answered.NOT_ASKED,
        "words": words.comfort_words(patient) if sees else None,
        "on": patient.groups_asked_on,
        "by": words.SOURCE_SAID.get(AnswerSource(patient.groups_source)) if patient.groups_source else None,
    }


def _origin(patient: Patient, user: CurrentUser, *, is_in_care: bool) -> dict[str, object]:
    """The answer is for the person's clinicians, and for billing where an item needs it; the desk sees it was asked."""
    sees = is_in_care or user.may(Permission.SEE_IDENTIFIERS)
    source = patient.indigenous_status_source
    return {
        "is_asked": patient.indigenous_status_state != Answered.NOT_ASKED,
        "words": words.origin_words(patient) if sees else None,
        "on": patient.indigenous_status_on,
        "by": words.SOURCE_SAID.get(AnswerSource(source)) if source else None,
    }
