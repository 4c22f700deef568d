"""The walk-in page: find somebody known here, or register them with four answers."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.appointments import AppointmentStatus, Door, NeedsReason, Stopped, places, stop_page
from sma.attendance import actions, queries
from sma.attendance.actions import Newcomer
from sma.attendance.web.asking import (
    WALK_IN_WAITS,
    WALKED_IN,
    Desk,
    SearchAnswers,
    WalkInAnswers,
    WalkInForm,
    row_of,
)
from sma.attendance.web.day import context
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Invalid
from sma.people import Patient, PersonNotFound, find_patients, full_name, lock_patients
from sma.scheduling import lock_session
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/sessions/{session_id}/walk-ins")
def ask(request: Request, session_id: UUID, db: ReadDb, _user: Desk, patient_id: UUID | None = None) -> Response:
    return _page(request, db, session_id, forms.blank(patient_id=patient_id), patient_id=patient_id)


@router.post("/sessions/{session_id}/walk-ins/search")
def search(request: Request, session_id: UUID, form: SearchAnswers, db: ReadDb, _user: Desk) -> Response:
    """Find somebody known here. What is typed is posted, so that names stay out of addresses and logs."""
    if form.errors:
        return _page(request, db, session_id, form, status_code=422)
    return _page(request, db, session_id, forms.blank(), sought=form.values.text)


@router.post("/sessions/{session_id}/walk-ins")
def create(request: Request, session_id: UUID, form: WalkInAnswers, db: WriteDb, user: Desk) -> Response:
    values, now = form.checked, clock.now()
    if values is None or not (values.patient_id or values.preferred_name):
        if values is not None:
            form = forms.with_errors(form, {"preferred_name": "Ask what they like to be called."})
        return _page(request, db, session_id, form, patient_id=_picked(form), status_code=422)
    # Two presses queue here; a newcomer has no row to lock yet, and nobody else can know the new one.
    if values.patient_id:
        lock_patients(db, [values.patient_id])
    else:
        lock_session(db, session_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    try:
        appointment = actions.register_walk_in(
            db,
            session_id,
            values.patient_id or _newcomer(values),
            agreed_aloud=values.agreed_aloud,
            asked_comfort=values.asked_comfort,
            passed=values.passed(),
            waiting_ok=values.waiting or values.ask_lead,
            ask_lead=values.ask_lead,
            by=user,
            now=now,
        )
    except Stopped as stop:
        picked, door = values.patient_id, _door(session_id, form)
        return stop_page(request, db, stop, session_id=session_id, patient_id=picked, user=user, now=now, door=door)
    except (Invalid, NeedsReason) as refusal:
        return _refuse(request, db, session_id, form, refusal)
    waits = appointment.status == AppointmentStatus.WAITLIST
    led_to = f"/sessions/{session_id}" if waits else row_of(session_id, appointment.id)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=WALK_IN_WAITS if waits else WALKED_IN)


def _newcomer(values: WalkInForm) -> Newcomer:
    return Newcomer(
        preferred_name=values.preferred_name,
        family_name=values.family_name,
        born_on=values.born_on,
        is_dob_estimated=values.is_dob_estimated,
        phone=values.phone,
    )


def _door(session_id: UUID, form: Form[WalkInForm]) -> Door:
    """Nothing of a stopped walk-in is kept, the registration included; the stop page carries what was typed."""
    here = f"/sessions/{session_id}/walk-ins"
    asked = WalkInForm.model_fields.keys() - {"idempotency_key", "waiting", "ask_lead"}
    answers = {name: typed for name in sorted(asked) if (typed := form.text(name))}
    return Door(address=here, back=here, answers=answers, name=form.text("preferred_name"))


def _refuse(
    request: Request, db: ReadSession, session_id: UUID, form: Form[Any], refusal: Invalid | NeedsReason
) -> Response:
    # Nothing of a refused walk-in is kept, the registration included; the form keeps what was typed.
    db.info["database"].abandon(db)
    picked = _picked(form)
    if isinstance(refusal, NeedsReason):
        errors = {}
        for found in refusal.findings:
            name, words = _TICK.get(found.code, (f"reason_{found.code}", f"{found.sentence} Say why, in a few words."))
            errors[name] = words
        return _page(request, db, session_id, forms.with_errors(form, errors), patient_id=picked, status_code=422)
    return _page(request, db, session_id, forms.with_errors(form, refusal.fields), patient_id=picked, status_code=422)


# What a tick on the form settles; anything else is explained in a field that then appears.
_TICK = {
    "suit": ("asked_comfort", "Ask them quietly which groups suit them. If this session does, tick here."),
    "agreement": (
        "agreed_aloud",
        "Go through the ground rules with them. When they have agreed aloud, tick here; if they can't, say why below.",
    ),
}


def _picked(form: Form[Any]) -> UUID | None:
    try:
        return UUID(form.text("patient_id"))
    except ValueError:
        return None


def _page(
    request: Request,
    db: ReadSession,
    session_id: UUID,
    form: Form[Any],
    *,
    patient_id: UUID | None = None,
    sought: str = "",
    status_code: int = 200,
) -> Response:
    day = queries.read_day(db, session_id)
    patient = db.get(Patient, patient_id) if patient_id else None
    if patient_id and patient is None:
        raise PersonNotFound
    return render(
        request,
        "attendance/walk_in.html",
        status_code=status_code,
        **context(day),
        places=places(db, session_id),
        patient=patient,
        patient_name=full_name(patient) if patient else None,
        sought=sought,
        hits=find_patients(db, sought, limit=8),
        form=form,
    )
