"""What the forms about places ask, and who may send them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends
from pydantic import AfterValidator, BaseModel, Field

from sma.appointments.rules import BUSY_BY_NOW, CHOOSABLE, CancelReason, Finding, NoWayBack, Verdict
from sma.identity import CurrentUser, Permission, require
from sma.scheduling import GroupSession
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.templating import day, time12

Booker = Annotated[CurrentUser, require(Permission.BOOK)]
Planner = Annotated[CurrentUser, require(Permission.PLAN_SESSIONS)]
Viewer = Annotated[CurrentUser, require(Permission.SEE_SCHEDULE)]

BOOKED = notice("appointment-booked", "Place booked. The message is on its way.")
WAITING = notice("appointment-waiting", "Added to the waiting list. The message is on its way.")
WAITS_ALREADY = notice("appointment-waits-already", "They are on the waiting list already, with the turn they had.")
LEAD_ASKED = notice("appointment-lead-asked", "On the waiting list. The cultural lead has the question.")
LEAD_ANSWERED = notice("appointment-lead-answered", "The cultural lead has answered already. Their words are below.")
CANCELLED = notice("appointment-cancelled", "Taken off. The place is free again.")
MOVED = notice("appointment-moved", "Moved. One message with the new time is on its way.")
RESTORED = notice("appointment-restored", "Put back. The message is on its way.")
WAITS_AGAIN = notice("appointment-waits-again", "On the waiting list. The message is on its way.")
PLACE_GIVEN = notice("appointment-place-given", "Place given. The message is on its way.")
SEAT_GONE = notice("appointment-seat-gone", NoWayBack.message)
BUSY_THEN = notice("appointment-busy-then", BUSY_BY_NOW)
UNDONE = notice("appointment-undone", "Undone. The message that says so is on its way.")
SESSION_CANCELLED = notice("session-cancelled-for-all", "Session cancelled. People being told: {n}.")

ASKED = "Asked today, and comfortable with this session"


class Reasons(Press):
    """A reason for each check that may be passed."""

    reason_suit: str = Field(default="", max_length=300)
    reason_agreement: str = Field(default="", max_length=300)
    reason_waiting: str = Field(default="", max_length=300)
    reason_minutes: str = Field(default="", max_length=300)

    def passed(self) -> dict[str, str]:
        named = [name for name in Reasons.model_fields if name.startswith("reason_")]
        return {name.removeprefix("reason_"): getattr(self, name) for name in named}


class BookingForm(Reasons):
    patient_id: UUID
    waiting: bool = False
    ask_lead: bool = False

    @property
    def will_wait(self) -> bool:
        """Whoever is put before the cultural lead waits meanwhile."""
        return self.waiting or self.ask_lead


class SearchForm(BaseModel):
    text: str = Field(default="", max_length=120)


class MoveForm(Reasons):
    session_id: UUID


def _offered(reason: CancelReason) -> CancelReason:
    if reason not in CHOOSABLE:
        raise ValueError("Choose one of the reasons on this page.")
    return reason


class ReturnForm(Press):
    waiting: bool = False


class ReversalForm(Press):
    version: int = Field(ge=0)


class CancellationForm(Press):
    reason: Annotated[CancelReason, AfterValidator(_offered)]


BookingAnswers = Annotated[Form[BookingForm], Depends(forms.of(BookingForm))]
SearchAnswers = Annotated[Form[SearchForm], Depends(forms.of(SearchForm))]
MoveAnswers = Annotated[Form[MoveForm], Depends(forms.of(MoveForm))]
PlaceAnswers = Annotated[Form[Reasons], Depends(forms.of(Reasons))]
ReturnAnswers = Annotated[Form[ReturnForm], Depends(forms.of(ReturnForm))]
ReversalAnswers = Annotated[Form[ReversalForm], Depends(forms.of(ReversalForm))]
CancellationAnswers = Annotated[Form[CancellationForm], Depends(forms.of(CancellationForm))]


def when(session: GroupSession) -> str:
    """Name a session by its time, as buttons do: "Tue 24 Nov 10:00 am"."""
    starts = session.starts_at.astimezone(ZoneInfo(session.timezone))
    return f"{day(starts, year=False)} {time12(starts)}"


def undo_at(session_id: UUID, appointment_id: UUID) -> str:
    """Where an act leads: the session's page, which offers to undo it there for a short while."""
    return f"/sessions/{session_id}?undo={appointment_id}"


def reasons_missing(findings: Sequence[Finding]) -> dict[str, str]:
    """Say beside each reason's field that it is needed."""
    return {
        f"reason_{found.code}": "Say why, in a few words. The reason is kept with the booking." for found in findings
    }


def reason_labels(to_explain: Sequence[Finding]) -> dict[str, str]:
    """Name the field of each reason, as it stands on the page and in the summary of errors above it."""
    ask = {found.code for found in to_explain if found.code == "suit" and found.verdict is Verdict.WARN}
    return {
        f"reason_{found.code}": "I have asked, and they are comfortable with this session"
        if found.code in ask
        else "Why go ahead?"
        for found in to_explain
    }


def may_pass(user: CurrentUser) -> bool:
    return user.may(Permission.PASS_WARNING)


def choosable(*, has_begun: bool) -> list[tuple[str, CancelReason]]:
    """Return the reasons on the cancellation form; turning away late needs a session that has begun."""
    return [(reason.value, reason) for reason in CHOOSABLE if has_begun or reason is not CancelReason.TURNED_AWAY_LATE]


def is_past(session: GroupSession, now: datetime) -> bool:
    return now >= session.starts_at
