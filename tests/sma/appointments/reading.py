"""Short ways to read what was kept about places."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment, InvitationRevision
from sma.core.audit import AuditEvent
from sma.core.db import ReadSession
from sma.core.outbox import Outbox


def told(db: ReadSession, patient_id: UUID) -> list[tuple[str, int]]:
    """What a person was told, in order: (what, sequence)."""
    rows = db.exec(
        select(InvitationRevision)
        .join(Appointment, col(Appointment.id) == col(InvitationRevision.appointment_id))
        .where(col(Appointment.patient_id) == patient_id)
        .order_by(col(InvitationRevision.revised_at), col(InvitationRevision.number))
    )
    return [(row.what, row.sequence) for row in rows]


def owed(db: ReadSession, kind: str = "invitation.revised") -> list[UUID]:
    return list(db.exec(select(Outbox.subject_id).where(col(Outbox.kind) == kind)))


def did(db: ReadSession) -> list[str]:
    return list(db.exec(select(AuditEvent.did).order_by(col(AuditEvent.at), col(AuditEvent.did))))


def place(db: ReadSession, session_id: UUID, patient_id: UUID) -> Any:
    """The newest row of a person in a session."""
    return db.exec(
        select(Appointment)
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.patient_id) == patient_id)
        .order_by(col(Appointment.booked_at).desc())
    ).first()
