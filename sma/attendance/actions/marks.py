"""The roll call: a press, its undo, and the tick for the clinical note."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment, may_become
from sma.attendance.actions.holding import Seat, hold_seat, is_closed
from sma.attendance.models import AttendanceMark, ConsultInterval, Encounter
from sma.attendance.rules import (
    CAME,
    HasConsult,
    Marked,
    NotHere,
    NotRecordable,
    Presence,
    Superseded,
    check_marks,
    is_recorded_after,
    late_minutes,
    must_be_live,
    status_for,
    to_second,
)
from sma.core import audit
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import Forbidden
from sma.identity import CurrentUser, Permission
from sma.scheduling import is_assigned


@dataclass(frozen=True)
class MarkOutcome:
    """What a press did: the person's record, what stood before, and whether somebody else had pressed meanwhile."""

    encounter: Encounter
    before: str | None
    is_new: bool
    clashed: bool


def mark(
    db: WriteSession,
    appointment_id: UUID,
    presence: str | None,
    *,
    at: datetime | None = None,
    reason: str | None = None,
    version: int | None = None,
    by: CurrentUser,
    now: datetime,
) -> MarkOutcome:
    """Record that a person arrived, came late, is absent or left; None sets them back to "not recorded".

    Every press is a line of its own and the newest holds; pressing what already stands adds nothing, so two tablets
    make one check-in. `at` is a typed time (else this is a press, standing for `now`); `version` is what the page
    showed. After closing only a clinician may do this, with a reason.
    Locks the session. Raises: NotFound, DayLocked, NotToday, NotOnTheList, TooLateToPress, NotRecordable, HasConsult.
    """
    seat = hold_seat(db, appointment_id, by=by, now=now, is_correction=bool(reason))
    encounter, wanted = seat.encounter, Presence(presence) if presence else None
    before, clashed = encounter.presence, version is not None and version != encounter.version
    if at is None and wanted not in (None, Presence.ABSENT):
        must_be_live(seat.session.ends_at, seat.session.timezone, now=now)
    if at is None and before == wanted:
        return MarkOutcome(encounter, before, is_new=False, clashed=False)
    _append(db, seat, wanted, to_second(at or now), reason=reason, by=by, now=now)
    did = f"mark-{wanted or 'not-recorded'}"
    audit.record(db, by=by, did=did, on=encounter, now=now, before=before, typed=at is not None, clashed=clashed)
    return MarkOutcome(encounter, before, is_new=True, clashed=clashed and before != wanted)


def undo_mark(
    db: WriteSession, appointment_id: UUID, *, version: int | None = None, by: CurrentUser, now: datetime
) -> Encounter:
    """Take back the newest press: a further line says again what stood before it.

    `version` is what the page showed, so that nobody undoes a colleague's press unseen. Locks the session.
    Raises: NotFound, DayLocked, NotOnTheList, Superseded, HasConsult; NotRecordable when nothing was pressed.
    """
    seat = hold_seat(db, appointment_id, by=by, now=now)
    if version is not None and version != seat.encounter.version:
        raise Superseded
    marks = marks_of(db, seat.encounter.id)
    if not marks:
        raise NotRecordable("There is nothing to undo for this person.")
    earlier = marks[-2] if len(marks) > 1 else None
    when = earlier.happened_at if earlier else to_second(now)
    _append(db, seat, earlier.presence if earlier else None, when, reason="Undo", by=by, now=now)
    audit.record(db, by=by, did="undo-mark", on=seat.encounter, now=now, before=marks[-1].presence)
    return seat.encounter


def tick_note(
    db: WriteSession, appointment_id: UUID, *, done: bool = True, by: CurrentUser, now: datetime
) -> Encounter:
    """Record that the clinical note of this person and day is written (or take the tick back), also after closing.

    The note itself lives in the clinical system. Locks the session.
    Raises: NotFound, DayLocked, NotOnTheList; Forbidden for whoever does not work on the session as a clinician;
    NotHere for somebody who did not come.
    """
    seat = hold_seat(db, appointment_id, by=by, now=now, is_correction=True)
    if not by.may(Permission.CONFIRM_MINUTES) or not is_assigned(db, seat.session.id, by.id):
        raise Forbidden
    encounter = seat.encounter
    if done and encounter.presence not in CAME:
        raise NotHere
    if done == (encounter.note_done_at is not None):
        return encounter
    encounter.note_done_at, encounter.note_done_by_id = (now, by.id) if done else (None, None)
    encounter.version += 1
    audit.record(db, by=by, did="tick-note" if done else "untick-note", on=encounter, now=now)
    return encounter


def marks_of(db: ReadSession, encounter_id: UUID) -> list[AttendanceMark]:
    """Return every press for one person, oldest first."""
    query = select(AttendanceMark).where(col(AttendanceMark.encounter_id) == encounter_id)
    return list(db.exec(query.order_by(col(AttendanceMark.number))))


def _append(
    db: WriteSession,
    seat: Seat,
    presence: str | None,
    happened_at: datetime,
    *,
    reason: str | None,
    by: CurrentUser,
    now: datetime,
) -> None:
    encounter = seat.encounter
    marks = marks_of(db, encounter.id)
    said = [*(Marked(each.presence, each.happened_at) for each in marks), Marked(presence, happened_at)]
    after = check_marks(said, now=now)
    if after.arrived_at is None and _has_consult(db, encounter.id):
        raise HasConsult
    db.add(
        AttendanceMark(
            encounter_id=encounter.id,
            number=len(marks) + 1,
            presence=presence,
            happened_at=happened_at,
            recorded_at=now,
            recorded_by_id=by.id,
            recorded_after=is_recorded_after(happened_at, now),
            reason=reason,
        )
    )
    encounter.presence, encounter.arrived_at, encounter.left_at = after.presence, after.arrived_at, after.left_at
    encounter.late_minutes = late_minutes(after.arrived_at, seat.session.starts_at)
    encounter.version += 1
    follow(seat.appointment, after.presence, is_closed=is_closed(seat.session))


def follow(appointment: Appointment, presence: str | None, *, is_closed: bool) -> None:
    """Let the state of the place follow the roll call: the one line outside its own slice that changes it."""
    status = status_for(presence, is_closed=is_closed)
    if appointment.status != status and may_become(appointment.status, status):
        appointment.status = status
        appointment.version += 1


def _has_consult(db: ReadSession, encounter_id: UUID) -> bool:
    query = select(ConsultInterval.id).where(
        col(ConsultInterval.encounter_id) == encounter_id, col(ConsultInterval.superseded_at).is_(None)
    )
    return db.exec(query).first() is not None
