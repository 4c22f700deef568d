"""Somebody comes without an appointment: known already, or registered with four answers in under a minute."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sma.appointments import Appointment, AppointmentStatus, book
from sma.attendance.actions.holding import hold_session
from sma.attendance.actions.marks import mark
from sma.attendance.rules import Presence, is_live
from sma.core.clock import local_date
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people import PatientAnswers, has_agreement, lock_patients, record_agreement, record_no_card, register_patient
from sma.people.rules import AgreementMethod, DobAccuracy, MedicareState

ASKED = "Asked at the door, and comfortable with this session"


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """The four answers at the door. A family name or a date of birth may be unknown; nothing is inferred."""

    preferred_name: str
    family_name: str | None = None
    born_on: date | None = None
    is_dob_estimated: bool = False
    phone: str | None = None

    def answers(self) -> PatientAnswers:
        return PatientAnswers(
            preferred_name=self.preferred_name,
            family_name=self.family_name,
            born_on=self.born_on,
            dob_accuracy=DobAccuracy.ESTIMATED if self.is_dob_estimated else DobAccuracy.EXACT,
            phone=self.phone,
        )


def register_walk_in(
    db: WriteSession,
    session_id: UUID,
    person: UUID | Newcomer,
    *,
    agreed_aloud: bool = False,
    asked_comfort: bool = False,
    passed: Mapping[str, str] | None = None,
    waiting_ok: bool = False,
    ask_lead: bool = False,
    by: CurrentUser,
    now: datetime,
) -> Appointment:
    """Give somebody at the door a place, after the same checks as at booking, and record that they arrived.

    A newcomer is registered with no card here; care does not depend on one. `agreed_aloud` keeps their spoken
    agreement, witnessed by whoever records it; `asked_comfort` that they said this session suits them.
    Nothing is sent and nobody need ring: they are here. Locks the patient, then the session.
    Raises: NotFound, DayLocked, NotToday, Invalid, and whatever `book` refuses.
    """
    patient_id = _known(db, person, by=by, now=now)
    session = hold_session(db, session_id, by=by, now=now)
    today = local_date(now, session.timezone)
    if agreed_aloud and not has_agreement(db, patient_id, today):
        record_agreement(db, patient_id, method=AgreementMethod.VERBAL, given_on=today, by=by, now=now)
    reasons = dict(passed or {})
    if asked_comfort:
        reasons.setdefault("suit", ASKED)
    # The check reads agreement and person back from the tables.
    db.flush()
    appointment = book(
        db,
        session_id,
        patient_id,
        passed=reasons,
        waiting_ok=waiting_ok,
        ask_lead=ask_lead,
        walk_in=True,
        by=by,
        now=now,
    )
    # Keyed in from paper afterwards, the time of arrival has to be typed.
    if appointment.status == AppointmentStatus.BOOKED and is_live(session.ends_at, now=now):
        mark(db, appointment.id, Presence.ARRIVED, by=by, now=now)
    return appointment


def _known(db: WriteSession, person: UUID | Newcomer, *, by: CurrentUser, now: datetime) -> UUID:
    """Return the locked patient behind a walk-in, registering a newcomer with no card here."""
    if not isinstance(person, Newcomer):
        return lock_patients(db, [person])[0].id
    patient = register_patient(db, person.answers(), by=by, now=now)
    # Locks and checks find the new person by a query.
    db.flush()
    record_no_card(db, patient.id, MedicareState.NOT_HERE, by=by, now=now)
    return patient.id
