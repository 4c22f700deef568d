"""Files of a whole period: asked for by month, made by however many workers there are."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sma.claims import actions, queries
from sma.claims.formats import NAMES
from sma.claims.rules import NothingInPeriod
from sma.claims.web.asking import LOOKS_FOR, Exporter, asks_totp, prove_again
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.identity import CurrentUser
from sma.people.rules import today_at
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
PAGE = "/claim-periods"
MONTHS = 36
ASKED = notice("period-asked", "The files are being made. They stand below as they get ready.")
BACKWARDS = "Choose a last month that is not before the first."


class PeriodForm(Press):
    first_month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    last_month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    format: str = Field(max_length=10)


PeriodAnswers = Annotated[Form[PeriodForm], Depends(forms.of(PeriodForm))]


@router.get("/claim-periods")
def index(request: Request, db: ReadDb, user: Exporter) -> Response:
    this = f"{today_at(clock.now()):%Y-%m}"
    return _page(request, db, user, forms.blank(first_month=this, last_month=this, format="csv"))


@router.post("/claim-periods")
def create(request: Request, form: PeriodAnswers, db: WriteDb, user: Exporter) -> Response:
    if form.errors:
        return _page(request, db, user, form, status_code=422)
    asked, now = form.values, clock.now()
    first, last = (date.fromisoformat(f"{month}-01") for month in (asked.first_month, asked.last_month))
    if last < first:
        return _page(request, db, user, forms.with_errors(form, {"last_month": BACKWARDS}), status_code=422)
    if elsewhere := prove_again(request, user, PAGE):
        return elsewhere
    if done := idempotency.already_done(db, asked.idempotency_key, user_id=user.id):
        return go_to(request, done, say=ASKED)
    try:
        actions.request_period(db, first, last, asked.format, by=user, now=now, require_totp=asks_totp(request))
    except NothingInPeriod as nothing:
        refused = forms.with_errors(form, {"first_month": nothing.message})
        return _page(request, db, user, refused, status_code=422)
    idempotency.remember(db, asked.idempotency_key, user_id=user.id, led_to=PAGE, now=now)
    return go_to(request, PAGE, say=ASKED)


def _page(request: Request, db: ReadSession, user: CurrentUser, form: Form[Any], *, status_code: int = 200) -> Response:
    now = clock.now()
    asked = queries.periods(db)
    return render(
        request,
        "claims/periods.html",
        status_code=status_code,
        form=form,
        months=_months(today_at(now)),
        formats=list(NAMES.items()),
        format_words=NAMES,
        asked=asked,
        is_fresh=any(each.is_under_way and now - each.period.requested_at < LOOKS_FOR for each in asked),
        has_stepped_up=user.has_stepped_up(now),
    )


def _months(today: date) -> list[tuple[str, str]]:
    """The months that can be asked for, the present one first."""
    found, month = [], today.replace(day=1)
    for _ in range(MONTHS):
        found.append((f"{month:%Y-%m}", f"{month:%B %Y}"))
        month = (month - timedelta(days=1)).replace(day=1)
    return found
