"""The clinician's clock, pressed live: a name starts it, the next name ends the one before."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.attendance.actions.holding import (
    consults_beside,
    hold_consult,
    hold_seat,
    must_be_clinician,
    running_consult,
    span_of,
    stays_of,
)
from sma.attendance.models import ConsultInterval, Encounter
from sma.attendance.rules import HERE, NotHere, NotIn, Span, check_consult, must_be_live, to_second
from sma.core import audit
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people import lock_practitioners


def start_consult(
    db: WriteSession, appointment_id: UUID, practitioner_id: UUID, *, by: CurrentUser, now: datetime
) -> ConsultInterval:
    """Start a clinician's clock for one person; a consult of the same clinician that runs ends at that second.

    Pressed again for the same person, it is the same consult. Locks the session, then the clinician.
    Raises: NotFound, DayLocked, NotToday, NotOnTheList, TooLateToPress, NotHere, NotClinician, NotIn, NotRecordable.
    """
    seat = hold_seat(db, appointment_id, by=by, now=now)
    session, starts = seat.session, to_second(now)
    must_be_live(session.ends_at, session.timezone, now=now)
    if seat.encounter.presence not in HERE:
        raise NotHere
    must_be_clinician(db, session.id, practitioner_id)
    lock_practitioners(db, [practitioner_id])
    if not any(stay.ends_at is None for stay in stays_of(db, session.id, practitioner_id)):
        raise NotIn
    running = running_consult(db, practitioner_id)
    if running is not None and running.encounter_id == seat.encounter.id:
        return running
    if running is not None:
        starts = max(starts, running.starts_at)
        end_at(db, running, starts, by=by, now=now)
    beside = [row for row in consults_beside(db, practitioner_id, Span(starts)) if row.ends_at is not None]
    # Nothing recorded ends in the future, so an end after this press was pressed later and had the lock sooner.
    here = [row.ends_at for row in beside if row.ends_at is not None and row.group_session_id == session.id]
    starts = max([starts, *here])
    # What another session has for later that day is no bar to a press of now; what it has for this moment is.
    others = [span_of(row) for row in beside if row.starts_at <= starts]
    presences = [span_of(stay) for stay in stays_of(db, session.id, practitioner_id)]
    check_consult(Span(starts), others=others, presences=presences, zone=session.timezone, now=max(now, starts))
    consult = ConsultInterval(
        encounter_id=seat.encounter.id,
        group_session_id=session.id,
        practitioner_id=practitioner_id,
        starts_at=starts,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(consult)
    seat.encounter.version += 1
    audit.record(db, by=by, did="start-consult", on=consult, now=now)
    return consult


def stop_consult(
    db: WriteSession, consult_id: UUID, *, interrupted: bool = False, by: CurrentUser, now: datetime
) -> ConsultInterval:
    """Stop a running clock; `interrupted` keeps that the consult was cut short. Pressed again, nothing changes.

    Locks the session, then the clinician. Raises: NotFound, DayLocked, Replaced, TooLateToPress.
    """
    consult, seat = hold_consult(db, consult_id, by=by, now=now)
    if consult.ends_at is None:
        must_be_live(seat.session.ends_at, seat.session.timezone, now=now)
        end_at(db, consult, to_second(now), interrupted=interrupted, by=by, now=now)
    return consult


def end_at(
    db: WriteSession,
    consult: ConsultInterval,
    ends: datetime,
    *,
    interrupted: bool = False,
    by: CurrentUser,
    now: datetime,
) -> None:
    """End a running consult whose session and clinician are locked."""
    if ends <= consult.starts_at:
        # Started and stopped within one second was a slip of the finger; a stretch of no time is no consult.
        consult.superseded_at, consult.withdrawn_reason = now, "Stopped in the second it was started"
    else:
        consult.ends_at, consult.interrupted = ends, interrupted
    encounter = db.exec(select(Encounter).where(col(Encounter.id) == consult.encounter_id)).one()
    encounter.version += 1
    # The next consult of this clinician enters the index of running ones, which this one has to leave first.
    db.flush()
    audit.record(db, by=by, did="interrupt-consult" if interrupted else "stop-consult", on=consult, now=now)
