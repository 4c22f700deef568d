"""Pages of programs: the list, one program, its form, the approval of its audience."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Invalid, StaleVersion
from sma.core.idempotency import already_done, remember
from sma.identity import CurrentUser, Permission, require
from sma.people.languages import LANGUAGE_WORDS
from sma.people.rules import Audience, today_at
from sma.scheduling import actions, queries
from sma.scheduling.models import Program
from sma.scheduling.rules import (
    AUDIENCE_WORDS,
    BASIS_WORDS,
    NotApprovable,
    NotPlannable,
    approval_gap,
    billing_families,
    least_minutes,
    minutes_each,
    reason_gap,
)
from sma.scheduling.web.answers import (
    LABELS,
    ApprovalAnswers,
    ProgramAnswers,
    as_typed,
    compare,
    shares,
    start_of_approval,
    start_of_program,
)
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Reader = Annotated[CurrentUser, require(Permission.SEE_SETTINGS)]
Planner = Annotated[CurrentUser, require(Permission.PLAN_SESSIONS)]
Approver = Annotated[CurrentUser, require(Permission.APPROVE_AUDIENCE)]

MADE = notice("program-made", "The program is saved. You can plan a session with it now.")
CHANGED = notice("program-changed", "The program is changed. Sessions already planned keep their own setting.")
APPROVED = notice("program-approved", "The audience is approved in your name.")
APPROVED_WITH = notice("program-approved-with-drafts", "Approved in your name: the program, and {n} of its drafts.")


def setting_words() -> dict[str, Any]:
    """The choices of a setting, and the least minutes of its arithmetic, for every form that has one."""
    return {
        "audiences": [(value, words, more) for value, (words, more) in AUDIENCE_WORDS.items()],
        "bases": list(BASIS_WORDS.items()),
        "languages": list(LANGUAGE_WORDS.items()),
        "least_minutes": least_minutes(),
        "labels": LABELS,
    }


@router.get("/programs")
def index(request: Request, db: ReadDb, user: Reader) -> Response:
    today = today_at(clock.now())
    rows = [
        (program, AUDIENCE_WORDS[program.audience][0], approval_gap(program, today=today))
        for program in queries.list_programs(db)
    ]
    return render(request, "scheduling/programs.html", rows=rows, may_plan=user.may(Permission.PLAN_SESSIONS))


@router.get("/programs/new")
def new(request: Request, _user: Planner) -> Response:
    return _form(request, None, start_of_program())


@router.post("/programs")
def create(request: Request, form: ProgramAnswers, db: WriteDb, user: Planner) -> Response:
    if form.text("press") == "recalculate":
        return _form(request, None, as_typed(form))
    if form.errors:
        return _form(request, None, form, status_code=422)
    key, now = form.values.idempotency_key, clock.now()
    if done := already_done(db, key, user_id=user.id):
        return go_to(request, done)
    try:
        program = actions.make_program(db, form.values.plan(), by=user, now=now)
    except NotPlannable as refusal:
        return _form(request, None, forms.with_errors(form, refusal.fields), status_code=422)
    url = f"/programs/{program.id}"
    remember(db, key, user_id=user.id, led_to=url, now=now)
    return go_to(request, url, say=MADE)


@router.get("/programs/{program_id}")
def show(request: Request, program_id: UUID, db: ReadDb, user: Reader) -> Response:
    return _page(request, db, program_id, user)


def _page(
    request: Request,
    db: ReadSession,
    program_id: UUID,
    user: CurrentUser,
    *,
    form: Form[Any] | None = None,
    status_code: int = 200,
) -> Response:
    program, now = queries.get_program(db, program_id), clock.now()
    today = today_at(now)
    may_approve = user.may(Permission.APPROVE_AUDIENCE) and program.audience != Audience.OPEN
    return render(
        request,
        "scheduling/program.html",
        status_code=status_code,
        program=program,
        audience_words=AUDIENCE_WORDS[program.audience][0],
        basis_words=BASIS_WORDS,
        language=LANGUAGE_WORDS.get(program.session_language, program.session_language),
        families=[billing_families().get(family, family) for family in program.item_families],
        share=minutes_each(program.clinician_minutes, program.most),
        gap=approval_gap(program, today=today),
        may_approve=may_approve and reason_gap(program) is None,
        drafts=queries.drafts_alike(db, program, now=now) if may_approve else [],
        form=form or start_of_approval(program),
        may_plan=user.may(Permission.PLAN_SESSIONS),
        approver=queries.name_of_user(db, program.approved_by_id),
        approval_url=f"/programs/{program.id}/approval",
        zone=queries.places_in_use(db).zone,
    )


@router.get("/programs/{program_id}/edit")
def edit(request: Request, program_id: UUID, db: ReadDb, _user: Planner) -> Response:
    program = queries.get_program(db, program_id)
    return _form(request, program, start_of_program(program))


@router.post("/programs/{program_id}/edit")
def update(request: Request, program_id: UUID, form: ProgramAnswers, db: WriteDb, user: Planner) -> Response:
    program = queries.get_program(db, program_id)
    if form.text("press") == "recalculate":
        return _form(request, program, as_typed(form))
    if form.errors:
        return _form(request, program, form, status_code=422)
    try:
        actions.update_program(db, program_id, form.values.plan(), form.values.version, by=user, now=clock.now())
    except StaleVersion:
        return _stale(request, db, program_id, form)
    except NotPlannable as refusal:
        return _form(request, program, forms.with_errors(form, refusal.fields), status_code=422)
    return go_to(request, f"/programs/{program_id}", say=CHANGED)


@router.post("/programs/{program_id}/approval")
def approve(request: Request, program_id: UUID, form: ApprovalAnswers, db: WriteDb, user: Approver) -> Response:
    url, now = f"/programs/{program_id}", clock.now()
    if form.errors.keys() - {"review_on"}:
        raise Invalid
    if form.errors:
        return _page(request, db, program_id, user, form=form, status_code=422)
    answers, key = form.values, form.values.idempotency_key
    if done := already_done(db, key, user_id=user.id):
        return go_to(request, done)
    try:
        actions.approve_program_audience(
            db,
            program_id,
            by=user,
            now=now,
            version=answers.version,
            review_on=answers.review_on,
            drafts=answers.drafts,
        )
    except NotApprovable as refusal:
        refused = forms.with_errors(form, {"review_on": refusal.message})
        return _page(request, db, program_id, user, form=refused, status_code=refusal.status)
    remember(db, key, user_id=user.id, led_to=url, now=now)
    return go_to(request, url, say=APPROVED_WITH.of(len(answers.drafts)) if answers.drafts else APPROVED)


def _stale(request: Request, db: ReadSession, program_id: UUID, form: Form[Any]) -> Response:
    program = queries.get_program(db, program_id)
    words = {"item_families": billing_families(), "audience": {k: v[0] for k, v in AUDIENCE_WORDS.items()}}
    form, differences = compare(form, start_of_program(program), words)
    return _form(request, program, form, status_code=409, differences=differences)


def _form(
    request: Request, program: Program | None, form: Form[Any], *, status_code: int = 200, differences: Any = ()
) -> Response:
    return render(
        request,
        "scheduling/program_form.html",
        status_code=status_code,
        form=form,
        program=program,
        differences=differences,
        families=list(billing_families().items()),
        shares=shares(form),
        **setting_words(),
    )
