"""Who is in a session: people with a place, people waiting and why, people taken off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from sma.appointments.facts import PERSON_COLUMNS, person_of
from sma.appointments.models import Appointment, LeadQuestion
from sma.appointments.rules import (
    LIVE,
    REASON_WORDS,
    TAKES_A_PLACE,
    AppointmentStatus,
    CancelReason,
    Person,
    Places,
    Setting,
    explained,
    fit,
    is_eligible,
    why_not_yet,
    words_for,
)
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.people import Patient, full_name, preferred
from sma.scheduling import GroupSession


@dataclass(frozen=True)
class RosterRow:
    """One person's line. `words` is the state as screens say it; `reason_words` why a place ended."""

    appointment_id: UUID
    patient_id: UUID
    name: str
    preferred: str
    pronouns: str | None
    language: str | None
    needs_interpreter: bool
    status: str
    words: str
    reason_words: str | None
    is_walk_in: bool
    is_first_time: bool
    has_agreement: bool
    booked_at: datetime
    waiting_since: datetime | None
    ended_at: datetime | None
    lead_asked: bool
    lead_answer: str | None
    can_be_undone: bool
    passed: Mapping[str, str]
    person: Person
    version: int

    @property
    def went_ahead(self) -> list[str]:
        return explained(self.passed)

    @property
    def has_place(self) -> bool:
        return self.status in TAKES_A_PLACE

    @property
    def is_waiting(self) -> bool:
        return self.status == AppointmentStatus.WAITLIST


@dataclass(frozen=True)
class WaitingRow:
    """One person on the waiting list: their number, why they have no place yet, whether they are next."""

    row: RosterRow
    number: int
    why: str
    is_next: bool


_earlier = aliased(Appointment, name="earlier")
_next = aliased(Appointment, name="next_place")
_back = aliased(Appointment, name="back_again")


def roster(db: ReadSession, session_id: UUID, *, now: datetime | None = None) -> list[RosterRow]:
    """Return who is or was in a session: with a place by name, waiting by turn, taken off last. One statement.

    With `now`, somebody booked in a session that is over reads "Not recorded".
    """
    rows = [_row(found, now) for found in db.connection().execute(_query(session_id))]
    order = {True: 0, False: 2}
    return sorted(rows, key=lambda row: (1 if row.is_waiting else order[row.has_place], *_within(row)))


def waiting_list(rows: Sequence[RosterRow], setting: Setting, places: Places) -> list[WaitingRow]:
    """Return those who wait, in order, each with the reason for "not yet" that the desk may read."""
    listed: list[WaitingRow] = []
    somebody_first = False
    for row in (row for row in rows if row.is_waiting):
        is_fit = is_eligible(row.person, setting, row.passed)
        checked = fit(row.person, setting, places)
        is_next = bool(is_fit and places.left and not somebody_first)
        why = why_not_yet(checked, is_first=not somebody_first)
        if is_next and checked.unpassed(row.passed, may_pass=True) == ():
            why = "Next in line. A place is free"
        listed.append(WaitingRow(row, len(listed) + 1, why, is_next))
        somebody_first = somebody_first or is_fit
    return listed


def place_of(db: ReadSession, appointment_id: UUID) -> tuple[RosterRow, GroupSession]:
    """Return one person's line and the session it is in. Raises: NotFound."""
    session_id = _session_of(db, appointment_id)
    if session_id is None:
        raise NotFound
    session = db.get_one(GroupSession, session_id)
    found = db.connection().execute(_query(session.id).where(col(Appointment.id) == appointment_id)).one()
    return _row(found, None), session


def came_from(db: ReadSession, appointment_id: UUID) -> UUID | None:
    """Return the session that somebody was moved from to this place; None when they were not moved."""
    query = (
        select(col(_earlier.group_session_id))
        .join(Appointment, col(Appointment.moved_from_id) == col(_earlier.id))
        .where(col(Appointment.id) == appointment_id)
    )
    return db.connection().execute(query).scalar_one_or_none()


def state_of_place(db: ReadSession, appointment_id: UUID) -> tuple[str, int]:
    """Return the status and the version of a place. Raises: NotFound."""
    query = select(col(Appointment.status), col(Appointment.version)).where(col(Appointment.id) == appointment_id)
    found = db.connection().execute(query).one_or_none()
    if found is None:
        raise NotFound
    return found.status, found.version


