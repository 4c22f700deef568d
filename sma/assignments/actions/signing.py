"""The signature under an agreement that was written down whole, and its page of paper."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.assignments.actions.ending import end, hold_assignment
from sma.assignments.law import load_law
from sma.assignments.models import DOCUMENT_CONTEXT, SIGNATURE_CONTEXT, BenefitAssignment, BenefitDocument
from sma.assignments.paper import SignedPage, agreement_page
from sma.assignments.rules import (
    AlreadySigned,
    AssignmentMethod,
    EndReason,
    NoLongerOpen,
    NotAssignable,
    Strokes,
    Way,
    assignment_holds,
    missing_elements,
    write_strokes,
)
from sma.core import audit, clock, crypto, outbox
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.scheduling import GroupSession, SessionStatus


@dataclass(frozen=True)
class Signature:
    """How somebody agreed: a drawing, a typed name, or spoken words that staff heard, with why nothing was signed."""

    way: Way
    typed: str = ""
    strokes: Strokes = ()
    why: str = ""


def sign(
    db: WriteSession, assignment_id: UUID, signature: Signature, *, by: CurrentUser, now: datetime
) -> BenefitAssignment:
    """Put the signature under an agreement, keep its page, and tell those who wait for it.

    It replaces an older agreement for the same person, clinician, day and way of assigning.
    Locks: the patient. Publishes: assignment.recorded; assignment.ended for the older one. Raises: AssignmentNotFound,
    AlreadySigned, NoLongerOpen, NotAssignable.
    """
    assignment = hold_assignment(db, assignment_id)
    seal(db, assignment, signature, by=by, now=now)
    announce(db, [assignment], now=now)
    return assignment


def seal(
    db: WriteSession, assignment: BenefitAssignment, signature: Signature, *, by: CurrentUser, now: datetime
) -> None:
    """Sign an agreement whose patient is locked, and tell nobody yet. Raises: as `sign`."""
    session = db.get_one(GroupSession, assignment.group_session_id)
    _refuse(assignment, signature, session, now)
    for older in _replaced(db, assignment):
        end(db, older, EndReason.REPLACED if older.signed_at else EndReason.UNSIGNED, by=by, now=now)
    # The older one has to stand aside before this one may stand.
    db.flush()
    assignment.way, assignment.signed_at, assignment.taken_by_id = signature.way, now, by.id
    assignment.why_unsigned = signature.why or None
    path = load_law().enduring_paths.get(assignment.enduring_path or "")
    content = agreement_page(
        SignedPage(
            reference=assignment.id.hex[:8],
            particulars=assignment.particulars,
            way=signature.way,
            signed_at=clock.local(now, session.timezone).replace(tzinfo=None),
            timezone_words=session.timezone.replace("_", " "),
            typed=signature.typed,
            strokes=signature.strokes,
            heard_by=by.display_name,
            why_unsigned=signature.why,
            enduring_path=path.words if path else "",
            law_version=assignment.law_version,
        )
    )
    assignment.document_hash = hashlib.sha256(content).hexdigest()
    drawn = write_strokes(signature.strokes).encode() if signature.strokes else signature.typed.encode()
    keys = crypto.keyring()
    db.add(
        BenefitDocument(
            assignment_id=assignment.id,
            content=keys.seal(content, DOCUMENT_CONTEXT),
            signature=keys.seal(drawn, SIGNATURE_CONTEXT) if drawn else None,
        )
    )
    audit.record(
        db,
        by=by,
        did="assign-benefit",
        on=assignment,
        now=now,
        method=assignment.method,
        way=signature.way,
        by_patient=assignment.assigned_by_patient,
    )


def announce(db: WriteSession, made: Sequence[BenefitAssignment], *, now: datetime) -> None:
    """Owe a look at every session whose lines may have waited for these, once each.

    That is the session they were made for, which may be closed at this very moment, and closed ones they cover too.
    Publishes: assignment.recorded, with the session as its subject.
    """
    sessions = db.exec(
        select(GroupSession, Appointment.patient_id)
        .join(Appointment, col(Appointment.group_session_id) == col(GroupSession.id))
        .where(
            col(Appointment.patient_id).in_({each.patient_id for each in made}),
            col(GroupSession.status) == SessionStatus.CLOSED,
            col(GroupSession.held_on) >= min(each.date_of_service for each in made),
        )
    )
    waiting = {
        session.id
        for session, patient_id in sessions
        if any(
            each.patient_id == patient_id and assignment_holds(each, session.held_on, session.timezone) for each in made
        )
    }
    for session_id in sorted(waiting | {each.group_session_id for each in made}):
        outbox.publish(db, "assignment.recorded", session_id, now=now, key=made[0].id.hex)


def _refuse(assignment: BenefitAssignment, signature: Signature, session: GroupSession, now: datetime) -> None:
    if assignment.signed_at is not None:
        raise AlreadySigned
    if assignment.revoked_at is not None:
        raise NoLongerOpen
    for field, sentence in missing_elements(assignment.particulars).values():
        raise NotAssignable(sentence, fields={field: sentence})
    is_verbal = assignment.method == AssignmentMethod.VERBAL
    if is_verbal is not (signature.way is Way.SPOKEN):
        sentence = "This agreement was prepared to be spoken." if is_verbal else "This agreement is to be signed."
        raise NotAssignable(sentence, fields={"way": sentence})
    if is_verbal and not signature.why:
        sentence = "Say why there is no signature."
        raise NotAssignable(sentence, fields={"why": sentence})
    today = clock.local_date(now, session.timezone)
    if signature.way in (Way.DRAWN, Way.TYPED) and assignment.assigned_on != today:
        raise NotAssignable("This agreement carries another day's date. Prepare it again today, then have it signed.")


def _replaced(db: WriteSession, assignment: BenefitAssignment) -> list[BenefitAssignment]:
    """What the new one stands in for: the same person, clinician, first day and way of assigning."""
    return list(
        db.exec(
            select(BenefitAssignment).where(
                col(BenefitAssignment.patient_id) == assignment.patient_id,
                col(BenefitAssignment.practitioner_id) == assignment.practitioner_id,
                col(BenefitAssignment.date_of_service) == assignment.date_of_service,
                col(BenefitAssignment.method) == assignment.method,
                col(BenefitAssignment.revoked_at).is_(None),
                col(BenefitAssignment.id) != assignment.id,
            )
        )
    )
