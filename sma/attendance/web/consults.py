"""The clinician's clock, and the forms that correct, add, take back and confirm a consult."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.attendance import actions, queries
from sma.attendance.models import ConsultInterval
from sma.attendance.rules import NotRecordable, must_be_theirs
from sma.attendance.web.asking import (
    BEFORE_ARRIVAL,
    CONFIRMED,
    CORRECTED,
    TAKEN_BACK,
    TO_CONFIRM,
    ClinicianAnswers,
    Confirmer,
    ConsultAnswers,
    Runner,
    StopAnswers,
    WithdrawalAnswers,
    instant,
    refused,
    row_of,
    typed,
)
from sma.attendance.web.day import context
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Conflict, NotFound
from sma.scheduling import lock_session
from sma.web import forms
from sma.web.flash import Said
from sma.web.forms import Form, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.post("/appointments/{appointment_id}/consults")
def start(request: Request, appointment_id: UUID, form: ClinicianAnswers, db: WriteDb, user: Runner) -> Response:
    if form.errors:
        raise Conflict("Choose the clinician whose clock it is, then press again.")
    consult = actions.start_consult(db, appointment_id, form.values.practitioner_id, by=user, now=clock.now())
    return go_to(request, f"/sessions/{consult.group_session_id}/day#clock")


@router.post("/consults/{consult_id}/end")
def stop(request: Request, consult_id: UUID, form: StopAnswers, db: WriteDb, user: Runner) -> Response:
    interrupted = form.checked.interrupted if form.checked else False
    consult = actions.stop_consult(db, consult_id, interrupted=interrupted, by=user, now=clock.now())
    return go_to(request, f"/sessions/{consult.group_session_id}/day#clock")


@router.get("/consults/{consult_id}/correction")
def ask_correction(request: Request, consult_id: UUID, db: ReadDb, user: Runner) -> Response:
    day = queries.read_day(db, queries.session_of_consult(db, consult_id))
    _, consult = queries.consult_in_day(day, consult_id)
    theirs = actions.may_correct(db, consult.practitioner_id, user)
    must_be_theirs(is_clinicians=consult.is_clinicians, may_correct=theirs)
    form = forms.blank(
        starts=typed(consult.starts_at, day.session),
        ends=typed(consult.ends_at, day.session),
        interrupted=consult.interrupted,
    )
    return _form(request, day, form, consult_id=consult_id)


@router.post("/consults/{consult_id}/correction")
def correct(request: Request, consult_id: UUID, form: ConsultAnswers, db: WriteDb, user: Runner) -> Response:
    session_id, now = queries.session_of_consult(db, consult_id), clock.now()
    if form.errors:
        return _form(request, queries.read_day(db, session_id), form, consult_id=consult_id, status_code=422)
    values, session = form.values, lock_session(db, session_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    try:
        consult = actions.correct_consult(
            db,
            consult_id,
            starts_at=instant(session, values.starts, "starts"),
            ends_at=instant(session, values.ends, "ends"),
            interrupted=values.interrupted,
            reason=values.reason,
            by=user,
            now=now,
        )
    except NotRecordable as refusal:
        return _refuse(request, db, session_id, refused(form, refusal), consult_id=consult_id)
    led_to = f"/sessions/{session_id}/day#consults"
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=_said(db, consult))


@router.get("/appointments/{appointment_id}/entered-consults")
def ask_entry(request: Request, appointment_id: UUID, db: ReadDb, _user: Runner) -> Response:
    day = queries.read_day(db, queries.session_of_appointment(db, appointment_id))
    return _form(request, day, forms.blank(), appointment_id=appointment_id)


@router.post("/appointments/{appointment_id}/entered-consults")
def enter(request: Request, appointment_id: UUID, form: ConsultAnswers, db: WriteDb, user: Runner) -> Response:
    session_id, now = queries.session_of_appointment(db, appointment_id), clock.now()
    if form.checked is not None and form.checked.practitioner_id is None:
        form = forms.with_errors(form, {"practitioner_id": "Choose the clinician."})
    if form.errors:
        day = queries.read_day(db, session_id)
        return _form(request, day, form, appointment_id=appointment_id, status_code=422)
    values, session = form.values, lock_session(db, session_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    try:
        consult = actions.add_consult(
            db,
            appointment_id,
            values.practitioner_id or UUID(int=0),
            starts_at=instant(session, values.starts, "starts"),
            ends_at=instant(session, values.ends, "ends"),
            interrupted=values.interrupted,
            reason=values.reason,
            by=user,
            now=now,
        )
    except NotRecordable as refusal:
        return _refuse(request, db, session_id, refused(form, refusal), appointment_id=appointment_id)
    led_to = row_of(session_id, appointment_id)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=_said(db, consult))


@router.post("/consults/{consult_id}/withdrawal")
def withdraw(request: Request, consult_id: UUID, form: WithdrawalAnswers, db: WriteDb, user: Runner) -> Response:
    session_id, now = queries.session_of_consult(db, consult_id), clock.now()
    if form.errors:
        day = queries.read_day(db, session_id)
        return _form(request, day, form, consult_id=consult_id, status_code=422)
    values, led_to = form.values, f"/sessions/{session_id}/day#consults"
    lock_session(db, session_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    actions.withdraw_consult(db, consult_id, reason=values.why, by=user, now=now)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=TAKEN_BACK)


@router.post("/consults/{consult_id}/confirmation")
def confirm(request: Request, consult_id: UUID, _form: Pressed, db: WriteDb, user: Confirmer) -> Response:
    consult = actions.confirm_consult(db, consult_id, by=user, now=clock.now())
    return go_to(request, f"/sessions/{consult.group_session_id}/day#consults", say=CONFIRMED)


def _said(db: ReadSession, consult: ConsultInterval) -> Said:
    if actions.is_before_arrival(db, consult):
        return BEFORE_ARRIVAL
    return CORRECTED if consult.counts else TO_CONFIRM


def _refuse(request: Request, db: ReadSession, session_id: UUID, form: Form[Any], **about: Any) -> Response:
    # What the verb wrote before it refused must not be committed with the answer.
    db.info["database"].abandon(db)
    return _form(request, queries.read_day(db, session_id), form, status_code=422, **about)


def _form(
    request: Request,
    day: queries.Day,
    form: Form[Any],
    *,
    consult_id: UUID | None = None,
    appointment_id: UUID | None = None,
    status_code: int = 200,
) -> Response:
    person, consult = day.person(appointment_id) if appointment_id else None, None
    if consult_id is not None:
        person, consult = queries.consult_in_day(day, consult_id)
    if person is None:
        raise NotFound
    return render(
        request,
        "attendance/consult.html",
        status_code=status_code,
        **context(day),
        person=person,
        consult=consult,
        form=form,
    )
