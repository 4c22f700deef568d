"""Consults typed instead of pressed: corrected, added, taken back; each counts once its clinician has confirmed it."""

from datetime import datetime
from uuid import UUID

from sma.attendance.actions.holding import (
    Seat,
    consults_beside,
    hold_consult,
    hold_seat,
    must_be_clinician,
    span_of,
    stays_of,
)
from sma.attendance.models import ConsultInterval, Encounter
from sma.attendance.rules import (
    CAME,
    NeedsClinician,
    NotHere,
    Span,
    check_consult,
    is_recorded_after,
    must_be_theirs,
    to_second,
)
from sma.core import audit
from sma.core.db import ReadSession, WriteSession
from sma.identity import CurrentUser, Permission
from sma.people import lock_practitioners, practitioner_of


def add_consult(
    db: WriteSession,
    appointment_id: UUID,
    practitioner_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    interrupted: bool = False,
    reason: str,
    by: CurrentUser,
    now: datetime,
) -> ConsultInterval:
    """Enter a consult that nobody pressed at the time. It counts once its own clinician has confirmed it.

    Entered by that clinician, it is confirmed at once. After closing only clinicians may enter one.
    Locks the session, then the clinician. Raises: NotFound, DayLocked, NotOnTheList, NotHere, NotClinician,
    NotRecordable.
    """
    seat = hold_seat(db, appointment_id, by=by, now=now, is_correction=True)
    if seat.encounter.presence not in CAME:
        raise NotHere
    must_be_clinician(db, seat.session.id, practitioner_id)
    lock_practitioners(db, [practitioner_id])
    wanted = Span(to_second(starts_at), to_second(ends_at))
    _check(db, seat, practitioner_id, wanted, besides=None, now=now)
    consult = _write(db, seat, practitioner_id, wanted, interrupted, reason, replaces=None, by=by, now=now)
    audit.record(db, by=by, did="enter-consult", on=consult, now=now, recorded_after=consult.recorded_after)
    return consult


def correct_consult(
    db: WriteSession,
    consult_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    interrupted: bool = False,
    reason: str,
    by: CurrentUser,
    now: datetime,
) -> ConsultInterval:
    """Replace a consult's times, running or ended; both stay on record. It counts once its clinician confirmed it.

    Locks the session, then the clinician.
    Raises: NotFound, DayLocked, Replaced, NotRecordable; CliniciansMinutes for what the clinician pressed or confirmed.
    """
    old, seat = hold_consult(db, consult_id, by=by, now=now, is_correction=True)
    must_be_theirs(is_clinicians=_is_clinicians(db, old), may_correct=may_correct(db, old.practitioner_id, by))
    wanted = Span(to_second(starts_at), to_second(ends_at))
    _check(db, seat, old.practitioner_id, wanted, besides=old.id, now=now)
    old.superseded_at = now
    consult = _write(db, seat, old.practitioner_id, wanted, interrupted, reason, replaces=old.id, by=by, now=now)
    audit.record(db, by=by, did="correct-consult", on=consult, now=now, recorded_after=consult.recorded_after)
    return consult


def withdraw_consult(
    db: WriteSession, consult_id: UUID, *, reason: str, by: CurrentUser, now: datetime
) -> ConsultInterval:
    """Take back a consult that did not happen (a wrong press); it stays on record with the reason.

    Locks the session, then the clinician. Raises: NotFound, DayLocked, Replaced, CliniciansMinutes.
    """
    consult, seat = hold_consult(db, consult_id, by=by, now=now, is_correction=True)
    must_be_theirs(is_clinicians=_is_clinicians(db, consult), may_correct=may_correct(db, consult.practitioner_id, by))
    consult.superseded_at, consult.withdrawn_reason = now, reason
    seat.encounter.version += 1
    audit.record(db, by=by, did="withdraw-consult", on=consult, now=now)
    return consult


def confirm_consult(db: WriteSession, consult_id: UUID, *, by: CurrentUser, now: datetime) -> ConsultInterval:
    """Confirm a typed consult as the clinician whose time it was; from then on it counts.

    Locks the session, then the clinician. Raises: NotFound, DayLocked, Replaced, NeedsClinician.
    """
    consult, seat = hold_consult(db, consult_id, by=by, now=now, is_correction=True)
    if not is_own(db, consult.practitioner_id, by):
        raise NeedsClinician
    if consult.confirmed_by_id is None:
        consult.confirmed_by_id, consult.confirmed_at = by.id, now
        seat.encounter.version += 1
        audit.record(db, by=by, did="confirm-consult", on=consult, now=now)
    return consult


def is_own(db: ReadSession, practitioner_id: UUID, by: CurrentUser) -> bool:
    """Tell whether somebody signed in is the clinician whose minutes these are."""
    if not by.may(Permission.CONFIRM_MINUTES):
        return False
    practitioner = practitioner_of(db, by.id)
    return practitioner is not None and practitioner.id == practitioner_id


def may_correct(db: ReadSession, practitioner_id: UUID, by: CurrentUser) -> bool:
    """Tell whether somebody may change minutes that their clinician pressed or confirmed: their own, or a manager."""
    return by.may(Permission.CORRECT_MINUTES) or is_own(db, practitioner_id, by)


def is_before_arrival(db: ReadSession, consult: ConsultInterval) -> bool:
    """Tell whether a consult begins before its person came, to the minute in which they did."""
    encounter = db.get(Encounter, consult.encounter_id)
    came = encounter.arrived_at if encounter else None
    return came is not None and consult.starts_at < came.replace(second=0)


def _is_clinicians(db: ReadSession, consult: ConsultInterval) -> bool:
    presser = practitioner_of(db, consult.recorded_by_id)
    return consult.confirmed_by_id is not None or (presser is not None and presser.id == consult.practitioner_id)


def _check(
    db: ReadSession, seat: Seat, practitioner_id: UUID, wanted: Span, *, besides: UUID | None, now: datetime
) -> None:
    session = seat.session
    others = [span_of(row) for row in consults_beside(db, practitioner_id, wanted, besides=besides)]
    presences = [span_of(stay) for stay in stays_of(db, session.id, practitioner_id)]
    check_consult(wanted, others=others, presences=presences, zone=session.timezone, now=now)


def _write(
    db: WriteSession,
    seat: Seat,
    practitioner_id: UUID,
    span: Span,
    interrupted: bool,
    reason: str,
    *,
    replaces: UUID | None,
    by: CurrentUser,
    now: datetime,
) -> ConsultInterval:
    own = is_own(db, practitioner_id, by)
    consult = ConsultInterval(
        encounter_id=seat.encounter.id,
        group_session_id=seat.session.id,
        practitioner_id=practitioner_id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        interrupted=interrupted,
        recorded_by_id=by.id,
        recorded_at=now,
        recorded_after=is_recorded_after(span.ends_at or span.starts_at, now),
        is_entered=True,
        confirmed_by_id=by.id if own else None,
        confirmed_at=now if own else None,
        replaces_id=replaces,
        reason=reason,
    )
    db.add(consult)
    seat.encounter.version += 1
    return consult
