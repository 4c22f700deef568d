"""What one message is about, gathered from the invitation and its revision."""

from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment, Invitation, InvitationRevision
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.core.settings import Settings
from sma.messages.compose import Clinic, Facts, message_id
from sma.messages.rules import CommunicationKind, kind_of
from sma.people import Patient, first_name


def clinic_of(settings: Settings) -> Clinic:
    """The sender, from the settings."""
    return Clinic(alias=settings.clinic_alias, address=settings.mail_from, phone=settings.clinic_phone)


def facts_of(db: ReadSession, revision: InvitationRevision, clinic: Clinic) -> Facts:
    """Gather what one message says; staff who look at it later see the same words."""
    owner = db.get(Invitation, revision.invitation_id)
    appointment = db.get(Appointment, revision.appointment_id)
    patient = db.get(Patient, appointment.patient_id) if appointment else None
    if owner is None or appointment is None or patient is None:
        raise NotFound
    first = _first_revision(db, owner.id)
    return Facts(
        revision_id=revision.id,
        kind=kind_told(revision),
        uid=owner.uid,
        sequence=revision.sequence,
        created_at=owner.created_at,
        revised_at=revision.revised_at,
        details=revision.details,
        recipient_name=first_name(patient),
        recipient=patient.email or "",
        first_message_id=message_id(first, clinic),
    )


def kind_told(revision: InvitationRevision) -> CommunicationKind:
    """Name the message that tells of a revision as it is kept."""
    return kind_of(revision.what, revision.sequence, was_waiting=bool(revision.details.get("was_waiting")))


def _first_revision(db: ReadSession, invitation_id: UUID) -> UUID:
    return db.exec(
        select(InvitationRevision.id)
        .where(col(InvitationRevision.invitation_id) == invitation_id)
        .order_by(col(InvitationRevision.number))
        .limit(1)
    ).one()
