"""Reports to referrers: what is owed, writing the letter, signing it off, and its paper."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sma.claims.actions import referrer_reports as actions
from sma.claims.papers import letter_pdf
from sma.claims.queries.referrer_reports import letter_of, opened_letter, report_rows, report_view
from sma.claims.referring import MOMENT_WORDS, STATE_WORDS, NotYourReport, ReportClosed
from sma.claims.web.asking import Approver, Reader
from sma.core import audit, clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import DomainError, StaleVersion
from sma.identity import CurrentUser, Permission
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
PAGE = 50
OWED = notice("report-owed", "The report is on your list. Write it here.")
KEPT = notice("report-kept", "Kept. Sign it off when it is complete.")
SIGNED = notice("report-signed", "Signed off. Print it and send it to the referrer.")
POSTPONED = notice("report-postponed", "Kept for later: it is due again after the next service.")
ELSEWHERE = notice("report-elsewhere", "Kept as written elsewhere.")


class LetterForm(Press):
    referrer: str = Field(max_length=120)
    referrer_address: str = Field(default="", max_length=200)
    assessment: str = Field(default="", max_length=4000)
    treatment: str = Field(default="", max_length=4000)
    management: str = Field(default="", max_length=4000)
    version: int = Field(ge=1)
    then: str = Field(default="keep", pattern="^(keep|sign)$")


LetterAnswers = Annotated[Form[LetterForm], Depends(forms.of(LetterForm))]


@router.get("/referrer-reports")
def index(request: Request, db: ReadDb, user: Reader, show: str = "", page: int = 1) -> Response:
    number = min(max(page, 1), 10_000)
    own = None if user.may(Permission.SEE_EVERY_SESSION) else user.id
    rows = report_rows(db, is_open=show != "done", page=number, size=PAGE, clinician_user_id=own)
    return render(
        request,
        "claims/reports.html",
        rows=rows[:PAGE],
        has_more=len(rows) > PAGE,
        page=number,
        show_done=show == "done",
        may_write=user.may(Permission.APPROVE_CLAIMS),
        moment_words=MOMENT_WORDS,
        state_words=STATE_WORDS,
    )


@router.post("/claims/{claim_id}/referrer-report")
def owe(request: Request, claim_id: UUID, _form: Pressed, db: WriteDb, user: Approver) -> Response:
    report = actions.owe_report(db, claim_id, by=user, now=clock.now())
    return go_to(request, f"/referrer-reports/{report.id}", say=OWED)


@router.get("/referrer-reports/{letter_id}")
def show_report(request: Request, letter_id: UUID, db: ReadDb, user: Approver) -> Response:
    return _page(request, db, letter_id, user)


@router.post("/referrer-reports/{letter_id}")
def write(request: Request, letter_id: UUID, form: LetterAnswers, db: WriteDb, user: Approver) -> Response:
    """Keep what is written, and sign it off where that was pressed."""
    if form.errors:
        return _page(request, db, letter_id, user, form=form, status_code=422)
    answers: LetterForm = form.values
    now = clock.now()
    words = answers.model_dump(exclude={"idempotency_key", "then"})
    if answers.then == "sign":
        parts = ("assessment", "treatment", "management")
        if missing := {name: "Write this before signing off." for name in parts if not words[name]}:
            return _page(request, db, letter_id, user, form=forms.with_errors(form, missing), status_code=422)
    try:
        actions.write_letter(db, letter_id, **words, by=user, now=now)
        if answers.then == "sign":
            actions.sign_off(db, letter_id, by=user, now=now)
    except (StaleVersion, ReportClosed) as refusal:
        return _page(request, db, letter_id, user, form=form, refusal=refusal, status_code=409)
    return go_to(request, f"/referrer-reports/{letter_id}", say=SIGNED if answers.then == "sign" else KEPT)


@router.post("/referrer-reports/{letter_id}/postponement")
def postpone(request: Request, letter_id: UUID, _form: Pressed, db: WriteDb, user: Approver) -> Response:
    actions.expect_more(db, letter_id, by=user, now=clock.now())
    return go_to(request, "/referrer-reports", say=POSTPONED)


@router.post("/referrer-reports/{letter_id}/elsewhere")
def elsewhere(request: Request, letter_id: UUID, _form: Pressed, db: WriteDb, user: Approver) -> Response:
    actions.mark_written_elsewhere(db, letter_id, by=user, now=clock.now())
    return go_to(request, "/referrer-reports", say=ELSEWHERE)


@router.get("/referrer-reports/{letter_id}/file")
def download(request: Request, letter_id: UUID, db: ReadDb, user: Approver) -> Response:
    """Hand out a letter that is signed off; who took it is kept first."""
    view = report_view(db, letter_id)
    _own(view.practitioner.user_id, user)
    content = letter_pdf(opened_letter(view.report))
    audit.note(
        request.app.state.database,
        by_id=user.id,
        did="download-report",
        on_kind="referrer_report",
        on_id=letter_id,
        now=clock.now(),
    )
    headers = {
        "Content-Disposition": f'inline; filename="report-{letter_id.hex[:8]}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _own(clinician_user_id: UUID | None, user: CurrentUser) -> None:
    # What is written is clinical: only who wrote it reads it here.
    if clinician_user_id != user.id:
        raise NotYourReport


def _page(
    request: Request,
    db: ReadSession,
    letter_id: UUID,
    user: CurrentUser,
    *,
    form: Form[Any] | None = None,
    refusal: DomainError | None = None,
    status_code: int = 200,
) -> Response:
    view = report_view(db, letter_id)
    _own(view.practitioner.user_id, user)
    report = view.report
    signed = opened_letter(report) if report.letter else None
    written = forms.blank(
        referrer=view.referrer,
        referrer_address=view.referrer_address,
        assessment=report.assessment,
        treatment=report.treatment,
        management=report.management,
    )
    return render(
        request,
        "claims/report.html",
        status_code=status_code,
        view=view,
        letter=signed or letter_of(view, clock.local_date(clock.now(), view.timezone)),
        is_signed=signed is not None,
        form=form or written,
        refusal=refusal.message if refusal else None,
        moment_words=MOMENT_WORDS,
        state_words=STATE_WORDS,
    )
