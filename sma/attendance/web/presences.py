"""A clinician in the room: in, out, and the form that enters or corrects a stay."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.attendance import actions, queries
from sma.attendance.rules import AlreadyIn, NotRecordable, Replaced
from sma.attendance.web.asking import (
    CORRECTED,
    ENTERED,
    ClinicianAnswers,
    Runner,
    StayAnswers,
    instant,
    refused,
    typed,
)
from sma.attendance.web.day import context
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Conflict
from sma.scheduling import lock_session
from sma.web import forms
from sma.web.forms import Form, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.post("/sessions/{session_id}/clinician-presences")
def come_in(request: Request, session_id: UUID, form: ClinicianAnswers, db: WriteDb, user: Runner) -> Response:
    if form.errors:
        raise Conflict("Choose the clinician who came in, then press again.")
    actions.clinician_in(db, session_id, form.values.practitioner_id, by=user, now=clock.now())
    return go_to(request, f"/sessions/{session_id}/day#clock")


@router.post("/clinician-presences/{presence_id}/end")
def go_out(request: Request, presence_id: UUID, _form: Pressed, db: WriteDb, user: Runner) -> Response:
    stay = actions.clinician_out(db, presence_id, by=user, now=clock.now())
    return go_to(request, f"/sessions/{stay.group_session_id}/day#clock")


@router.get("/clinician-presences/{presence_id}/correction")
def ask_correction(request: Request, presence_id: UUID, db: ReadDb, _user: Runner) -> Response:
    day = queries.read_day(db, queries.session_of_stay(db, presence_id))
    stay = _standing(day, presence_id)
    form = forms.blank(starts=typed(stay.starts_at, day.session), ends=typed(stay.ends_at, day.session))
    return _form(request, day, form, stay=stay)


@router.post("/clinician-presences/{presence_id}/correction")
def correct(request: Request, presence_id: UUID, form: StayAnswers, db: WriteDb, user: Runner) -> Response:
    session_id, now = queries.session_of_stay(db, presence_id), clock.now()
    if form.errors:
        day = queries.read_day(db, session_id)
        return _form(request, day, form, stay=_standing(day, presence_id), status_code=422)
    values, session = form.values, lock_session(db, session_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    try:
        actions.correct_presence(
            db,
            presence_id,
            starts_at=instant(session, values.starts, "starts"),
            ends_at=instant(session, values.ends, "ends") if values.ends else None,
            reason=values.reason,
            by=user,
            now=now,
        )
    except (NotRecordable, AlreadyIn) as refusal:
        form = _with(form, refusal)
        day = _afresh(db, session_id)
        return _form(request, day, form, stay=_standing(day, presence_id), status_code=422)
    led_to = f"/sessions/{session_id}/day#clock"
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=CORRECTED)


@router.get("/sessions/{session_id}/entered-presences")
def ask_entry(request: Request, session_id: UUID, db: ReadDb, _user: Runner) -> Response:
    return _form(request, queries.read_day(db, session_id), forms.blank())


@router.post("/sessions/{session_id}/entered-presences")
def enter(request: Request, session_id: UUID, form: StayAnswers, db: WriteDb, user: Runner) -> Response:
    if form.checked is not None:
        needed = {"practitioner_id": "Choose the clinician.", "ends": "Give the time at which they left."}
        form = forms.with_errors(form, {n: words for n, words in needed.items() if getattr(form.checked, n) is None})
    if form.errors:
        return _form(request, queries.read_day(db, session_id), form, status_code=422)
    values, session, now = form.values, lock_session(db, session_id), clock.now()
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    try:
        actions.add_presence(
            db,
            session_id,
            values.practitioner_id or UUID(int=0),
            starts_at=instant(session, values.starts, "starts"),
            ends_at=instant(session, values.ends or values.starts, "ends"),
            reason=values.reason,
            by=user,
            now=now,
        )
    except NotRecordable as refusal:
        return _form(request, _afresh(db, session_id), refused(form, refusal), status_code=422)
    led_to = f"/sessions/{session_id}/day#clock"
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=ENTERED)


def _with(form: Form[Any], refusal: NotRecordable | AlreadyIn) -> Form[Any]:
    if isinstance(refusal, NotRecordable):
        return refused(form, refusal)
    return forms.with_errors(form, {"ends": refusal.message})


def _afresh(db: ReadSession, session_id: UUID) -> queries.Day:
    # What the verb wrote before it refused must not be committed with the answer.
    db.info["database"].abandon(db)
    return queries.read_day(db, session_id)


def _standing(day: queries.Day, presence_id: UUID) -> queries.StayRow:
    stay = next((stay for stay in day.stays if stay.id == presence_id), None)
    if stay is None:
        raise Replaced
    return stay


def _form(
    request: Request,
    day: queries.Day,
    form: Form[Any],
    *,
    stay: queries.StayRow | None = None,
    status_code: int = 200,
) -> Response:
    return render(request, "attendance/stay.html", status_code=status_code, **context(day), stay=stay, form=form)
