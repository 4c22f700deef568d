"""Who may open what, what the forms ask, and what is said afterwards."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import Field

from sma.assignments.rules import AssignmentMethod, CopyWay, EndReason
from sma.assignments.rules.strokes import LONGEST
from sma.identity import CurrentUser, Permission, require
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press

Recorder = Annotated[CurrentUser, require(Permission.RUN_SESSION)]
Reader = Annotated[CurrentUser, require(Permission.SEE_ASSIGNMENTS)]
Keeper = Annotated[CurrentUser, require(Permission.HOLD_RECORDS)]

ASSIGNED = notice("benefit-assigned", "Recorded for {n}.")
REVOKED = notice("assignment-revoked", "The assignment is taken back. The record of it stays.")
PREPARED_ALOUD = notice("assignment-to-speak", "Written down. Read it out, then record what you heard.")
HEARD = notice("assignment-heard", "Recorded as agreed aloud. Send the person their copy electronically.")
VOIDED = notice("assignment-date-void", "That date is void. The other dates stand.")
COPIED = notice("assignment-copied", "The copy is on record.")
HELD = notice("assignment-held", "Kept until the hold is lifted.")
RELEASED = notice("assignment-released", "The hold is lifted.")
CONFIRMED = notice("assignment-item-confirmed", "Your decision is on record.")


class NewAssignments(Press):
    people: list[str] = Field(min_length=1, max_length=100)
    method: AssignmentMethod
    assigned_on: date
    items: str = Field(default="", max_length=120)
    why: str = Field(default="", max_length=200)
    enduring_path: str = Field(default="", max_length=20)


class Preparation(Press):
    practitioner_id: UUID
    method: AssignmentMethod
    descriptions: list[str] = Field(default_factory=list, max_length=20)
    items: str = Field(default="", max_length=120)
    sessions: list[UUID] = Field(default_factory=list, max_length=60)
    assignor: str = Field(default="patient", pattern="^(patient|other)$")
    assignor_name: str = Field(default="", max_length=120)
    relationship: str = Field(default="", max_length=60)
    is_not_staff: bool = False
    enduring_path: str = Field(default="", max_length=20)
    has_declaration: bool = False


class SignatureForm(Press):
    drawing: str = Field(default="", max_length=LONGEST)
    name: str = Field(default="", max_length=120)
    assigns: bool = False


class Heard(Press):
    heard: bool = False
    why: str = Field(default="", max_length=200)


class Ending(Press):
    because: EndReason = EndReason.WITHDRAWN
    session_id: UUID | None = None


class DateEnding(Press):
    day: date
    because: EndReason = EndReason.CHANGED


class CopyForm(Press):
    way: CopyWay
    given_on: date


class Hold(Press):
    held: bool = False


class ItemDecision(Press):
    item: str = Field(max_length=6, pattern="^[0-9]{1,6}$")


AssignmentAnswers = Annotated[Form[NewAssignments], Depends(forms.of(NewAssignments))]
PreparationAnswers = Annotated[Form[Preparation], Depends(forms.of(Preparation))]
SignatureAnswers = Annotated[Form[SignatureForm], Depends(forms.of(SignatureForm))]
HeardAnswers = Annotated[Form[Heard], Depends(forms.of(Heard))]
EndingAnswers = Annotated[Form[Ending], Depends(forms.of(Ending))]
DateEndingAnswers = Annotated[Form[DateEnding], Depends(forms.of(DateEnding))]
CopyAnswers = Annotated[Form[CopyForm], Depends(forms.of(CopyForm))]
HoldAnswers = Annotated[Form[Hold], Depends(forms.of(Hold))]
ItemAnswers = Annotated[Form[ItemDecision], Depends(forms.of(ItemDecision))]


def item_numbers(text: str) -> tuple[str, ...]:
    """Read item numbers as people type them: by commas, blanks or "and"; each once, in order."""
    return tuple(dict.fromkeys(part for part in re.split(r"[\s,;+&]+|\band\b", text) if part))
