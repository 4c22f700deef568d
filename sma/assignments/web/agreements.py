"""One agreement: its page, its paper, what is recorded about it afterwards; and a person's agreements."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.assignments import actions, queries
from sma.assignments.law import load_law
from sma.assignments.queries import AgreementView
from sma.assignments.rules import COPY_WORDS, END_WORDS, METHOD_WORDS, WAY_WORDS, AssignmentMethod, EndReason
from sma.assignments.rules.strokes import HEIGHT, WIDTH
from sma.assignments.web.asking import (
    CONFIRMED,
    COPIED,
    HELD,
    RELEASED,
    REVOKED,
    VOIDED,
    CopyAnswers,
    DateEndingAnswers,
    EndingAnswers,
    HoldAnswers,
    ItemAnswers,
    Keeper,
    Reader,
    Recorder,
)
from sma.core import audit, clock
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import Invalid, NotFound
from sma.identity import CurrentUser, Permission
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
# Reasons that somebody gives; the others are the program's own.
_GIVEN = (EndReason.WITHDRAWN, EndReason.CHANGED, EndReason.MISTAKE)


@router.get("/people/{patient_id}/assignments")
def show_all(request: Request, patient_id: UUID, db: ReadDb, _user: Reader) -> Response:
    return render(
        request,
        "assignments/person.html",
        person=queries.agreements_of(db, patient_id),
        method_words=METHOD_WORDS,
        way_words=WAY_WORDS,
    )


@router.get("/assignments/{assignment_id}")
def show(request: Request, assignment_id: UUID, db: ReadDb, user: Reader) -> Response:
    return _page(request, queries.agreement_view(db, assignment_id), user)


@router.get("/assignments/{assignment_id}/page.pdf")
def download(request: Request, assignment_id: UUID, db: ReadDb, user: Reader) -> Response:
    """Hand out the page as it was signed; who took it is kept first."""
    content = queries.document(db, assignment_id)
    now = clock.now()
    audit.note(
        request.app.state.database,
        by_id=user.id,
        did="print-assignment",
        on_kind="benefit_assignment",
        on_id=assignment_id,
        now=now,
    )
    name = f"agreement-{assignment_id.hex[:8]}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("/assignments/{assignment_id}/revocation")
def revoke(request: Request, assignment_id: UUID, form: EndingAnswers, db: WriteDb, user: Recorder) -> Response:
    """End an agreement. The form may say which session's page to go back to."""
    if form.errors:
        raise NotFound
    actions.revoke_assignment(db, assignment_id, because=form.values.because, by=user, now=clock.now())
    back = form.values.session_id
    return go_to(request, f"/sessions/{back}/assignments" if back else f"/assignments/{assignment_id}", say=REVOKED)


@router.post("/assignments/{assignment_id}/void-date")
def void_date(request: Request, assignment_id: UUID, form: DateEndingAnswers, db: WriteDb, user: Recorder) -> Response:
    if form.errors:
        raise NotFound
    answers = form.values
    actions.void_occurrence(db, assignment_id, answers.day, because=answers.because, by=user, now=clock.now())
    return go_to(request, f"/assignments/{assignment_id}", say=VOIDED)


@router.post("/assignments/{assignment_id}/copies")
def copy(request: Request, assignment_id: UUID, form: CopyAnswers, db: WriteDb, user: Recorder) -> Response:
    if not form.errors:
        answers = form.values
        try:
            actions.record_copy(db, assignment_id, way=answers.way, given_on=answers.given_on, by=user, now=clock.now())
            return go_to(request, f"/assignments/{assignment_id}", say=COPIED)
        except Invalid as refusal:
            form = forms.with_errors(form, refusal.fields)
    return _page(request, queries.agreement_view(db, assignment_id), user, form, status_code=422)


@router.post("/assignments/{assignment_id}/hold")
def hold(request: Request, assignment_id: UUID, form: HoldAnswers, db: WriteDb, user: Keeper) -> Response:
    if form.errors:
        raise NotFound
    actions.hold_record(db, assignment_id, is_held=form.values.held, by=user, now=clock.now())
    return go_to(request, f"/assignments/{assignment_id}", say=HELD if form.values.held else RELEASED)


@router.post("/assignments/{assignment_id}/items")
def confirm(request: Request, assignment_id: UUID, form: ItemAnswers, db: WriteDb, user: Recorder) -> Response:
    """Keep the decision that an item falls under the description agreed to."""
    if form.errors:
        return _page(request, queries.agreement_view(db, assignment_id), user, form, status_code=422)
    actions.confirm_item(db, assignment_id, form.values.item, by=user, now=clock.now())
    return go_to(request, f"/assignments/{assignment_id}", say=CONFIRMED)


def _page(
    request: Request, view: AgreementView, user: CurrentUser, form: Form[Any] | None = None, *, status_code: int = 200
) -> Response:
    today: date = clock.local_date(clock.now(), view.session.timezone)
    law = load_law()
    return render(
        request,
        "assignments/show.html",
        status_code=status_code,
        agreement=view,
        assignment=view.assignment,
        form=form or forms.blank(given_on=today),
        zone=view.session.timezone,
        reasons=[(reason, END_WORDS[reason]) for reason in _GIVEN],
        end_words=END_WORDS,
        copy_words=COPY_WORDS,
        way_words=WAY_WORDS,
        pad=(WIDTH, HEIGHT),
        path=law.enduring_paths.get(view.assignment.enduring_path or ""),
        is_enduring=view.assignment.method == AssignmentMethod.ENDURING,
        is_verbal=view.assignment.method == AssignmentMethod.VERBAL,
        law=law,
        may_record=user.may(Permission.RUN_SESSION),
        may_hold=user.may(Permission.HOLD_RECORDS),
    )
