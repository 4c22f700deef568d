"""When a clinician was in the room: pressed at the door, or entered and corrected afterwards with a reason."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.attendance.actions.consults import end_at
from sma.attendance.actions.holding import (
    afresh,
    consults_beside,
    hold_session,
    must_be_clinician,
    running_consult,
    span_of,
    stays_of,
)
from sma.attendance.models import ClinicianPresence, ConsultInterval
from sma.attendance.rules import (
    AlreadyIn,
    ClinicianElsewhere,
    NotRecordable,
    Replaced,
    Span,
    check_presence,
    is_recorded_after,
    must_be_live,
    to_second,
)
from sma.core import audit
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity import CurrentUser
from sma.people import lock_practitioners
from sma.scheduling import GroupSession, SessionStatus


def clinician_in(
    db: WriteSession, session_id: UUID, practitioner_id: UUID, *, by: CurrentUser, now: datetime
) -> ClinicianPresence:
    """Record that a clinician came into the room. Pressed again, it is the same stay.

    Locks the session, then the clinician.
    Raises: NotFound, DayLocked, NotToday, TooLateToPress, NotClinician, ClinicianElsewhere, NotRecordable.
    """
    session = hold_session(db, session_id, by=by, now=now)
    must_be_live(session.ends_at, session.timezone, now=now)
    must_be_clinician(db, session_id, practitioner_id)
    lock_practitioners(db, [practitioner_id])
    stays = stays_of(db, session_id, practitioner_id)
    if running := next((stay for stay in stays if stay.ends_at is None), None):
        return running
    if _is_elsewhere(db, session_id, practitioner_id):
        raise ClinicianElsewhere
    starts = to_second(now)
    check_presence(Span(starts), others=[span_of(s) for s in stays], consults=[], zone=session.timezone, now=now)
    stay = _add(db, session, practitioner_id, Span(starts), by=by, now=now)
    audit.record(db, by=by, did="clinician-in", on=stay, now=now)
    return stay


def clinician_out(db: WriteSession, presence_id: UUID, *, by: CurrentUser, now: datetime) -> ClinicianPresence:
    """Record that a clinician left the room; a consult of theirs that still runs ends at the same second.

    Locks the session, then the clinician. Raises: NotFound, DayLocked, Replaced, TooLateToPress.
    """
    stay, session = _hold(db, presence_id, by=by, now=now)
    if stay.ends_at is not None:
        return stay
    must_be_live(session.ends_at, session.timezone, now=now)
    ends = to_second(now)
    running = running_consult(db, stay.practitioner_id)
    if running is not None and running.group_session_id == session.id:
        end_at(db, running, ends, by=by, now=now)
    if ends <= stay.starts_at:
        # In and out within one second was a slip of the finger, not a stay.
        stay.superseded_at, stay.reason = now, "Ended in the second it began"
    else:
        stay.ends_at = ends
    audit.record(db, by=by, did="clinician-out", on=stay, now=now)
    return stay


def add_presence(
    db: WriteSession,
    session_id: UUID,
    practitioner_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: CurrentUser,
    now: datetime,
) -> ClinicianPresence:
    """Enter a stay that nobody pressed at the time. After closing only a clinician may.

    Locks the session, then the clinician. Raises: NotFound, DayLocked, NotClinician, NotRecordable.
    """
    session = hold_session(db, session_id, by=by, now=now, is_correction=True)
    must_be_clinician(db, session_id, practitioner_id)
    lock_practitioners(db, [practitioner_id])
    wanted = Span(to_second(starts_at), to_second(ends_at))
    _check(db, session, practitioner_id, wanted, besides=None, now=now)
    stay = _add(db, session, practitioner_id, wanted, reason=reason, by=by, now=now)
    audit.record(db, by=by, did="enter-presence", on=stay, now=now, recorded_after=stay.recorded_after)
    return stay


def correct_presence(
    db: WriteSession,
    presence_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    reason: str,
    by: CurrentUser,
    now: datetime,
) -> ClinicianPresence:
    """Replace a clinician's stay; both stay on record. `ends_at` None leaves the clinician in the room.

    Locks the session, then the clinician.
    Raises: NotFound, DayLocked, Replaced, AlreadyIn; NotRecordable also when a consult would lie outside.
    """
    old, session = _hold(db, presence_id, by=by, now=now, is_correction=True)
    wanted = Span(to_second(starts_at), to_second(ends_at) if ends_at else None)
    if wanted.ends_at is None and old.ends_at is not None:
        raise AlreadyIn("Give the time at which the clinician left.")
    _check(db, session, old.practitioner_id, wanted, besides=old.id, now=now)
    old.superseded_at = now
    # The old row has to leave the index of running stays before its successor enters.
    db.flush()
    stay = _add(db, session, old.practitioner_id, wanted, reason=reason, replaces=old.id, by=by, now=now)
    audit.record(db, by=by, did="correct-presence", on=stay, now=now, recorded_after=stay.recorded_after)
    return stay


def _hold(
    db: WriteSession, presence_id: UUID, *, by: CurrentUser, now: datetime, is_correction: bool = False
) -> tuple[ClinicianPresence, GroupSession]:
    query = select(ClinicianPresence.group_session_id).where(col(ClinicianPresence.id) == presence_id)
    session_id = db.exec(query).first()
    if session_id is None:
        raise NotFound
    session = hold_session(db, session_id, by=by, now=now, is_correction=is_correction)
    stay: ClinicianPresence = afresh(db, ClinicianPresence, presence_id)
    if stay.superseded_at is not None:
        raise Replaced
    lock_practitioners(db, [stay.practitioner_id])
    return stay, session


def _check(
    db: ReadSession, session: GroupSession, practitioner_id: UUID, wanted: Span, *, besides: UUID | None, now: datetime
) -> None:
    others = [span_of(stay) for stay in stays_of(db, session.id, practitioner_id) if stay.id != besides]
    consults: list[Span] = []
    if besides is not None:
        query = select(ConsultInterval).where(
            col(ConsultInterval.group_session_id) == session.id,
            col(ConsultInterval.practitioner_id) == practitioner_id,
            col(ConsultInterval.superseded_at).is_(None),
        )
        consults = [span_of(consult) for consult in db.exec(query.order_by(col(ConsultInterval.starts_at)))]
    if any(consult.group_session_id != session.id for consult in consults_beside(db, practitioner_id, wanted)):
        raise NotRecordable(fields={"starts": "The clinician has a consult in another session at that time."})
    check_presence(wanted, others=others, consults=consults, zone=session.timezone, now=now)


def _add(
    db: WriteSession,
    session: GroupSession,
    practitioner_id: UUID,
    span: Span,
    *,
    reason: str | None = None,
    replaces: UUID | None = None,
    by: CurrentUser,
    now: datetime,
) -> ClinicianPresence:
    stay = ClinicianPresence(
        group_session_id=session.id,
        practitioner_id=practitioner_id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        recorded_by_id=by.id,
        recorded_at=now,
        recorded_after=is_recorded_after(span.ends_at or span.starts_at, now),
        replaces_id=replaces,
        reason=reason,
    )
    db.add(stay)
    return stay


def _is_elsewhere(db: ReadSession, session_id: UUID, practitioner_id: UUID) -> bool:
    # A session may have been closed without a time out; that is history and holds nobody back.
    is_closed = col(GroupSession.status) == SessionStatus.CLOSED
    query = (
        select(ClinicianPresence.id)
        .join(GroupSession)
        .where(
            ~is_closed,
            col(ClinicianPresence.practitioner_id) == practitioner_id,
            col(ClinicianPresence.group_session_id) != session_id,
            col(ClinicianPresence.superseded_at).is_(None),
            col(ClinicianPresence.ends_at).is_(None),
        )
    )
    return db.exec(query).first() is not None
