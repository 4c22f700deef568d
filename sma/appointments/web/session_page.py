"""The session's own page: who is in it, who waits, what may be done, what happened."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.appointments import queries
from sma.appointments.facts import setting_of
from sma.appointments.rules import Places, has_own_seat
from sma.appointments.web.asking import Viewer, is_past
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb
from sma.identity import Permission
from sma.scheduling import STATE_WORDS, may_see_settings, minutes_each, session_readiness, session_view, state_of
from sma.scheduling.rules import ROLE_WORDS, SessionStatus
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)

UNDO_SECONDS = 20


@router.get("/sessions/{session_id}")
def show(
    request: Request, session_id: UUID, db: ReadDb, user: Viewer, undo: UUID | None = None, turn: UUID | None = None
) -> Response:
    """Show the session. `undo`: the place that was just changed; `turn`: a place left, whose seat is gone."""
    now = clock.now()
    view = session_view(db, session_id)
    session = view.session
    rows = queries.roster(db, session_id, now=now)
    waiting = [row for row in rows if row.is_waiting]
    booked = [row for row in rows if row.has_place]
    ended = [row for row in rows if not row.has_place and not row.is_waiting]
    places = Places(taken=len(booked), waiting=len(waiting), ceiling=view.ceiling)
    state = state_of(
        session.status,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        now=now,
        taken=places.taken,
        places=places.ceiling,
    )
    minutes = minutes_each(session.clinician_minutes, places.taken, on=session.held_on)
    takes_bookings = session.status == SessionStatus.OPEN and not is_past(session, now)
    history = queries.history(db, session_id) if user.may(Permission.SEE_PEOPLE) else []
    undos = queries.undos(history, rows, now=now) if takes_bookings and user.may(Permission.BOOK) else {}
    newest = undos.get(undo) if undo else None
    by_queue = {row.appointment_id for row in ended if not has_own_seat(row.ended_at, now=now)}
    lost = [row for row in ended if row.appointment_id == turn and row.can_be_undone]
    is_draft = session.status == SessionStatus.DRAFT
    return render(
        request,
        "appointments/session.html",
        view=view,
        session=session,
        monday=session.held_on - timedelta(days=session.held_on.weekday()),
        topic=view.program_name if may_see_settings(db, session_id, user) else None,
        state=STATE_WORDS[state],
        role_words=ROLE_WORDS,
        places=places,
        booked=booked,
        waiting=queries.waiting_list(rows, setting_of(session), places),
        ended=ended,
        agreed=sum(row.has_agreement for row in booked),
        minutes=minutes if places.taken else None,
        history=history,
        undos=undos,
        missing=len(session_readiness(db, session, now=now).missing) if is_draft else 0,
        undo=newest if newest and (now - newest.at).total_seconds() < UNDO_SECONDS else None,
        undo_seconds=UNDO_SECONDS,
        may_wait=lost[0] if lost and takes_bookings and user.may(Permission.BOOK) else None,
        by_queue=by_queue,
        takes_bookings=takes_bookings,
        has_begun=is_past(session, now),
        may={name: user.may(Permission(name)) for name in _ASKED},
    )


_ASKED = (
    "book",
    "pass-warning",
    "see-people",
    "run-session",
    "plan-sessions",
    "print-sheets",
    "approve-audience",
    "see-evidence",
)
