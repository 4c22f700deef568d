"""The working screen of the day, and the presses on its roll call."""

from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.attendance import actions, queries
from sma.attendance.queries.paper import WORTH_SAYING, status_words
from sma.attendance.rules import NotRecordable, clock_text, duration_text, is_live, minute_marks
from sma.attendance.web.asking import (
    CLASHED,
    CORRECTED,
    Confirmer,
    MarkAnswers,
    NoteAnswers,
    Runner,
    instant,
    refused,
    row_of,
)
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import NotFound
from sma.identity import Permission
from sma.people import practitioner_of
from sma.scheduling import SessionStatus, lock_session
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)

UNDO_SECONDS = 20


@router.get("/sessions/{session_id}/day")
def show(request: Request, session_id: UUID, db: ReadDb, user: Runner, undo: UUID | None = None) -> Response:
    now = clock.now()
    day = queries.read_day(db, session_id)
    session = day.session
    is_open = session.status == SessionStatus.OPEN and clock.local_date(now, session.timezone) >= session.held_on
    own = practitioner_of(db, user.id) if user.may(Permission.CONFIRM_MINUTES) else None
    return render(
        request,
        "attendance/day.html",
        **context(day),
        is_open=is_open,
        is_live=is_open and is_live(session.ends_at, now=now),
        is_closed=session.status == SessionStatus.CLOSED,
        may_correct=is_open or (session.status == SessionStatus.CLOSED and actions.may_correct_closed(user)),
        may_change_any=user.may(Permission.CORRECT_MINUTES),
        may_confirm=user.may(Permission.CONFIRM_MINUTES),
        may_book=user.may(Permission.BOOK),
        may_print=user.may(Permission.PRINT_SHEETS),
        own_id=own.id if own else None,
        now=now,
        undo=undo,
        undo_seconds=UNDO_SECONDS,
        worth_saying=WORTH_SAYING,
        marks=minute_marks(frozenset(session.item_families), session.held_on),
    )


def context(day: queries.Day) -> dict[str, Any]:
    """Return what every page of the day names."""
    return {
        "day": day,
        "session": day.session,
        "clock_of": partial(clock_text, zone=day.session.timezone),
        "duration": duration_text,
        "status_words": status_words,
        "names": {row.practitioner_id: row.name for row in day.view.staff},
        "clinician_choices": [(row.practitioner_id, row.name) for row in day.clinicians],
    }


@router.get("/appointments/{appointment_id}/presence")
def ask(request: Request, appointment_id: UUID, db: ReadDb, _user: Runner) -> Response:
    """Enter when somebody arrived or left, and see every press for them."""
    return _ask(request, db, appointment_id, forms.blank())


@router.post("/appointments/{appointment_id}/presence")
def mark(request: Request, appointment_id: UUID, form: MarkAnswers, db: WriteDb, user: Runner) -> Response:
    if form.errors:
        return _ask(request, db, appointment_id, form, status_code=422)
    values, now = form.values, clock.now()
    session = lock_session(db, queries.session_of_appointment(db, appointment_id))
    # Two presses of one button queue at the lock; the second finds where the first one led.
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    led_to = row_of(session.id, appointment_id, undo=values.presence != "undo" and not values.typed)
    say = CORRECTED if values.typed else None
    try:
        if values.presence == "undo":
            actions.undo_mark(db, appointment_id, version=values.version, by=user, now=now)
        else:
            if values.typed and not values.reason:
                raise NotRecordable(fields={"reason": "Say why in a few words. It is kept with the record."})
            if values.typed and values.at is None and values.presence in ("arrived", "late", "left"):
                raise NotRecordable(fields={"at": "Give the time, as the clock at the place showed it."})
            outcome = actions.mark(
                db,
                appointment_id,
                None if values.presence == "not-recorded" else values.presence,
                at=instant(session, values.at, "at") if values.at else None,
                reason=values.reason or None,
                version=values.version,
                by=user,
                now=now,
            )
            say = CLASHED if outcome.clashed and not values.typed else say
    except NotRecordable as refusal:
        if not values.typed:
            raise
        db.info["database"].abandon(db)
        return _ask(request, db, appointment_id, refused(form, refusal), status_code=422)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=say)


@router.post("/appointments/{appointment_id}/note")
def note(request: Request, appointment_id: UUID, form: NoteAnswers, db: WriteDb, user: Confirmer) -> Response:
    done = form.checked.done if form.checked else False
    encounter = actions.tick_note(db, appointment_id, done=done, by=user, now=clock.now())
    return go_to(request, row_of(encounter.group_session_id, appointment_id))


def _ask(
    request: Request, db: ReadSession, appointment_id: UUID, form: Form[Any], *, status_code: int = 200
) -> Response:
    day = queries.read_day(db, queries.session_of_appointment(db, appointment_id))
    person = day.person(appointment_id)
    if person is None:
        raise NotFound
    lines = queries.mark_lines(db, appointment_id)
    return render(
        request,
        "attendance/presence.html",
        status_code=status_code,
        **context(day),
        person=person,
        lines=lines,
        taken_back=queries.consults_taken_back(db, appointment_id),
        form=form,
    )
