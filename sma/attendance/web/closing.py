"""The finish page: who is still open, what is worth a second look, and the one button that locks the record."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.attendance import actions, queries
from sma.attendance.rules import Doubt, NotComplete, NotSure
from sma.attendance.web.asking import CLOSED, ClosingAnswers, Runner
from sma.attendance.web.day import context
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.scheduling import SessionStatus, lock_session
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)

# What somebody says yes to, beside each doubt.
YES = {
    Doubt.NOT_BEGUN: "Yes, close it although it has not begun",
    Doubt.NOT_OVER: "Yes, it ended early",
    Doubt.NO_CONSULT: "Yes, they had no consult",
    Doubt.SHORT_CONSULT: "Yes, it was that short",
    Doubt.EARLY_CONSULT: "Yes, both times are right",
    Doubt.RUNNING: "Yes, close without its end",
    Doubt.STILL_IN: "Yes, close without that time",
}


@router.get("/sessions/{session_id}/closing")
def ask(request: Request, session_id: UUID, db: ReadDb, _user: Runner) -> Response:
    return _page(request, db, session_id, forms.blank())


@router.post("/sessions/{session_id}/closing")
def close(request: Request, session_id: UUID, form: ClosingAnswers, db: WriteDb, user: Runner) -> Response:
    lock_session(db, session_id)
    key, now = form.checked.idempotency_key if form.checked else "", clock.now()
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    try:
        actions.close_session(db, session_id, sure=form.checked.sure if form.checked else (), by=user, now=now)
    except (NotComplete, NotSure) as refusal:
        # The refused transaction ends first; the page reads the day as it stands.
        db.info["database"].abandon(db)
        return _page(request, db, session_id, form, refusal=refusal)
    led_to = f"/sessions/{session_id}/day"
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=CLOSED)


def _page(
    request: Request,
    db: ReadSession,
    session_id: UUID,
    form: Form[Any],
    *,
    refusal: NotComplete | NotSure | None = None,
) -> Response:
    day = queries.read_day(db, session_id)
    return render(
        request,
        "attendance/closing.html",
        status_code=refusal.status if refusal else 200,
        **context(day),
        form=form,
        refusal=refusal.message if refusal else None,
        doubted=queries.closing_facts(db, day.session).doubts(now=clock.now()),
        yes=YES,
        unconfirmed=sum(1 for _, consult in day.consults() if consult.needs_confirmation),
        is_open=day.session.status == SessionStatus.OPEN,
    )
