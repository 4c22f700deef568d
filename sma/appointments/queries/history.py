"""What happened to a session and to the places in it, as sentences. Names are joined now; the audit holds none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, or_, select
from sqlmodel import col

from sma.appointments.models import Appointment
from sma.appointments.rules import REASON_WORDS, CancelReason
from sma.core.audit import AuditEvent
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, preferred

SHOWN = 50
# What somebody said yes to when they closed a session.
_ALTHOUGH = {
    "not-begun": "it had not begun yet",
    "not-over": "it was not over yet",
    "no-consult": "somebody had no consult",
    "short-consult": "a consult was very short",
    "running": "a clock was running",
    "early-consult": "a consult begins before somebody arrived",
    "still-in": "no time out was recorded",
}
_SESSION, _PLACE = "group_session", "appointment"

# In the order of a session's life: it settles which of two events of the same moment came first.
_SENTENCES = {
    "make-session": "{who} planned this session",
    "assign-role": "{who} added a worker",
    "remove-role": "{who} took a worker off",
    "approve-audience": "{who} approved for whom this session is",
    "update-session": "{who} changed this session",
    "publish-session": "{who} opened this session for bookings",
    "wait": "{who} put {person} on the waiting list",
    "book": "{who} booked {person}",
    "ask-lead": "{who} asked the cultural lead about {person}",
    "answer-question": "{who} answered as cultural lead about {person}",
    "give-place": "{who} gave {person} a place from the waiting list",
    "back-to-list": "{who} put {person} back on the waiting list",
    "move": "{who} moved {person} here from another session",
    "move-away": "{who} moved {person} to another session",
    "cancel": "{who} took {person} off ({reason})",
    "restore": "{who} put {person} back",
    "tell-change": "People were told of the change ({told})",
    "cancel-session": "{who} cancelled this session for everyone",
    "open-sheet": "{who} opened a sheet",
    "print-sheet": "{who} printed a sheet",
    "complete-record": "{who} finished the record of the day{although}",
    "close-session": "{who} closed this session",
    "assess": "{who} worked out what may be billed",
}
_TURN = case({did: turn for turn, did in enumerate(_SENTENCES)}, value=col(AuditEvent.did), else_=len(_SENTENCES))


@dataclass(frozen=True)
class Line:
    """One sentence of a session's history; about somebody's place, `place_id` says whose."""

    at: datetime
    sentence: str
    did: str
    place_id: UUID | None
    is_newest: bool  # nothing has happened to that place since


def history(db: ReadSession, session_id: UUID) -> list[Line]:
    """Return the newest events of a session and of the places in it, newest first. One statement."""
    rows = db.connection().execute(
        select(
            col(AuditEvent.at),
            col(AuditEvent.did),
            col(AuditEvent.on_kind),
            col(AuditEvent.on_id),
            col(AuditEvent.details),
            col(User.display_name),
            col(Patient.preferred_name),
            col(Patient.family_name),
            col(Patient.is_deceased),
        )
        .select_from(AuditEvent)
        .outerjoin(User, col(User.id) == col(AuditEvent.by_id))
        .outerjoin(Appointment, and_(col(AuditEvent.on_kind) == _PLACE, col(Appointment.id) == col(AuditEvent.on_id)))
        .outerjoin(Patient, col(Patient.id) == col(Appointment.patient_id))
        .where(
            or_(
                and_(col(AuditEvent.on_kind) == _SESSION, col(AuditEvent.on_id) == session_id),
                and_(
                    col(AuditEvent.on_kind) == _PLACE,
                    col(AuditEvent.on_id).in_(
                        select(col(Appointment.id)).where(col(Appointment.group_session_id) == session_id)
                    ),
                ),
            )
        )
        .order_by(col(AuditEvent.at).desc(), _TURN.desc(), col(AuditEvent.id))
        .limit(SHOWN)
    )
    newest: set[UUID | None] = set()
    lines = []
    for row in rows:
        place_id = row.on_id if row.on_kind == _PLACE else None
        lines.append(Line(row.at, _sentence(row), row.did, place_id, is_newest=place_id not in newest))
        newest.add(place_id)
    return lines


def _sentence(row: Any) -> str:
    who = row.display_name or "The program"
    person = preferred(row) if row.preferred_name else "somebody"
    template = _SENTENCES.get(row.did, "{who}: {did}")
    reason = row.details.get("reason")
    words = REASON_WORDS[CancelReason(reason)].lower() if reason in REASON_WORDS else "no reason given"
    known = [_ALTHOUGH[code] for code in (row.details.get("confirmed") or "").split() if code in _ALTHOUGH]
    return template.format(
        who=who,
        person=person,
        reason=words,
        told=row.details.get("told", 0),
        although=f" ({', '.join(known)})" if known else "",
        did=row.did.replace("-", " "),
    )
