"""Who may open what, what the forms ask, and what is said afterwards."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import Field

from sma.assignments.rules import AssignmentMethod
from sma.identity import CurrentUser, Permission, require
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press

Recorder = Annotated[CurrentUser, require(Permission.RUN_SESSION)]

ASSIGNED = notice("benefit-assigned", "Recorded for {n}.")
REVOKED = notice("assignment-revoked", "The assignment is taken back. The record of it stays.")


class NewAssignments(Press):
    people: list[str] = Field(min_length=1, max_length=100)
    method: AssignmentMethod
    assigned_on: date
    assignor: str = Field(default="patient", pattern="^(patient|other)$")


class Revocation(Press):
    session_id: UUID


AssignmentAnswers = Annotated[Form[NewAssignments], Depends(forms.of(NewAssignments))]
RevocationAnswers = Annotated[Form[Revocation], Depends(forms.of(Revocation))]
