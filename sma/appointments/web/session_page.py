"""The session's own page: who is in it, who waits, what may be done, what happened."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.appointments import queries
from sma.appointments.facts import setting_of
from sma.appointments.rules import Places, has_own_seat
from sma.appointments.web.asking import Viewer, is_past
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession
from sma.identity import Permission
from sma.scheduling import (
    STATE_WORDS,
    GroupSession,
    may_see_settings,
    minutes_each,
    session_readiness,
    session_view,
    state_of,
)
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
    minutes = minutes_each(session.clinician_minutes, places.taken, on=session.held_on)
    takes_bookings = session.status == SessionStatus.OPEN and not is_past(session, now)
    changes = takes_bookings and user.may(Permission.BOOK)
    may_return = [row for row in ended if changes and row.can_be_undone]
    history = queries.history(db, session_id) if user.may(Permission.SEE_PEOPLE) else []
    undos = queries.undos(history, rows, now=now) if changes else {}
    newest = undos.get(undo) if undo else None
    return render(
        request,
        "appointments/session.html",
        view=view,
        session=session,
        monday=session.held_on - timedelta(days=session.held_on.weekday()),
        topic=view.program_name if may_see_settings(db, session_id, user) else None,
        state=_state(session, places, now),
        role_words=ROLE_WORDS,
        places=places,
        booked=booked,
        waiting=queries.waiting_list(rows, setting_of(session), places),
        ended=ended,
        agreed=sum(row.has_agreement for row in booked),
        minutes=minutes if places.taken else None,
        history=history,
        undos=undos,
        missing=_missing(db, session, now),
        undo=newest if newest and (now - newest.at).total_seconds() < UNDO_SECONDS else None,
        undo_seconds=UNDO_SECONDS,
        may_wait=next((row for row in may_return if row.appointment_id == turn), None),
        may_return=may_return,
        by_queue={row.appointment_id for row in may_return if not has_own_seat(row.ended_at, now=now)},
        takes_bookings=takes_bookings,
        has_begun=is_past(session, now),
        may={name: user.may(Permission(name)) for name in _ASKED},
    )


def _state(session: GroupSession, places: Places, now: datetime) -> tuple[str, str]:
    times = {"starts_at": session.starts_at, "ends_at": session.ends_at, "now": now}
    return STATE_WORDS[state_of(session.status, **times, taken=places.taken, places=places.ceiling)]


def _missing(db: ReadSession, session: GroupSession, now: datetime) -> int:
    """Count what a draft still lacks; nothing is said of a session that was opened."""
    return len(session_readiness(db, session, now=now).missing) if session.status == SessionStatus.DRAFT else 0


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
