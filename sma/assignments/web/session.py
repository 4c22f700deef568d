"""Assignments of benefit of one session: who has one, and recording those that are missing."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.assignments import actions, queries
from sma.assignments.law import load_law
from sma.assignments.queries import AssignmentsView
from sma.assignments.rules import METHOD_WORDS, AssignmentMethod, NotAssignable, gap_in
from sma.assignments.web.asking import (
    ASSIGNED,
    REVOKED,
    AssignmentAnswers,
    NewAssignments,
    Recorder,
    RevocationAnswers,
)
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import NotFound
from sma.people import lock_patients
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/sessions/{session_id}/assignments")
def show(request: Request, session_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    view = queries.assignments(db, session_id)
    today = clock.local_date(clock.now(), view.view.session.timezone)
    return _page(request, view, forms.blank(assigned_on=min(today, view.view.session.held_on), assignor="patient"))


@router.post("/sessions/{session_id}/assignments")
def record(request: Request, session_id: UUID, form: AssignmentAnswers, db: WriteDb, user: Recorder) -> Response:
    """Record for everybody ticked: one assignment each, all or none."""
    if form.errors:
        return _page(request, queries.assignments(db, session_id), form, status_code=422)
    answers: NewAssignments = form.values
    now = clock.now()
    view = queries.assignments(db, session_id)
    chosen = [row for row in view.rows if row.key in set(answers.people)]
    if gap := _first_gap(view, answers, now):
        return _page(request, view, forms.with_errors(form, gap.fields), status_code=422)
    lock_patients(db, [row.patient_id for row in chosen])
    for row in chosen:
        actions.assign_benefit(
            db,
            session_id,
            row.patient_id,
            row.practitioner_id,
            method=answers.method,
            assigned_on=answers.assigned_on,
            by_patient=answers.assignor == "patient",
            by=user,
            now=now,
        )
    return go_to(request, f"/sessions/{session_id}/assignments", say=ASSIGNED.of(len(chosen)))


@router.post("/assignments/{assignment_id}/revocation")
def revoke(request: Request, assignment_id: UUID, form: RevocationAnswers, db: WriteDb, user: Recorder) -> Response:
    """Take an assignment back. The form says only which session's page to go back to."""
    if form.errors:
        raise NotFound
    actions.revoke_assignment(db, assignment_id, by=user, now=clock.now())
    return go_to(request, f"/sessions/{form.values.session_id}/assignments", say=REVOKED)


def _first_gap(view: AssignmentsView, answers: NewAssignments, now: datetime) -> NotAssignable | None:
    """What is wrong with the answers for any clinician ticked, before anything is written."""
    session = view.view.session
    today = clock.local_date(now, session.timezone)
    ticked = {row.practitioner_id for row in view.rows if row.key in set(answers.people)}
    if not ticked:
        return NotAssignable(fields={"people": "Choose people of this session."})
    for clinician in view.clinicians:
        if clinician.practitioner_id in ticked:
            gap = gap_in(answers.method, answers.assigned_on, session.held_on, clinician.profession, today=today)
            if gap:
                field, sentence = gap
                return NotAssignable(sentence, fields={field: sentence})
    return None


def _page(request: Request, view: AssignmentsView, form: Form[NewAssignments], *, status_code: int = 200) -> Response:
    return render(
        request,
        "assignments/session.html",
        status_code=status_code,
        assignments=view,
        form=form,
        methods=_methods(view.view.session.held_on),
        method_words=METHOD_WORDS,
    )


def _methods(day: date) -> list[tuple[AssignmentMethod, str]]:
    until = load_law().verbal_until
    return [
        (method, words)
        for method, words in METHOD_WORDS.items()
        if method is not AssignmentMethod.VERBAL or day <= until
    ]
