"""The form of a session: a new one from its program, and the change of one that exists."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import StaleVersion
from sma.core.idempotency import already_done, remember
from sma.identity import CurrentUser, Permission, require
from sma.scheduling import actions, queries
from sma.scheduling.models import GroupSession, Program
from sma.scheduling.rules import AUDIENCE_WORDS, BASIS_WORDS, NotPlannable, SessionRoleKind
from sma.scheduling.web.answers import (
    SessionAnswers,
    SessionForm,
    as_typed,
    compare,
    shares,
    start_from_program,
    start_of_session,
)
from sma.scheduling.web.programs import setting_words
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Planner = Annotated[CurrentUser, require(Permission.PLAN_SESSIONS)]

MADE = notice("session-made", "The session is saved as a draft. Publish it when everything below is ready.")
CHANGED = notice("session-changed", "The session is changed.")
CHANGED_AND_TELLING = notice("session-changed-telling", "The session is changed. Everybody booked will be told.")
MODALITIES = [("in-person", "In person"), ("video", "By video")]


@router.get("/sessions/new")
def new(
    request: Request,
    db: ReadDb,
    _user: Planner,
    program: UUID | None = None,
    location: UUID | None = None,
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    if program is None:
        return render(request, "scheduling/choose_program.html", programs=queries.program_choices(db), on=on)
    kind = queries.get_program(db, program)
    return _form(request, db, kind, None, start_from_program(kind, location_id=location, on=on))


@router.post("/sessions")
def create(request: Request, form: SessionAnswers, db: WriteDb, user: Planner) -> Response:
    program = queries.program_named(db, form.text("program_id"))
    if form.text("press") == "recalculate":
        return _form(request, db, program, None, as_typed(form))
    if form.errors:
        return _form(request, db, program, None, form, status_code=422)
    key, now = form.values.idempotency_key, clock.now()
    if done := already_done(db, key, user_id=user.id):
        return go_to(request, done)
    try:
        session = actions.make_session(db, form.values.plan(), _staff(form.values), by=user, now=now)
    except NotPlannable as refusal:
        return _form(request, db, program, None, forms.with_errors(form, refusal.fields), status_code=422)
    url = f"/sessions/{session.id}/plan"
    remember(db, key, user_id=user.id, led_to=url, now=now)
    return go_to(request, url, say=MADE)


@router.get("/sessions/{session_id}/edit")
def edit(request: Request, session_id: UUID, db: ReadDb, _user: Planner) -> Response:
    view = queries.session_view(db, session_id)
    program = queries.get_program(db, view.session.program_id)
    return _form(request, db, program, view.session, start_of_session(view.session))


@router.post("/sessions/{session_id}/edit")
def update(request: Request, session_id: UUID, form: SessionAnswers, db: WriteDb, user: Planner) -> Response:
    session = queries.session_view(db, session_id).session
    program = queries.get_program(db, session.program_id)
    if form.text("press") == "recalculate":
        return _form(request, db, program, session, as_typed(form))
    if form.errors:
        return _form(request, db, program, session, form, status_code=422)
    before = session.version, session.starts_at, session.ends_at, session.location_id
    try:
        session = actions.update_session(
            db, session_id, form.values.plan(), form.values.version, by=user, now=clock.now()
        )
    except StaleVersion:
        return _stale(request, db, program, session, form)
    except NotPlannable as refusal:
        return _form(request, db, program, session, forms.with_errors(form, refusal.fields), status_code=422)
    moved = before[1:] != (session.starts_at, session.ends_at, session.location_id)
    say = CHANGED_AND_TELLING if moved and session.status == "open" else CHANGED
    return go_to(request, f"/sessions/{session_id}/plan", say=say)


def _staff(answers: SessionForm) -> list[tuple[UUID, SessionRoleKind]]:
    chosen = (
        (answers.clinician_id, SessionRoleKind.CLINICIAN),
        (answers.facilitator_id, SessionRoleKind.FACILITATOR),
    )
    return [(who, role) for who, role in chosen if who is not None]


def _stale(request: Request, db: ReadSession, program: Program, session: GroupSession, form: Form[Any]) -> Response:
    places = {str(place.id): place.name for place in queries.place_choices(db)}
    words = {
        "location_id": places,
        "room_id": {str(room_id): room for room_id, room in queries.room_choices(db)},
        "modality": dict(MODALITIES),
        "audience": {value: label for value, (label, _) in AUDIENCE_WORDS.items()},
        "audience_basis": BASIS_WORDS,
    }
    form, differences = compare(form, start_of_session(session), words)
    return _form(request, db, program, session, form, status_code=409, differences=differences)


def _form(
    request: Request,
    db: ReadSession,
    program: Program | None,
    session: GroupSession | None,
    form: Form[Any],
    *,
    status_code: int = 200,
    differences: Any = (),
) -> Response:
    places = queries.place_choices(db)
    unconfirmed = [place for place in places if str(place.id) == form.text("location_id") and not place.timezone]
    return render(
        request,
        "scheduling/session_form.html",
        status_code=status_code,
        form=form,
        program=program,
        session=session,
        differences=differences,
        places=[(place.id, place.name if place.timezone else f"{place.name} (zone not confirmed)") for place in places],
        unconfirmed=unconfirmed[0] if unconfirmed and form.errors else None,
        rooms=queries.room_choices(db),
        workers=None if session else queries.worker_choices(db),
        modalities=MODALITIES,
        shares=shares(form),
        **setting_words(),
    )
