"""One agreement as its page shows it, the agreements of a person, and the page of paper itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.assignments.law import load_law
from sma.assignments.models import (
    DOCUMENT_CONTEXT,
    SIGNATURE_CONTEXT,
    BenefitAssignment,
    BenefitCopy,
    BenefitDocument,
)
from sma.assignments.paper import rows_of
from sma.assignments.rules import (
    END_WORDS,
    METHOD_WORDS,
    AssignmentMethod,
    AssignmentNotFound,
    CopyWay,
    EndReason,
    Strokes,
    Way,
    kept_until,
    read_strokes,
)
from sma.core import crypto
from sma.core.clock import day_words
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, PersonNotFound, Practitioner, full_name, practitioner_name
from sma.scheduling import GroupSession, SessionRole, SessionRoleKind, SessionStatus


@dataclass(frozen=True)
class Occurrence:
    """One date of an agreement. `void` says why it does not count any more; None while it stands."""

    day: date
    session_id: UUID | None
    void: str | None


@dataclass(frozen=True)
class AgreementView:
    """An agreement with everything its page names."""

    assignment: BenefitAssignment
    name: str
    clinician: str
    session: GroupSession
    occurrences: Sequence[Occurrence]
    copies: Sequence[BenefitCopy]
    staff: Mapping[UUID, str]
    typed: str = ""
    strokes: Strokes = ()

    @property
    def rows(self) -> list[tuple[str, str]]:
        path = load_law().enduring_paths.get(self.assignment.enduring_path or "")
        return rows_of(self.assignment.particulars, path.words if path else "")

    @property
    def state(self) -> tuple[str, str]:
        """The state in words, and its colour."""
        if self.assignment.revoked_at is not None:
            return "Ended", "quiet"
        if self.assignment.signed_at is None:
            return "Not signed yet", "warn"
        if self.occurrences and all(each.void for each in self.occurrences):
            return "Void", "stop"
        return "In force", "good"

    @property
    def ended_words(self) -> str:
        return END_WORDS[EndReason(self.assignment.revoked_because or EndReason.WITHDRAWN)]

    @property
    def method_words(self) -> str:
        return METHOD_WORDS[AssignmentMethod(self.assignment.method)]

    @property
    def keep_until(self) -> date:
        return kept_until(self.assignment.days, self.assignment.claimed_on)

    @property
    def owes_copy(self) -> bool:
        """A spoken agreement has to be sent to the person electronically."""
        sent = any(copy.way == CopyWay.ELECTRONIC for copy in self.copies)
        return self.assignment.way == Way.SPOKEN and not sent and self.assignment.revoked_at is None


def agreement_view(db: ReadSession, assignment_id: UUID) -> AgreementView:
    """Return one agreement in full. Seven statements. Raises: AssignmentNotFound."""
    found = db.exec(
        select(BenefitAssignment, Patient, Practitioner, GroupSession)
        .join(Patient, col(Patient.id) == col(BenefitAssignment.patient_id))
        .join(Practitioner, col(Practitioner.id) == col(BenefitAssignment.practitioner_id))
        .join(GroupSession, col(GroupSession.id) == col(BenefitAssignment.group_session_id))
        .where(col(BenefitAssignment.id) == assignment_id)
    ).one_or_none()
    if found is None:
        raise AssignmentNotFound
    assignment, patient, practitioner, session = found
    copies = db.exec(
        select(BenefitCopy)
        .where(col(BenefitCopy.assignment_id) == assignment_id)
        .order_by(col(BenefitCopy.recorded_at), col(BenefitCopy.id))
    ).all()
    drawn = _signature(db, assignment)
    return AgreementView(
        assignment=assignment,
        name=full_name(patient),
        clinician=practitioner_name(practitioner),
        session=session,
        occurrences=_occurrences(db, [assignment])[assignment.id],
        copies=copies,
        staff=_staff(db, assignment, copies),
        typed=drawn if assignment.way == Way.TYPED else "",
        strokes=read_strokes(drawn) if assignment.way == Way.DRAWN and drawn else (),
    )


@dataclass(frozen=True)
class PersonsAgreements:
    name: str
    patient_id: UUID
    rows: Sequence[tuple[BenefitAssignment, str, Sequence[Occurrence]]]


def agreements_of(db: ReadSession, patient_id: UUID) -> PersonsAgreements:
    """Return a person's agreements with the clinician of each, the newest first. Four statements.

    Raises: PersonNotFound.
    """
    patient = db.get(Patient, patient_id)
    if patient is None:
        raise PersonNotFound
    rows = db.exec(
        select(BenefitAssignment, Practitioner)
        .join(Practitioner, col(Practitioner.id) == col(BenefitAssignment.practitioner_id))
        .where(col(BenefitAssignment.patient_id) == patient_id)
        .order_by(col(BenefitAssignment.date_of_service).desc(), col(BenefitAssignment.recorded_at).desc())
    ).all()
    dates = _occurrences(db, [assignment for assignment, _ in rows])
    return PersonsAgreements(
        full_name(patient),
        patient_id,
        [(assignment, practitioner_name(practitioner), dates[assignment.id]) for assignment, practitioner in rows],
    )


def document(db: ReadSession, assignment_id: UUID) -> bytes:
    """Open the page as it was signed. Raises: AssignmentNotFound when nothing is signed."""
    kept = db.get(BenefitDocument, assignment_id)
    if kept is None:
        raise AssignmentNotFound
    return crypto.keyring().open(kept.content, DOCUMENT_CONTEXT)


def _signature(db: ReadSession, assignment: BenefitAssignment) -> str:
    kept = db.get(BenefitDocument, assignment.id) if assignment.signed_at else None
    if kept is None or kept.signature is None:
        return ""
    return crypto.keyring().open(kept.signature, SIGNATURE_CONTEXT).decode()


def _staff(db: ReadSession, assignment: BenefitAssignment, copies: Sequence[BenefitCopy]) -> dict[UUID, str]:
    ids = {assignment.recorded_by_id, assignment.taken_by_id, assignment.revoked_by_id}
    ids |= {copy.recorded_by_id for copy in copies}
    users: Any = db.exec(
        select(col(User.id), col(User.display_name)).where(col(User.id).in_([each for each in ids if each]))
    )
    return dict(users.all())


def _occurrences(db: ReadSession, assignments: Sequence[BenefitAssignment]) -> dict[UUID, list[Occurrence]]:
    """Compare every date with its session as it is planned now: who moved or replaced what is seen at once."""
    ids = {UUID(each["session"]) for one in assignments for each in one.occurrences}
    sessions = {each.id: each for each in db.exec(select(GroupSession).where(col(GroupSession.id).in_(ids)))}
    roles: Any = db.exec(
        select(col(SessionRole.group_session_id), col(SessionRole.practitioner_id)).where(
            col(SessionRole.group_session_id).in_(ids), col(SessionRole.role) == SessionRoleKind.CLINICIAN
        )
    )
    planned = {(session_id, practitioner_id) for session_id, practitioner_id in roles}
    return {
        one.id: [
            _occurrence(
                each,
                sessions.get(UUID(each["session"])),
                is_planned=(UUID(each["session"]), one.practitioner_id) in planned,
            )
            for each in one.occurrences
        ]
        for one in assignments
    }


def _occurrence(kept: Mapping[str, str], session: GroupSession | None, *, is_planned: bool) -> Occurrence:
    day = date.fromisoformat(kept["day"])
    return Occurrence(day, session.id if session else None, void_words(kept, day, session, is_planned=is_planned))


def void_words(kept: Mapping[str, str], day: date, session: GroupSession | None, *, is_planned: bool) -> str | None:
    """Say why a date of an agreement does not count any more; None while it stands."""
    if "voided_at" in kept:
        on = datetime.fromisoformat(kept["voided_at"]).date()
        return f"{END_WORDS[EndReason(kept['because'])]} (recorded {day_words(on)})"
    if session is None:
        return "Its session is gone."
    if session.held_on != day:
        return f"The session moved to {day_words(session.held_on)}: a new agreement is needed for that date."
    if session.status == SessionStatus.CANCELLED:
        return "The session was cancelled."
    if not is_planned:
        return "Another clinician leads the session: a new agreement is needed with them."
    return None
