"""The finish page: what is still open, by name and with a way there, and the one button that locks the record."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.attendance import actions, queries
from sma.attendance.rules import NotComplete
from sma.attendance.web.asking import CLOSED, Pressed, Runner
from sma.attendance.web.day import context
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.scheduling import SessionStatus, lock_session
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/sessions/{session_id}/closing")
def ask(request: Request, session_id: UUID, db: ReadDb, _user: Runner) -> Response:
    return _page(request, db, session_id)


@router.post("/sessions/{session_id}/closing")
def close(request: Request, session_id: UUID, form: Pressed, db: WriteDb, user: Runner) -> Response:
    lock_session(db, session_id)
    key, now = form.checked.idempotency_key if form.checked else "", clock.now()
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    try:
        actions.close_session(db, session_id, by=user, now=now)
    except NotComplete as refusal:
        # The refused transaction ends first; the page reads the day as it stands.
        db.info["database"].abandon(db)
        return _page(request, db, session_id, refusal=refusal)
    led_to = f"/sessions/{session_id}/day"
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=CLOSED)


def _page(request: Request, db: ReadSession, session_id: UUID, *, refusal: NotComplete | None = None) -> Response:
    day = queries.read_day(db, session_id)
    running = [person for person in day.people if person.running]
    still_in = [stay for stay in day.stays if stay.ends_at is None]
    return render(
        request,
        "attendance/closing.html",
        status_code=refusal.status if refusal else 200,
        **context(day),
        refusal=refusal.message if refusal else None,
        running=running,
        still_in=still_in,
        unconfirmed=sum(1 for _, consult in day.consults() if consult.needs_confirmation),
        is_open=day.session.status == SessionStatus.OPEN,
        is_complete=not (day.unrecorded or running or still_in),
    )
