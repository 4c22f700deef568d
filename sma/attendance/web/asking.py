"""What the forms of the day ask, who may send them, and how typed times are read."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, Field

from calendars import WallTimeProblem, wall_time
from sma.attendance.rules import NotRecordable
from sma.core.clock import local
from sma.identity import CurrentUser, Permission, require
from sma.scheduling import GroupSession
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press

Runner = Annotated[CurrentUser, require(Permission.RUN_SESSION)]
Confirmer = Annotated[CurrentUser, require(Permission.CONFIRM_MINUTES)]
Desk = Annotated[CurrentUser, require(Permission.BOOK)]
Printer = Annotated[CurrentUser, require(Permission.PRINT_SHEETS)]
Examiner = Annotated[CurrentUser, require(Permission.SEE_EVIDENCE)]

CLASHED = notice("mark-clashed", "Somebody else had marked this person meanwhile. Your press holds; both are kept.")
CORRECTED = notice("day-corrected", "Corrected. What it replaced is kept.")
ENTERED = notice("day-entered", "Entered, with your reason.")
BEFORE_ARRIVAL = notice(
    "day-before-arrival", "Kept, but it begins before the person arrived. Look at both times; one of them is wrong."
)
TO_CONFIRM = notice("day-to-confirm", "Kept. It counts once the clinician has confirmed it.")
CONFIRMED = notice("day-confirmed", "Confirmed in your name. It counts from now on.")
TAKEN_BACK = notice("day-taken-back", "Taken back. It is kept on record with your reason.")
WALKED_IN = notice("walk-in-added", "Added, and recorded as here.")
WALK_IN_WAITS = notice("walk-in-waits", "Added to the waiting list.")
CLOSED = notice("session-closed", "Session closed. Its record is locked, and the billing proposals are being made.")


class MarkForm(Press):
    presence: str = Field(pattern="^(arrived|late|absent|left|undo|not-recorded)$")
    version: int | None = Field(default=None, ge=0)
    at: time | None = None
    reason: str = Field(default="", max_length=200)
    typed: bool = False


class ClosingForm(Press):
    # Marks, never mere kinds: a yes holds for the people the page showed it with.
    sure: list[Annotated[str, Field(pattern=r"^[a-z-]{1,20}\.[0-9a-f]{12}$")]] = Field(default_factory=list)


class ClinicianForm(Press):
    practitioner_id: UUID


class StopForm(Press):
    interrupted: bool = False


class NoteForm(Press):
    done: bool = False


class ConsultForm(Press):
    practitioner_id: UUID | None = None
    starts: time
    ends: time
    interrupted: bool = False
    reason: str = Field(min_length=3, max_length=200)


class WithdrawalForm(Press):
    why: str = Field(min_length=3, max_length=200)


class StayForm(Press):
    practitioner_id: UUID | None = None
    starts: time
    ends: time | None = None
    reason: str = Field(min_length=3, max_length=200)


class SearchForm(BaseModel):
    text: str = Field(default="", max_length=120)


class WalkInForm(Press):
    patient_id: UUID | None = None
    preferred_name: str = Field(default="", max_length=80)
    family_name: str | None = Field(default=None, max_length=80)
    born_on: date | None = None
    is_dob_estimated: bool = False
    phone: str | None = Field(default=None, max_length=40)
    agreed_aloud: bool = False
    asked_comfort: bool = False
    reason_suit: str = Field(default="", max_length=300)
    reason_agreement: str = Field(default="", max_length=300)
    reason_waiting: str = Field(default="", max_length=300)
    reason_minutes: str = Field(default="", max_length=300)
    waiting: bool = False
    ask_lead: bool = False

    def passed(self) -> dict[str, str]:
        codes = ("suit", "agreement", "waiting", "minutes")
        return {code: reason for code in codes if (reason := getattr(self, f"reason_{code}"))}


MarkAnswers = Annotated[Form[MarkForm], Depends(forms.of(MarkForm))]
ClosingAnswers = Annotated[Form[ClosingForm], Depends(forms.of(ClosingForm))]
ClinicianAnswers = Annotated[Form[ClinicianForm], Depends(forms.of(ClinicianForm))]
StopAnswers = Annotated[Form[StopForm], Depends(forms.of(StopForm))]
NoteAnswers = Annotated[Form[NoteForm], Depends(forms.of(NoteForm))]
ConsultAnswers = Annotated[Form[ConsultForm], Depends(forms.of(ConsultForm))]
WithdrawalAnswers = Annotated[Form[WithdrawalForm], Depends(forms.of(WithdrawalForm))]
StayAnswers = Annotated[Form[StayForm], Depends(forms.of(StayForm))]
SearchAnswers = Annotated[Form[SearchForm], Depends(forms.of(SearchForm))]
WalkInAnswers = Annotated[Form[WalkInForm], Depends(forms.of(WalkInForm))]


def instant(session: GroupSession, typed: time, field: str) -> datetime:
    """Read a typed time as the clock at the place showed it on the session's day.

    Raises: NotRecordable beside `field` when no such time, or two of them, existed.
    """
    on = session.held_on
    crosses = local(session.ends_at, session.timezone).date() > on
    # A session past midnight: the small hours belong to the second day.
    if crosses and typed.hour < 12:
        on += timedelta(days=1)
    try:
        return wall_time(datetime.combine(on, typed.replace(tzinfo=None)), session.timezone)
    except WallTimeProblem as problem:
        raise NotRecordable(fields={field: problem.message}) from None


def typed(value: datetime | None, session: GroupSession) -> str | None:
    """Write an instant as it stands in a time field, seconds kept."""
    return local(value, session.timezone).strftime("%H:%M:%S").removesuffix(":00") if value else None


def row_of(session_id: UUID, appointment_id: UUID, *, undo: bool = False) -> str:
    """Where a press leads back to: the person's row."""
    query = f"?undo={appointment_id}" if undo else ""
    return f"/sessions/{session_id}/day{query}#row-{appointment_id}"


def refused(form: Form[Any], refusal: NotRecordable) -> Form[Any]:
    """Show a refusal beside the answers it is about."""
    return forms.with_errors(form, refusal.fields or {forms.FORM: refusal.message})
