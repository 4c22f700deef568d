"""Where a session stands: what is missing, who works on it, and the acts that open it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb, WriteSession
from sma.core.errors import Invalid
from sma.core.idempotency import already_done, remember
from sma.identity import CurrentUser, Permission, require
from sma.people.languages import LANGUAGE_WORDS
from sma.people.rules import Audience
from sma.scheduling import actions, queries
from sma.scheduling.rules import (
    AUDIENCE_WORDS,
    BASIS_WORDS,
    ROLE_WORDS,
    STATE_WORDS,
    TIMED_FAMILY,
    NotApprovable,
    NotPlannable,
    NotReady,
    SessionRoleKind,
    SessionStatus,
    minutes_each,
    reason_gap,
)
from sma.scheduling.web.answers import Act, ActAnswers, ApprovalAnswers, RoleAnswers, start_of_approval
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Reader = Annotated[CurrentUser, require(Permission.SEE_SCHEDULE)]
Planner = Annotated[CurrentUser, require(Permission.PLAN_SESSIONS)]
Approver = Annotated[CurrentUser, require(Permission.APPROVE_AUDIENCE)]

PUBLISHED = notice("session-published", "The session is open. People can be booked into it now.")
APPROVED = notice("session-approved", "The audience of this session is approved in your name.")
ON_IT = notice("role-assigned", "They are on the session now.")


@router.get("/sessions/{session_id}/plan")
def show(request: Request, session_id: UUID, db: ReadDb, user: Reader) -> Response:
    return _page(request, db, session_id, user)


@router.post("/sessions/{session_id}/publication")
def publish(request: Request, session_id: UUID, form: ActAnswers, db: WriteDb, user: Planner) -> Response:
    url, now = f"/sessions/{session_id}/plan", clock.now()
    if done := _done(db, form, user):
        return go_to(request, done)
    try:
        actions.publish_session(db, session_id, by=user, now=now)
    except NotReady as refusal:
        return _page(request, db, session_id, user, status_code=409, refusal=refusal.missing)
    _remember(db, form, user, url)
    return go_to(request, url, say=PUBLISHED)


@router.post("/sessions/{session_id}/approval")
def approve(request: Request, session_id: UUID, form: ApprovalAnswers, db: WriteDb, user: Approver) -> Response:
    url, now = f"/sessions/{session_id}/plan", clock.now()
    if form.errors and not form.errors.keys() - {"review_on"}:
        return _page(request, db, session_id, user, form=form, status_code=422)
    if done := _done(db, form, user):
        return go_to(request, done)
    answers = form.values
    try:
        actions.approve_session_audience(
            db, session_id, by=user, now=now, version=answers.version, review_on=answers.review_on
        )
    except NotApprovable as refusal:
        refused = forms.with_errors(form, {"review_on": refusal.message})
        return _page(request, db, session_id, user, form=refused, status_code=refusal.status)
    _remember(db, form, user, url)
    return go_to(request, url, say=APPROVED)


@router.post("/sessions/{session_id}/roles")
def assign(request: Request, session_id: UUID, form: RoleAnswers, db: WriteDb, user: Planner) -> Response:
    if not form.errors and form.values.role not in ROLE_WORDS:
        form = forms.with_errors(form, {"role": "Choose one of the roles shown."})
    if form.errors:
        return _page(request, db, session_id, user, form=form, status_code=422)
    if done := _done(db, form, user):
        return go_to(request, done)
    url, role = f"/sessions/{session_id}/plan", SessionRoleKind(form.values.role)
    try:
        actions.assign_role(db, session_id, form.values.practitioner_id, role, by=user, now=clock.now())
    except NotPlannable as refusal:
        refused = forms.with_errors(form, refusal.fields)
        return _page(request, db, session_id, user, form=refused, status_code=422)
    _remember(db, form, user, url)
    return go_to(request, url, say=ON_IT)


def _done(db: WriteSession, form: Form[Any], user: CurrentUser) -> str | None:
    """Return where the first press of this button led. Raises: Invalid for a button that this page never drew."""
    if form.errors:
        raise Invalid
    act: Act = form.values
    return already_done(db, act.idempotency_key, user_id=user.id)


def _remember(db: WriteSession, form: Form[Any], user: CurrentUser, url: str) -> None:
    act: Act = form.values
    remember(db, act.idempotency_key, user_id=user.id, led_to=url, now=clock.now())


def _page(
    request: Request,
    db: ReadSession,
    session_id: UUID,
    user: CurrentUser,
    *,
    form: Form[Any] | None = None,
    status_code: int = 200,
    refusal: Any = (),
) -> Response:
    view, now = queries.session_view(db, session_id), clock.now()
    session = view.session
    sees = user.may(Permission.SEE_SETTINGS) or any(row.user_id == user.id for row in view.staff)
    is_live = session.status not in (SessionStatus.CANCELLED, SessionStatus.CLOSED)
    may_plan = user.may(Permission.PLAN_SESSIONS) and is_live
    ready = queries.readiness_of(session, view.staff, now=now)
    can_approve = user.may(Permission.APPROVE_AUDIENCE) and is_live and session.audience != Audience.OPEN
    return render(
        request,
        "scheduling/plan.html",
        status_code=status_code,
        view=view,
        session=session,
        state=STATE_WORDS[session.status],
        needs=[need for need in ready.needs if sees or not need.is_about_setting] if is_live else [],
        refusal=refusal,
        sees_setting=sees,
        may_plan=may_plan,
        may_publish=may_plan and session.status == SessionStatus.DRAFT,
        may_approve=can_approve and reason_gap(session) is None,
        drafts=(),
        may_book=user.may(Permission.BOOK) and session.status == SessionStatus.OPEN,
        approval_url=f"/sessions/{session.id}/approval",
        zone=session.timezone,
        gap=None,  # the list of needs says it
        approver=queries.name_of_user(db, session.approved_by_id) if sees else None,
        audience_words=AUDIENCE_WORDS[session.audience][0],
        basis_words=BASIS_WORDS,
        language=LANGUAGE_WORDS.get(session.session_language, session.session_language),
        share=minutes_each(session.clinician_minutes, session.most, on=session.held_on)
        if TIMED_FAMILY in session.item_families
        else None,
        roles=list(ROLE_WORDS.items()),
        role_words=ROLE_WORDS,
        workers=queries.worker_choices(db) if may_plan else None,
        form=form or start_of_approval(session),
    )
