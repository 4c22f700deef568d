"""Delivers what people must hear of, once per person and change, and keeps the log of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from sma.appointments import Appointment, Invitation, InvitationRevision, end_places
from sma.core import audit, logs, outbox
from sma.core.audit import Actor
from sma.core.db import Database, ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.core.outbox import Work
from sma.core.settings import Settings
from sma.messages.compose import CannotBeWritten, Clinic, Facts, message_id, parcel
from sma.messages.facts import clinic_of, facts_of, kind_told
from sma.messages.models import Communication
from sma.messages.rules import (
    IN_CALENDAR,
    UNRESOLVED,
    CommunicationState,
    NothingToRetry,
    is_outdated,
    state_before_sending,
)
from sma.messages.transports import Transport, TransportError
from sma.people import lock_patients
from sma.scheduling import GroupSession

log = logs.get(__name__)

KIND = "invitation.revised"


@dataclass(frozen=True)
class _Ready:
    """A message that may leave now."""

    communication_id: UUID
    patient_id: UUID
    facts: Facts


def deliver(database: Database, work: Work, *, now: datetime, transport: Transport, settings: Settings) -> None:
    """Tell one person of one change; handler of "invitation.revised" (subject: the revision).

    Exactly one Communication row per revision: sent, withheld (a newer change exists, or the person has died), or a
    call task (no safe address). Whether it may leave is decided now, from what is true now. The mail itself leaves
    outside any transaction; a crash before the last write sends it again, identical, with the same Message-ID.
    """
    clinic = clinic_of(settings)
    with database.write() as db:
        ready = _log(db, work.subject_id, clinic, now=now)
        if ready is None:
            outbox.finish(db, work, now=now)
            return
    try:
        transport(parcel(ready.facts, clinic))
    except CannotBeWritten:
        _leave_to_a_call(database, work, ready, now=now)
        return
    except TransportError as error:
        _keep_failure(database, work, ready, error, now=now)
        return
    except Exception as error:
        # A fault of ours must not look like a message that is on its way: staff see it, and can ring.
        fault = TransportError(f"fault-{type(error).__name__}"[:60], permanent=False)
        _keep_failure(database, work, ready, fault, now=now)
        log.warning("message.fault", outbox_id=str(work.id), error=type(error).__name__)
        return
    with database.write() as db:
        if outbox.finish(db, work, now=now):
            row = _row(db, ready.communication_id)
            row.state, row.sent_at, row.attempts, row.last_error = CommunicationState.SENT, now, work.attempts, None


def hold_message(db: WriteSession, communication_id: UUID) -> Communication:
    """Lock a message until commit. Raises: NotFound."""
    return _row(db, communication_id, lock=True)


def retry(db: WriteSession, communication_id: UUID, *, by: Actor, now: datetime) -> Communication:
    """Send a message that did not get through again, now. Locks: the message. Publishes: invitation.revised.

    Raises: NotFound, NothingToRetry.
    """
    row = hold_message(db, communication_id)
    if row.state not in (CommunicationState.FAILED, CommunicationState.RETRYING):
        raise NothingToRetry
    row.state, row.last_error, row.attempts = CommunicationState.QUEUED, None, 0
    outbox.ask_again(db, KIND, row.revision_id, now=now)
    audit.record(db, by=by, did="retry-message", on=row, now=now)
    return row


def mark_called(db: WriteSession, communication_id: UUID, *, by: Actor, now: datetime) -> Communication:
    """Note that somebody rang instead; nothing is owed any more. Locks: the message.

    Raises: NotFound, NothingToRetry.
    """
    row = hold_message(db, communication_id)
    if row.state not in UNRESOLVED or row.called_at is not None:
        raise NothingToRetry
    row.called_at, row.called_by_id = now, by.id
    outbox.settle_by_hand(db, KIND, row.revision_id, now=now)
    audit.record(db, by=by, did="called-instead", on=row, now=now)
    return row


def follow_death(database: Database, work: Work, *, now: datetime) -> None:
    """Let nothing be owed to somebody who has died, no call either; handler of "patient.died" (subject: the patient).

    Ends their coming places, which an import has left to this, and withholds what did not get through. What may still
    be on its way looks at the person itself before it leaves.
    Locks the patient, the sessions in id order, the messages.
    """
    with database.write() as db:
        (patient,) = lock_patients(db, [work.subject_id])
        if patient.is_deceased:
            end_places(db, patient.id, by=None, now=now)
            for row in db.exec(_of_patient(patient.id, CommunicationState.RETRYING, *UNRESOLVED)):
                if row.state == CommunicationState.RETRYING:
                    outbox.ask_again(db, KIND, row.revision_id, now=now)
                elif row.called_at is None:
                    row.state, row.recipient = CommunicationState.WITHHELD, None
                    outbox.settle_by_hand(db, KIND, row.revision_id, now=now)
        outbox.finish(db, work, now=now)


def follow_correction(database: Database, work: Work, *, now: datetime) -> None:
    """Send what was withheld from somebody recorded as dead by mistake; handler of "patient.death-corrected".

    Only what still matters: the newest change of each session to come. Locks the patient, then the messages.
    """
    with database.write() as db:
        (patient,) = lock_patients(db, [work.subject_id])
        if not patient.is_deceased:
            newest = (
                _of_patient(patient.id, CommunicationState.WITHHELD)
                .join(InvitationRevision, col(InvitationRevision.id) == col(Communication.revision_id))
                .join(Invitation, col(Invitation.id) == col(InvitationRevision.invitation_id))
                .join(Appointment, col(Appointment.id) == col(Invitation.appointment_id))
                .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
                .where(col(InvitationRevision.number) == col(Invitation.revisions), col(GroupSession.starts_at) > now)
            )
            for row in db.exec(newest):
                row.state = CommunicationState.QUEUED
                outbox.ask_again(db, KIND, row.revision_id, now=now)
        outbox.finish(db, work, now=now)


def _of_patient(patient_id: UUID, *states: CommunicationState) -> SelectOfScalar[Communication]:
    return (
        select(Communication)
        .where(col(Communication.patient_id) == patient_id, col(Communication.state).in_(states))
        .order_by(col(Communication.id))
        .with_for_update(of=Communication)
    )


def _log(db: WriteSession, revision_id: UUID, clinic: Clinic, *, now: datetime) -> _Ready | None:
    """Write the log row, or find it; None when nothing is to leave. Locks the patient."""
    revision = db.get(InvitationRevision, revision_id)
    if revision is None:
        raise NotFound
    appointment = db.get(Appointment, revision.appointment_id)
    if appointment is None:
        raise NotFound
    # A correction that is under way has to be seen: what is withheld behind it would never be looked at again.
    (patient,) = lock_patients(db, [appointment.patient_id])
    row = db.exec(select(Communication).where(col(Communication.revision_id) == revision_id)).first()
    if row is None:
        row = Communication(
            revision_id=revision_id,
            appointment_id=appointment.id,
            patient_id=patient.id,
            kind=kind_told(revision),
            message_id=message_id(revision_id, clinic),
            created_at=now,
        )
        db.add(row)
    elif row.state in (CommunicationState.SENT, CommunicationState.WITHHELD, CommunicationState.CALL_TASK):
        return None
    state = state_before_sending(
        is_deceased=patient.is_deceased,
        contact=patient.contact_by_email,
        has_address=bool(patient.email),
        outdated=is_outdated(
            kind_told(revision),
            [kind_told(later) for later in _newer(db, revision)],
            is_entry_known=_may_stand_in_a_calendar(db, revision),
        ),
    )
    if state is CommunicationState.WITHHELD and row.recipient:
        # It was on its way once; whoever held it may have died after it had left.
        row.attempts = max(row.attempts, 1)
    row.state, row.recipient = state, patient.email if state is CommunicationState.QUEUED else None
    return _Ready(row.id, patient.id, facts_of(db, revision, clinic)) if state is CommunicationState.QUEUED else None


def _withhold_if_dead(db: WriteSession, work: Work, ready: _Ready, *, now: datetime) -> bool:
    """End a message without a task when its person has died while it was on its way.

    Locks the patient first, as "patient.died" does: it finds the failure that is kept here, or this finds the death.
    """
    (patient,) = lock_patients(db, [ready.patient_id])
    if patient.is_deceased and outbox.finish(db, work, now=now):
        row = _row(db, ready.communication_id)
        row.state, row.recipient, row.attempts = CommunicationState.WITHHELD, None, work.attempts
    return patient.is_deceased


def _leave_to_a_call(database: Database, work: Work, ready: _Ready, *, now: datetime) -> None:
    with database.write() as db:
        if not _withhold_if_dead(db, work, ready, now=now) and outbox.finish(db, work, now=now):
            row = _row(db, ready.communication_id)
            row.state, row.recipient, row.last_error = CommunicationState.CALL_TASK, None, "address-unusable"


def _keep_failure(database: Database, work: Work, ready: _Ready, error: TransportError, *, now: datetime) -> None:
    with database.write() as db:
        if _withhold_if_dead(db, work, ready, now=now):
            return
        settle = outbox.bury if error.permanent else outbox.postpone
        if not settle(db, work, now=now, error=error.code):
            return
        gone = error.permanent or work.attempts >= outbox.MOST_ATTEMPTS
        row = _row(db, ready.communication_id)
        row.state = CommunicationState.FAILED if gone else CommunicationState.RETRYING
        row.attempts, row.last_error = work.attempts, error.code


def _row(db: ReadSession, communication_id: UUID, *, lock: bool = False) -> Communication:
    row = db.get(Communication, communication_id, with_for_update=lock or None)
    if row is None:
        raise NotFound
    return row


def _may_stand_in_a_calendar(db: ReadSession, revision: InvitationRevision) -> bool:
    """Tell whether anything with a calendar part may have reached the person before this revision.

    Only what was withheld without ever having been on its way has surely not.
    """
    earlier = db.exec(
        select(InvitationRevision, Communication)
        .outerjoin(Communication, col(Communication.revision_id) == col(InvitationRevision.id))
        .where(
            col(InvitationRevision.invitation_id) == revision.invitation_id,
            col(InvitationRevision.number) < revision.number,
        )
    )
    return any(
        kind_told(each) in IN_CALENDAR and (row is None or row.state != CommunicationState.WITHHELD or row.attempts > 0)
        for each, row in earlier
    )


def _newer(db: ReadSession, revision: InvitationRevision) -> Sequence[InvitationRevision]:
    return db.exec(
        select(InvitationRevision).where(
            col(InvitationRevision.invitation_id) == revision.invitation_id,
            col(InvitationRevision.number) > revision.number,
        )
    ).all()
