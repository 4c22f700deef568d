"""Reads of the message log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, exists, func, select
from sqlmodel import col

from sma.appointments import Appointment, InvitationRevision
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.messages.compose import Clinic, Letter, write
from sma.messages.facts import facts_of
from sma.messages.models import Communication
from sma.messages.rules import UNRESOLVED, CommunicationState
from sma.people import Patient, full_name
from sma.people.rules import SafeContact
from sma.scheduling import GroupSession


@dataclass(frozen=True)
class MessageRow:
    """One line of the log."""

    id: UUID
    kind: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str | None
    called_at: datetime | None
    preferred_name: str
    family_name: str | None
    is_deceased: bool
    session_id: UUID
    timezone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def name(self) -> str:
        return full_name(self)

    def is_too_late(self, now: datetime) -> bool:
        """Tell whether it never reached the person, and their session has passed: nobody need ring any more."""
        return self.state in UNRESOLVED and self.called_at is None and self.ends_at <= now


_COLUMNS = (
    col(Communication.id),
    col(Communication.kind),
    col(Communication.state),
    col(Communication.created_at),
    col(Communication.sent_at),
    col(Communication.attempts),
    col(Communication.last_error),
    col(Communication.called_at),
    col(Patient.preferred_name),
    col(Patient.family_name),
    col(Patient.is_deceased),
    col(GroupSession.id),
    col(GroupSession.timezone),
    col(GroupSession.starts_at),
    col(GroupSession.ends_at),
)


@dataclass(frozen=True)
class Counts:
    """How many messages are in each state, how many need somebody, and about how many somebody rang.

    Of those that did not get through, only those that still need somebody.
    """

    by_state: dict[str, int]
    needs: int
    rung: int


def messages(
    db: ReadSession,
    *,
    now: datetime,
    state: CommunicationState | None = None,
    needs: bool = False,
    rung: bool = False,
    limit: int = 100,
) -> list[MessageRow]:
    """The newest messages: all, of one state, those that need somebody, or those rung about. One statement."""
    wanted = _joined().order_by(col(Communication.created_at).desc(), col(Communication.id)).limit(limit)
    if state is not None:
        wanted = wanted.where(col(Communication.state) == state)
    if needs or state in UNRESOLVED:
        wanted = wanted.where(needs_somebody(now))
    if rung:
        wanted = wanted.where(col(Communication.called_at).is_not(None))
    return [MessageRow(*row) for row in db.connection().execute(wanted)]


@dataclass(frozen=True)
class MessageView:
    """One message, what it says, and the number to ring where the person allows calls."""

    row: MessageRow
    letter: Letter
    patient_id: UUID
    phone: str | None


def message(db: ReadSession, communication_id: UUID, clinic: Clinic) -> MessageView:
    """One message as staff look at it. Raises NotFound."""
    row = db.connection().execute(_joined().where(col(Communication.id) == communication_id)).first()
    log_row = db.get(Communication, communication_id)
    revision = db.get(InvitationRevision, log_row.revision_id) if log_row else None
    patient = db.get(Patient, log_row.patient_id) if log_row else None
    if row is None or revision is None or patient is None:
        raise NotFound
    may_ring = patient.contact_by_phone != SafeContact.NONE and not patient.is_deceased
    letter = write(facts_of(db, revision, clinic), clinic)
    return MessageView(MessageRow(*row), letter, patient.id, patient.phone if may_ring else None)


def counts(db: ReadSession, *, now: datetime) -> Counts:
    """Count the log for its tabs. One statement."""
    needed = func.sum(case((needs_somebody(now), 1), else_=0))
    counted = select(col(Communication.state), func.count(), needed, func.count(col(Communication.called_at))).group_by(
        col(Communication.state)
    )
    rows = db.connection().execute(counted).all()
    by_state = {state: needs if state in UNRESOLVED else number for state, number, needs, _ in rows}
    return Counts(by_state, sum(needs for *_, needs, _ in rows), sum(rung for *_, rung in rows))


def needs_somebody(now: Any) -> Any:
    """The condition that a message did not reach the person, nobody has rung instead, and the session is not over."""
    is_coming = (
        exists()
        .where(col(Appointment.id) == col(Communication.appointment_id))
        .where(col(GroupSession.id) == col(Appointment.group_session_id), col(GroupSession.ends_at) > now)
        .correlate(Communication)
    )
    return and_(col(Communication.state).in_(UNRESOLVED), col(Communication.called_at).is_(None), is_coming)


def _joined() -> Any:
    return (
        select(*_COLUMNS)
        .join(Patient, col(Patient.id) == col(Communication.patient_id))
        .join(Appointment, col(Appointment.id) == col(Communication.appointment_id))
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
    )
