"""The page on which a manager records what the practice decided, and everybody who bills reads it."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sma.claims import actions, queries
from sma.claims.policy import ANSWERS, policy_on
from sma.claims.web.asking import Reader
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Invalid
from sma.identity import CurrentUser, Permission, require
from sma.people.rules import today_at
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Decider = Annotated[CurrentUser, require(Permission.SET_BILLING_POLICY)]
RECORDED = notice(
    "policy-recorded", "Recorded. Sessions that are assessed again follow the statement of their own day."
)


class PolicyForm(Press):
    individual_items: Literal["yes", "no", "ask"]
    from_on: date
    note: str = Field(max_length=1000)


PolicyAnswers = Annotated[Form[PolicyForm], Depends(forms.of(PolicyForm))]


@router.get("/claims/policy")
def show(request: Request, db: ReadDb, user: Reader) -> Response:
    return _page(request, db, user, forms.blank(from_on=today_at(clock.now())))


@router.post("/claims/policy")
def record(request: Request, form: PolicyAnswers, db: WriteDb, user: Decider) -> Response:
    if form.errors:
        return _page(request, db, user, form, status_code=422)
    if done := idempotency.already_done(db, form.values.idempotency_key, user_id=user.id):
        return go_to(request, done, say=RECORDED)
    answers, now = form.values.model_dump(exclude={"idempotency_key"}), clock.now()
    try:
        actions.record_policy(db, **answers, by=user, now=now)
    except Invalid as refusal:
        return _page(request, db, user, forms.with_errors(form, refusal.fields), status_code=422)
    idempotency.remember(db, form.values.idempotency_key, user_id=user.id, led_to="/claims/policy", now=now)
    return go_to(request, "/claims/policy", say=RECORDED)


def _page(request: Request, db: ReadSession, user: CurrentUser, form: Form[Any], *, status_code: int = 200) -> Response:
    return render(
        request,
        "claims/policy.html",
        status_code=status_code,
        form=form,
        rows=queries.policies(db),
        counts=policy_on(db, today_at(clock.now())),
        words={key: words for key, (words, _) in ANSWERS.items()},
        answers=[(key, words, hint) for key, (words, hint) in ANSWERS.items()],
        may_decide=user.may(Permission.SET_BILLING_POLICY),
    )
