"""One line: its evidence card, and the decision of the clinician who gave the service."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.assignments import METHOD_WORDS
from sma.claims import actions, queries
from sma.claims.policy import ANSWERS
from sma.claims.rules import BILLING_WORDS, LineDecided, NotApprovable, NotExported
from sma.claims.web.asking import (
    APPROVED,
    APPROVED_LAST,
    NOT_BILLED,
    VOIDED,
    VOIDED_ONLY,
    Approval,
    ApprovalAnswers,
    Approver,
    NotBilledAnswers,
    Reader,
)
from sma.claims.web.beside import beside, words_of
from sma.claims.web.remedies import pages_for
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import DomainError
from sma.identity import CurrentUser, Permission
from sma.web import forms
from sma.web.forms import Form, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/claims/{claim_id}")
def show(request: Request, claim_id: UUID, db: ReadDb, user: Reader) -> Response:
    return _card(request, db, claim_id, user, forms.blank())


@router.post("/claims/{claim_id}/approval")
def approve(request: Request, claim_id: UUID, form: ApprovalAnswers, db: WriteDb, user: Approver) -> Response:
    if form.errors:
        return _card(request, db, claim_id, user, form, status_code=422)
    answers: Approval = form.values
    try:
        line = actions.approve(
            db,
            claim_id,
            item_number=answers.item_number,
            confirmed=answers.confirmed,
            by=user,
            now=clock.now(),
        )
    except (NotApprovable, LineDecided) as refusal:
        return _card(request, db, claim_id, user, form, refusal=refusal, status_code=409)
    following = queries.next_line(db, line.group_session_id, user.id)
    if following is None:
        return go_to(request, f"/sessions/{line.group_session_id}/claims", say=APPROVED_LAST)
    return go_to(request, f"/claims/{following}", say=APPROVED)


@router.post("/claims/{claim_id}/not-billed")
def not_billed(request: Request, claim_id: UUID, form: NotBilledAnswers, db: WriteDb, user: Approver) -> Response:
    if form.errors:
        return _card(request, db, claim_id, user, form, status_code=422)
    try:
        actions.mark_not_billed(db, claim_id, reason=form.values.reason, by=user, now=clock.now())
    except LineDecided as refusal:
        return _card(request, db, claim_id, user, form, refusal=refusal, status_code=409)
    return go_to(request, f"/claims/{claim_id}", say=NOT_BILLED)


@router.post("/claims/{claim_id}/void")
def void(request: Request, claim_id: UUID, form: Pressed, db: WriteDb, user: Approver) -> Response:
    now, key = clock.now(), form.text("idempotency_key")
    actions.hold_line(db, claim_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done, say=VOIDED)
    try:
        replacement = actions.void_and_replace(db, claim_id, by=user, now=now)
    except NotExported as refusal:
        return _card(request, db, claim_id, user, forms.blank(), refusal=refusal, status_code=409)
    led_to = f"/claims/{replacement.id if replacement else claim_id}"
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=VOIDED if replacement else VOIDED_ONLY)


def _card(
    request: Request,
    db: ReadSession,
    claim_id: UUID,
    user: CurrentUser,
    form: Form[Any],
    *,
    refusal: DomainError | None = None,
    status_code: int = 200,
) -> Response:
    evidence = queries.evidence(db, claim_id)
    is_mine = evidence.clinician_user_id == user.id and user.may(Permission.APPROVE_CLAIMS)
    return render(
        request,
        "claims/show.html",
        status_code=status_code,
        evidence=evidence,
        form=form,
        refusal=refusal.message if refusal else None,
        is_mine=is_mine,
        responses=queries.responses_of(db, claim_id),
        rejected_before=queries.rejected_before(db, evidence.claim),
        may_propose_again=is_mine or user.may(Permission.EXPORT_CLAIMS),
        fixes=pages_for(evidence, user),
        may_record=user.may(Permission.RUN_SESSION),
        status_words=words_of(evidence.claim),
        method_words=METHOD_WORDS,
        billing_words=BILLING_WORDS,
        policy_words=ANSWERS,
        **beside(db, evidence.claim, user, is_mine=is_mine),
    )
