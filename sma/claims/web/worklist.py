"""The work list, one session's lines side by side, deciding about several lines, and assessing sessions again."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams

from sma import fees
from sma.claims import actions, queries
from sma.claims.queries import Tab
from sma.claims.rules import BILLING_WORDS, STATUS_WORDS
from sma.claims.web.asking import (
    APPROVED_MANY,
    APPROVED_NONE,
    APPROVED_SOME,
    LOOKS_FOR,
    REASSESSED,
    REASSESSED_ANEW,
    UNCHANGED,
    ApprovalsAnswers,
    Approver,
    Reader,
    ReassessmentsAnswers,
)
from sma.claims.web.groups import REASON_WORDS, groups_of
from sma.claims.web.narrowing import Asked, asked
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Forbidden
from sma.identity import CurrentUser, Permission
from sma.scheduling import is_assigned
from sma.web import forms
from sma.web.flash import Said
from sma.web.forms import Form, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
PAGE = 50
TAB_WORDS = {
    Tab.NEEDS: "Needs you",
    Tab.READY: "Ready",
    Tab.EXPORTED: "Exported",
    Tab.EXCEPTIONS: "Exceptions",
    Tab.PAID: "Paid",
    Tab.NOT_BILLED: "Not billed",
}


@router.get("/claims")
def index(request: Request, db: ReadDb, user: Reader) -> Response:
    return _list(request, db, user, asked(request.query_params, user), forms.blank())


@router.post("/claims/approvals")
def approve_many(request: Request, form: ApprovalsAnswers, db: WriteDb, user: Approver) -> Response:
    """Approve every line ticked that still has exactly one fitting item; the others stay as they are."""
    back = _asked_back(form, user)
    if form.errors:
        return _list(request, db, user, back, form, status_code=422)
    now, key = clock.now(), form.values.idempotency_key
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done, say=APPROVED_MANY.of(len(set(form.values.lines))))
    outcome = actions.approve_many(db, form.values.lines, with_incentive=form.values.with_incentive, by=user, now=now)
    idempotency.remember(db, key, user_id=user.id, led_to=back.address, now=now)
    said = APPROVED_SOME if outcome.left else APPROVED_MANY
    return go_to(request, back.address, say=said.of(outcome.approved) if outcome.approved else APPROVED_NONE)


@router.post("/claims/reassessment")
def reassess_many(request: Request, form: ReassessmentsAnswers, db: WriteDb, user: Reader) -> Response:
    """Judge every session named again, in one press after what was missing was put right in all of them."""
    back = _asked_back(form, user)
    if form.errors:
        return _list(request, db, user, back, form, status_code=422)
    if not user.may(Permission.SEE_EVERY_SESSION):
        for session_id in form.values.sessions:
            if not is_assigned(db, session_id, user.id):
                raise Forbidden
    changes = actions.reassess_many(db, form.values.sessions, by=user, now=clock.now())
    return go_to(request, back.address, say=_said(changes))


@router.get("/sessions/{session_id}/claims")
def of_session(request: Request, session_id: UUID, db: ReadDb, user: Reader) -> Response:
    lines = queries.session_lines(db, session_id, today=clock.now().date())
    closed_at = lines.view.session.closed_at
    return render(
        request,
        "claims/session.html",
        lines=lines,
        is_fresh=closed_at is not None and not lines.rows and clock.now() - closed_at < LOOKS_FOR,
        status_words=STATUS_WORDS,
        billing_words=BILLING_WORDS,
        may_record=user.may(Permission.RUN_SESSION),
        may_see_evidence=user.may(Permission.SEE_EVIDENCE),
    )


@router.post("/sessions/{session_id}/reassessment")
def reassess(request: Request, session_id: UUID, _form: Pressed, db: WriteDb, user: Reader) -> Response:
    changes = actions.reassess(db, session_id, by=user, now=clock.now())
    return go_to(request, f"/sessions/{session_id}/claims", say=_said(changes))


def _said(changes: actions.Changes) -> Said:
    if changes.lost_approval:
        return REASSESSED_ANEW.of(changes.lost_approval)
    return REASSESSED.of(changes.fresh + changes.outdated) if changes else UNCHANGED


def _asked_back(form: Form[forms.Model], user: CurrentUser) -> Asked:
    """The list that a form was sent from; what is no address of it leads to the first tab."""
    return asked(QueryParams(form.text("back").partition("?")[2]), user)


def _list(
    request: Request,
    db: ReadSession,
    user: CurrentUser,
    wanted: Asked,
    form: Form[forms.Model],
    *,
    status_code: int = 200,
) -> Response:
    narrowed, tab = wanted.narrowed, wanted.tab
    # Only "no answer for some weeks" is counted from it, where a clinic's own midnight makes no difference.
    today = clock.now().date()
    found = queries.lines(db, tab, narrowed, today=today, page=wanted.page, size=PAGE)
    rows = found[:PAGE]
    reasons = queries.reason_counts(db, narrowed) if tab is Tab.NEEDS else {}
    choices = queries.filter_choices(db, own=narrowed.own)
    sees_topics = user.may(Permission.SEE_SETTINGS)
    return render(
        request,
        "claims/index.html",
        status_code=status_code,
        form=form,
        wanted=wanted,
        tabs=TAB_WORDS,
        counts=queries.counts(db, narrowed, today=today),
        totals=queries.totals(db, tab, narrowed, today=today) if tab in (Tab.READY, Tab.PAID) else {},
        waiting=queries.waiting_for_batch(db) if tab is Tab.READY and user.may(Permission.EXPORT_CLAIMS) else 0,
        rows=rows,
        has_more=len(found) > PAGE,
        offered=queries.offered_incentives(db, [row.id for row in rows if row.is_plain]),
        groups=groups_of(rows, tab, narrowed.reason, reasons, user, wanted.address),
        reasons={reason: (REASON_WORDS[reason], count) for reason, count in reasons.items()},
        clinicians=choices.clinicians,
        programs=[(key, name if sees_topics else label) for key, name, label in choices.programs],
        months=choices.months,
        user_id=user.id,
        may_see_all=user.may(Permission.SEE_EVERY_SESSION),
        may_approve=user.may(Permission.APPROVE_CLAIMS),
        may_export=user.may(Permission.EXPORT_CLAIMS),
        status_words=STATUS_WORDS,
        billing_words=BILLING_WORDS,
        schedule=fees.standing_now(clock.now()),
        may_see_operations=user.may(Permission.SEE_OPERATIONS),
    )
