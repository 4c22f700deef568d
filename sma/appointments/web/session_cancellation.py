"""Cancelling a session for everyone: first what it would mean, in numbers; then the one button that does it."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.appointments import actions, queries
from sma.appointments.web.asking import SESSION_CANCELLED, Planner, is_past, when
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.scheduling import lock_session
from sma.scheduling.rules import SessionStatus
from sma.web.forms import Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/sessions/{session_id}/cancellation")
def ask(request: Request, session_id: UUID, db: ReadDb, _user: Planner) -> Response:
    session = queries.session_of(db, session_id)
    places = queries.places(db, session_id)
    ended = (SessionStatus.CANCELLED, SessionStatus.CLOSED)
    return render(
        request,
        "appointments/session_cancellation.html",
        session=session,
        when=when(session),
        places=places,
        told=places.taken + places.waiting,
        has_ended=session.status in ended,
        has_begun=is_past(session, clock.now()),
    )


@router.post("/sessions/{session_id}/cancellation")
def cancel(request: Request, session_id: UUID, form: Pressed, db: WriteDb, user: Planner) -> Response:
    now, key = clock.now(), "" if form.errors else form.values.idempotency_key
    lock_session(db, session_id)
    led_to = f"/sessions/{session_id}"
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    told = actions.cancel_session(db, session_id, by=user, now=now)
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=SESSION_CANCELLED.of(told))