def entry_of(db: ReadSession, session_id: UUID, patient_id: UUID) -> UUID | None:
    """Return the place of somebody who waits for a session; None when they don't wait for it."""
    query = select(col(Appointment.id)).where(
        col(Appointment.group_session_id) == session_id,
        col(Appointment.patient_id) == patient_id,
        col(Appointment.status) == AppointmentStatus.WAITLIST,
    )
    return db.connection().execute(query).scalar_one_or_none()


def _session_of(db: ReadSession, appointment_id: UUID) -> UUID | None:
    query = select(col(Appointment.group_session_id)).where(col(Appointment.id) == appointment_id)
    return db.connection().execute(query).scalar_one_or_none()


def _query(session_id: UUID) -> Any:
    came_before = exists().where(
        col(_earlier.patient_id) == col(Patient.id),
        col(_earlier.group_session_id) != session_id,
        col(_earlier.status).in_((AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED)),
    )
    went_on = exists().where(
        col(_next.moved_from_id) == col(Appointment.id),
        col(_next.status).in_((AppointmentStatus.BOOKED, AppointmentStatus.WAITLIST)),
    )
    is_back = exists().where(
        col(_back.patient_id) == col(Appointment.patient_id),
        col(_back.group_session_id) == session_id,
        col(_back.status).in_(LIVE),
    )
    return (
        select(
            col(Appointment.id),
            col(Appointment.patient_id),
            col(Appointment.status),
            col(Appointment.reason),
            col(Appointment.is_walk_in),
            col(Appointment.booked_at),
            col(Appointment.waiting_since),
            col(Appointment.ended_at),
            col(LeadQuestion.asked_at).label("lead_asked_at"),
            col(LeadQuestion.answer).label("lead_answer"),
            col(Appointment.passed_warnings),
            col(Appointment.version),
            col(Patient.preferred_name),
            col(Patient.family_name),
            col(Patient.pronouns),
            col(Patient.language),
            col(Patient.interpreter_needed),
            col(GroupSession.ends_at),
            came_before.correlate(Patient).label("came_before"),
            went_on.correlate(Appointment).label("went_on"),
            is_back.correlate(Appointment).label("is_back"),
            *PERSON_COLUMNS,
        )
        .select_from(Appointment)
        .join(Patient, col(Patient.id) == col(Appointment.patient_id))
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .outerjoin(LeadQuestion, col(LeadQuestion.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session_id)
    )


_FINAL = (CancelReason.DECEASED, CancelReason.SESSION_CANCELLED)


def _row(found: Row[Any], now: datetime | None) -> RosterRow:
    is_over = now is not None and now >= found.ends_at
    ended = found.status == AppointmentStatus.CANCELLED
    return RosterRow(
        appointment_id=found.id,
        patient_id=found.patient_id,
        name=full_name(found),
        preferred=preferred(found),
        pronouns=found.pronouns,
        language=found.language,
        needs_interpreter=found.interpreter_needed == "yes",
        status=found.status,
        words=words_for(found.status, found.reason, session_is_over=is_over),
        reason_words=REASON_WORDS[CancelReason(found.reason)] if found.reason else None,
        is_walk_in=found.is_walk_in,
        is_first_time=not found.came_before,
        has_agreement=found.has_agreement,
        booked_at=found.booked_at,
        waiting_since=found.waiting_since,
        ended_at=found.ended_at,
        lead_asked=found.lead_asked_at is not None,
        lead_answer=found.lead_answer,
        can_be_undone=ended and _may_come_back(found),
        passed=found.passed_warnings,
        person=person_of(found),
        version=found.version,
    )


def _may_come_back(found: Row[Any]) -> bool:
    """Tell whether an ended place can be put back: a moved one only while the place it led to is untouched."""
    if found.is_deceased or found.is_back or found.reason in _FINAL:
        return False
    return bool(found.reason != CancelReason.MOVED or found.went_on)


def _within(row: RosterRow) -> tuple[Any, ...]:
    if row.is_waiting:
        return (row.waiting_since, row.appointment_id.hex)
    if row.has_place:
        return (row.name.casefold(), row.appointment_id.hex)
    return (row.ended_at.timestamp() * -1 if row.ended_at else 0, row.appointment_id.hex)
