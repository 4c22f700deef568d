"""Ways in which the day's record refuses an act, and the two questions asked before any: is it open, is it live."""

from datetime import date, datetime, timedelta

from sma.attendance.rules.intervals import clock_text
from sma.core.clock import local_date
from sma.core.errors import Conflict, Forbidden
from sma.scheduling.rules import SessionStatus

# Sessions run over; an hour past the planned end a press can no longer stand for the moment it is made.
LIVE_AFTER_END = timedelta(hours=1)


class NotOnTheList(Conflict):
    code = "not-on-the-list"
    message = "This person has no place in the session. Add them as a walk-in, or give them a place first."


class NotHere(Conflict):
    code = "not-here"
    message = "They are not recorded as here. Record the arrival first."


class HasConsult(Conflict):
    code = "has-consult"
    message = "A consult is recorded for this person. Correct or take back the consult first."


class NotClinician(Conflict):
    code = "not-clinician"
    message = "This person is not a clinician of the session. Give them that role first."


class NotIn(Conflict):
    code = "clinician-not-in"
    message = "The clinician is not recorded as in the room. Press “In” first."


class AlreadyIn(Conflict):
    code = "clinician-already-in"
    message = "The clinician is recorded as in the room already."


class ClinicianElsewhere(Conflict):
    code = "clinician-elsewhere"
    message = "The clinician is recorded as in the room of another session. Record there that they left."


class Replaced(Conflict):
    code = "replaced"
    message = "This record has been replaced or taken back since the page was opened. Look at the day again."


class Superseded(Conflict):
    code = "superseded"
    message = "Something else was recorded for this person meanwhile. Look at the row again, then decide."


class NeedsClinician(Forbidden):
    code = "needs-clinician"
    message = "Only the clinician whose minutes these are can confirm them. Ask them to sign in and do it."


class CliniciansMinutes(Forbidden):
    code = "clinicians-minutes"
    message = "The clinician pressed or confirmed these minutes. Only they or a manager can change them, with a reason."


class HasMinutes(Conflict):
    code = "has-minutes"
    message = (
        "This clinician's time is recorded in this session, so they stay on it: its record and its claims name them."
    )


class NotToday(Conflict):
    code = "not-today"
    message = "The day of this session has not come yet. Attendance is recorded on the day itself."


class TooLateToPress(Conflict):
    code = "too-late-to-press"


class DayLocked(Conflict):
    code = "day-locked"
    message = (
        "This session is closed and its record is locked. "
        "Its clinician or a manager can still correct it, with a reason."
    )


_NOT_OPEN = {
    SessionStatus.DRAFT: "This session is still a draft. Publish it first.",
    SessionStatus.PAUSED: "This session is paused. Nothing can be recorded until it is resumed.",
    SessionStatus.CANCELLED: "This session was cancelled. Nothing can be recorded for it.",
}


def must_be_open(status: str, held_on: date, zone: str, *, now: datetime, may_correct_closed: bool = False) -> None:
    """Let the day be written to: its session is open and its date has come at its own place.

    Raises: NotToday, Conflict; DayLocked for a closed one unless this is a correction by somebody who may.
    """
    if status == SessionStatus.CLOSED:
        if not may_correct_closed:
            raise DayLocked
        return
    if status != SessionStatus.OPEN:
        raise DayLocked(_NOT_OPEN[SessionStatus(status)])
    if local_date(now, zone) < held_on:
        raise NotToday


def must_be_theirs(*, is_clinicians: bool, may_correct: bool) -> None:
    """Let a consult be changed or taken back: what its clinician pressed or confirmed only by those who answer for it.

    Raises: CliniciansMinutes.
    """
    if is_clinicians and not may_correct:
        raise CliniciansMinutes


def must_be_live(ends_at: datetime, zone: str, *, now: datetime) -> None:
    """Let a press stand for this moment. Raises: TooLateToPress when the session has been over for an hour."""
    if not is_live(ends_at, now=now):
        when = clock_text(ends_at, zone)
        raise TooLateToPress(
            f"The session ended at {when}, so a press can't tell when this happened. Enter the time instead."
        )


def is_live(ends_at: datetime, *, now: datetime) -> bool:
    """Tell whether a press can still stand for the moment it is made."""
    return now <= ends_at + LIVE_AFTER_END
