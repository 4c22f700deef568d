"""What happened to a session and to the places in it, as sentences. Names are joined now; the audit holds none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlmodel import col

from sma.appointments.models import Appointment
from sma.appointments.rules import REASON_WORDS, CancelReason
from sma.core.audit import AuditEvent
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, preferred

SHOWN = 50
_SESSION, _PLACE = "group_session", "appointment"

_SENTENCES = {
    "book": "{who} booked {person}",
    "wait": "{who} put {person} on the waiting list",
    "cancel": "{who} took {person} off ({reason})",
    "move": "{who} moved {person} here from another session",
    "move-away": "{who} moved {person} to another session",
    "restore": "{who} put {person} back",
    "give-place": "{who} gave {person} a place from the waiting list",
    "make-session": "{who} planned this session",
    "publish-session": "{who} opened this session for bookings",
    "update-session": "{who} changed this session",
    "approve-audience": "{who} approved for whom this session is",
    "assign-role": "{who} added a worker",
    "remove-role": "{who} took a worker off",
    "cancel-session": "{who} cancelled this session for everyone",
    "open-sheet": "{who} opened a sheet",
    "print-sheet": "{who} printed a sheet",
    "complete-record": "{who} finished the record of the day",
    "close-session": "{who} closed this session",
    "assess": "{who} worked out what may be billed",
    "tell-change": "People were told of the change ({told})",
}


@dataclass(frozen=True)
class Line:
    """One sentence of a session's history."""

    at: datetime
    sentence: str


def history(db: ReadSession, session_id: UUID) -> list[Line]:
    """Return the newest events of a session and of the places in it, newest first. One statement."""
    rows = db.connection().execute(
        select(
            col(AuditEvent.at),
            col(AuditEvent.did),
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
        .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id))
        .limit(SHOWN)
    )
    return [Line(row.at, _sentence(row)) for row in rows]


def _sentence(row: Any) -> str:
    who = row.display_name or "The program"
    person = preferred(row) if row.preferred_name else "somebody"
    template = _SENTENCES.get(row.did, "{who}: {did}")
    reason = row.details.get("reason")
    words = REASON_WORDS[CancelReason(reason)].lower() if reason in REASON_WORDS else "no reason given"
    return template.format(
        who=who, person=person, reason=words, told=row.details.get("told", 0), did=row.did.replace("-", " ")
    )
