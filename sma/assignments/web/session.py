"""Assignments of benefit of one session: who has one, recording those made on paper or aloud, preparing one to sign."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.assignments import actions, queries
from sma.assignments.actions import Plan, usual_descriptions
from sma.assignments.law import load_law
from sma.assignments.queries import AssignmentRow, AssignmentsView, Desk
from sma.assignments.rules import METHOD_WORDS, AssignmentMethod, NotAssignable
from sma.assignments.web.asking import (
    ASSIGNED,
    PREPARED_ALOUD,
    AssignmentAnswers,
    NewAssignments,
    Preparation,
    PreparationAnswers,
    Recorder,
    item_numbers,
)
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import Invalid, NotFound
from sma.scheduling import GroupSession
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/sessions/{session_id}/assignments")
def show(request: Request, session_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    view = queries.assignments(db, session_id)
    today = clock.local_date(clock.now(), view.view.session.timezone)
    return _page(request, view, forms.blank(assigned_on=min(today, view.view.session.held_on)))


@router.post("/sessions/{session_id}/assignments")
def record(request: Request, session_id: UUID, form: AssignmentAnswers, db: WriteDb, user: Recorder) -> Response:
    """Record for everybody ticked: one agreement each, all or none."""
    view = queries.assignments(db, session_id)
    if form.errors:
        return _page(request, view, form, status_code=422)
    answers, now = form.values, clock.now()
    chosen = [row for row in view.rows if row.key in set(answers.people)]
    if gap := _batch_gap(answers, chosen):
        return _page(request, view, forms.with_errors(form, gap), status_code=422)
    plans = [_plan(view.view.session, row, answers) for row in chosen]
    try:
        # A savepoint: a refusal at the last person takes back those before, and the form is drawn again.
        with db.begin_nested():
            actions.assign_benefits(db, plans, why=answers.why, by=user, now=now)
    except NotAssignable as refusal:
        return _page(request, view, forms.with_errors(form, refusal.fields or {"": refusal.message}), status_code=422)
    return go_to(request, f"/sessions/{session_id}/assignments", say=ASSIGNED.of(len(chosen)))


@router.get("/sessions/{session_id}/people/{patient_id}/assignment")
def ask(
    request: Request, session_id: UUID, patient_id: UUID, db: ReadDb, _user: Recorder, clinician: UUID | None = None
) -> Response:
    desk = _desk(db, session_id, patient_id, clinician)
    session = desk.view.session
    is_over = session.ends_at <= clock.now()
    start = forms.blank(
        practitioner_id=desk.clinician.practitioner_id if desk.clinician else None,
        method=AssignmentMethod.AFTER if is_over else AssignmentMethod.BEFORE,
        descriptions=usual_descriptions(session.item_families),
        assignor="patient",
    )
    return _form(request, desk, start)


@router.post("/sessions/{session_id}/people/{patient_id}/assignment")
def prepare(
    request: Request, session_id: UUID, patient_id: UUID, form: PreparationAnswers, db: WriteDb, user: Recorder
) -> Response:
    """Write the agreement down; the next page is handed over, or read out."""
    chosen = form.checked.practitioner_id if form.checked else None
    desk = _desk(db, session_id, patient_id, chosen)
    if form.errors:
        return _form(request, desk, form, status_code=422)
    answers, now = form.values, clock.now()
    if done := idempotency.already_done(db, answers.idempotency_key, user_id=user.id):
        return go_to(request, done)
    today = clock.local_date(now, desk.view.session.timezone)
    plan = Plan(
        session_id=session_id,
        patient_id=patient_id,
        practitioner_id=answers.practitioner_id,
        method=answers.method,
        assigned_on=today,
        descriptions=_known(answers.descriptions),
        items=item_numbers(answers.items),
        also=tuple(answers.sessions),
        by_patient=answers.assignor == "patient",
        assignor_name=answers.assignor_name,
        relationship=answers.relationship,
        is_not_staff=answers.is_not_staff,
        enduring_path=answers.enduring_path if answers.method is AssignmentMethod.ENDURING else "",
        has_declaration=answers.has_declaration,
    )
    try:
        assignment = actions.prepare(db, plan, by=user, now=now)
    except Invalid as refusal:
        return _form(request, desk, forms.with_errors(form, refusal.fields), status_code=422)
    page = f"/assignments/{assignment.id}/signing"
    idempotency.remember(db, answers.idempotency_key, user_id=user.id, led_to=page, now=now)
    return go_to(request, page, say=PREPARED_ALOUD if answers.method is AssignmentMethod.VERBAL else None)


def _desk(db: ReadDb, session_id: UUID, patient_id: UUID, clinician: UUID | None) -> Desk:
    session = db.get(GroupSession, session_id)
    if session is None:
        raise NotFound
    today = clock.local_date(clock.now(), session.timezone)
    return queries.desk(db, session_id, patient_id, clinician, today=today)


def _known(codes: list[str]) -> tuple[str, ...]:
    return tuple(code for code in load_law().descriptions if code in codes)


def _batch_gap(answers: NewAssignments, chosen: list[AssignmentRow]) -> dict[str, str]:
    """What is wrong with the answers for everybody, before anything is written."""
    if not chosen:
        return {"people": "Choose people of this session."}
    if answers.method is AssignmentMethod.VERBAL and not answers.why:
        return {"why": "Say why there is no signature: it is kept with each agreement."}
    return {}


def _plan(session: GroupSession, row: AssignmentRow, answers: NewAssignments) -> Plan:
    return Plan(
        session_id=session.id,
        patient_id=row.patient_id,
        practitioner_id=row.practitioner_id,
        method=answers.method,
        assigned_on=answers.assigned_on,
        descriptions=usual_descriptions(session.item_families),
        items=item_numbers(answers.items),
        enduring_path=answers.enduring_path if answers.method is AssignmentMethod.ENDURING else "",
    )


def _page(request: Request, view: AssignmentsView, form: Form[NewAssignments], *, status_code: int = 200) -> Response:
    law, session = load_law(), view.view.session
    codes = usual_descriptions(session.item_families)
    return render(
        request,
        "assignments/session.html",
        status_code=status_code,
        assignments=view,
        form=form,
        methods=_methods(session.held_on),
        method_words=METHOD_WORDS,
        descriptions=[law.descriptions[code].words for code in codes],
        paths=[(path.code, path.words) for path in law.enduring_paths.values()],
        law=law,
    )


def _form(request: Request, desk: Desk, form: Form[Preparation], *, status_code: int = 200) -> Response:
    law = load_law()
    professions = {desk.clinician.profession} if desk.clinician else {each.profession for each in desk.clinicians}
    methods = [
        each
        for each in _methods(desk.view.session.held_on)
        if each[0] is not AssignmentMethod.ENDURING or professions & law.enduring_professions
    ]
    return render(
        request,
        "assignments/prepare.html",
        status_code=status_code,
        desk=desk,
        form=form,
        methods=methods,
        descriptions=[(each.code, each.words) for each in law.descriptions.values()],
        usual=set(usual_descriptions(desk.view.session.item_families)),
        paths=[(path.code, path.words, path.duty) for path in law.enduring_paths.values()],
        law=law,
    )


def _methods(day: date) -> list[tuple[AssignmentMethod, str]]:
    until = load_law().verbal_until
    return [
        (method, words)
        for method, words in METHOD_WORDS.items()
        if method is not AssignmentMethod.VERBAL or day <= until
    ]
