"""Who may open what, what the forms ask, and what is said afterwards."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field

from sma.core import clock
from sma.core.settings import Settings
from sma.identity import CurrentUser, Permission, require
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to

Reader = Annotated[CurrentUser, require(Permission.SEE_CLAIMS)]
Approver = Annotated[CurrentUser, require(Permission.APPROVE_CLAIMS)]
Exporter = Annotated[CurrentUser, require(Permission.EXPORT_CLAIMS)]

APPROVED = notice("claim-approved", "Approved. Here is the next line.")
APPROVED_LAST = notice("claim-approved-last", "Approved. No more lines of this session wait for you.")
APPROVED_MANY = notice("claims-approved", "Approved: {n}. They are under Ready until they are frozen.")
APPROVED_SOME = notice(
    "claims-approved-some", "Approved: {n}. The others have changed since you ticked them and were left: look again."
)
APPROVED_NONE = notice(
    "claims-approved-none", "Nothing was approved: these lines have changed since you ticked them. Look again."
)
NOT_BILLED = notice("claim-not-billed", "Kept as not billed, with your reason.")
VOIDED = notice("claim-voided", "The exported line will be taken back in the next batch. Decide about its replacement.")
VOIDED_ONLY = notice("claim-voided-only", "The exported line will be taken back in the next batch.")
REASSESSED = notice("claims-reassessed", "Assessed again: {n} lines are new or changed.")
REASSESSED_ANEW = notice(
    "claims-lost-approval", "Assessed again. Approved lines that changed wait for their clinician once more: {n}."
)
UNCHANGED = notice("claims-unchanged", "Assessed again: nothing changed.")
BATCHED = notice("batches-made", "Frozen: {n} new. Ask for its file on this page.")
HELD_BACK = notice("batch-held-back", "No batch was made: each line lacks something. They are here, with why.")
ASKED = notice("export-asked", "The file is being made.")

# How long a page looks again by itself: one that asked on for ever would keep somebody signed in who has left.
LOOKS_FOR = timedelta(minutes=10)


class Approval(Press):
    item_number: str = Field(max_length=6)
    confirmed: list[str] = Field(default_factory=list)


class NotBilled(Press):
    reason: str = Field(min_length=3, max_length=200)


class Approvals(Press):
    """The lines ticked, and the address of the list they were ticked on."""

    lines: list[UUID] = Field(min_length=1, max_length=100)
    with_incentive: bool = False
    back: str = Field(default="/claims", max_length=300)


class Reassessments(Press):
    sessions: list[UUID] = Field(min_length=1, max_length=100)
    back: str = Field(default="/claims", max_length=300)


class ExportRequest(Press):
    format: str = Field(max_length=10)


ApprovalAnswers = Annotated[Form[Approval], Depends(forms.of(Approval))]
NotBilledAnswers = Annotated[Form[NotBilled], Depends(forms.of(NotBilled))]
ApprovalsAnswers = Annotated[Form[Approvals], Depends(forms.of(Approvals))]
ReassessmentsAnswers = Annotated[Form[Reassessments], Depends(forms.of(Reassessments))]
ExportAnswers = Annotated[Form[ExportRequest], Depends(forms.of(ExportRequest))]


def asks_totp(request: Request) -> bool:
    """Whether this clinic wants a second factor before billing files are made or taken."""
    settings: Settings = request.app.state.settings
    return settings.require_totp_for_export


def prove_again(request: Request, user: CurrentUser, back: str) -> Response | None:
    """Send somebody to prove that it is them, when they have not done so within ten minutes."""
    return None if user.has_stepped_up(clock.now()) else go_to(request, f"/step-up?next={back}")
