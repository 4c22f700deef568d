"""What came back: reading a report in, what each changed, deposits, and proposing a rejected line again."""

import csv
import io
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BeforeValidator

from billing.returns import HEADER, load_codes
from sma.claims import actions, queries
from sma.claims.queries.responses_rows import STATE_LOOKS, STATE_WORDS
from sma.claims.rules import ReportRefused
from sma.claims.web.asking import Exporter, Reader
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.identity import CurrentUser, Permission
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press, Pressed, Upload
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
PAGE = 50
ROWS = 100

TAKEN_IN = notice("report-taken-in", "Taken in: {n} rows. Nothing that came back before was changed.")
SAME_FILE = notice("report-same-file", "This very file was taken in before. Nothing was changed.")
AGAIN = notice("line-proposed-again", "Proposed again. Put right what was rejected; then its clinician approves it.")
GONE = notice("line-gone", "The record no longer has a service behind the rejected line, so there is no new one.")


def _as_upload(value: object) -> object:
    return value if isinstance(value, Upload) else None


class ReportAnswers(Press):
    file: Annotated[Upload | None, BeforeValidator(_as_upload)] = None
    others_too: bool = False


Answers = Annotated[Form[ReportAnswers], Depends(forms.of(ReportAnswers))]


@router.get("/claim-reports")
def index(request: Request, db: ReadDb, user: Reader, page: int = 1) -> Response:
    return _index(request, db, user, forms.blank(), page=page)


@router.post("/claim-reports")
def create(request: Request, form: Answers, db: WriteDb, user: Exporter) -> Response:
    if form.errors or form.values.file is None:
        missing = {} if form.errors else {"file": "Choose the file that came back."}
        return _index(request, db, user, forms.with_errors(form, missing), status_code=422)
    try:
        # Read through before the first statement, so that nobody waits for a long file to be looked at.
        checked = actions.check_report(actions.from_bytes(form.values.file.content))
        # A savepoint: whatever was written before a bad row goes with it, and the form is drawn again.
        with db.begin_nested():
            taken = actions.import_report(db, checked, others_too=form.values.others_too, by=user, now=clock.now())
    except ReportRefused as refusal:
        return _index(request, db, user, form, refusal=refusal, status_code=422)
    page = f"/claim-reports/{taken.report.id}"
    return go_to(request, page, say=TAKEN_IN.of(taken.report.row_count) if taken.is_new else SAME_FILE)


@router.get("/claim-reports/sample.csv")
def sample(user: Reader) -> Response:  # noqa: ARG001 - the guard is the point
    """Hand out the header that a file of results begins with."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(HEADER)
    headers = {"Content-Disposition": 'attachment; filename="what-came-back.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/claim-reports/{report_id}")
def show(request: Request, report_id: UUID, db: ReadDb, user: Reader, page: int = 1) -> Response:
    own = _own(user)
    number = min(max(page, 1), 100_000)
    view = queries.report_view(db, report_id, page=number, size=ROWS, clinician_user_id=own)
    return render(
        request,
        "claims/responses_show.html",
        view=view,
        runs=queries.runs(db, report_id=report_id, most=500) if own is None else [],
        rows=view.rows[:ROWS],
        has_more=len(view.rows) > ROWS,
        page=number,
        only_own=own is not None,
        **_words(user),
    )


@router.post("/claims/{claim_id}/new-version")
def propose_again(request: Request, claim_id: UUID, form: Pressed, db: WriteDb, user: Reader) -> Response:
    now, key = clock.now(), form.text("idempotency_key")
    actions.hold_line(db, claim_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done, say=AGAIN)
    fresh = actions.propose_again(db, claim_id, by=user, now=now)
    led_to = f"/claims/{fresh.id if fresh else claim_id}"
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=AGAIN if fresh else GONE)


def _index(
    request: Request,
    db: ReadSession,
    user: CurrentUser,
    form: Form[Any],
    *,
    page: int = 1,
    refusal: ReportRefused | None = None,
    status_code: int = 200,
) -> Response:
    own, number = _own(user), min(max(page, 1), 10_000)
    rows = queries.reports(db, page=number, size=PAGE, clinician_user_id=own)
    return render(
        request,
        "claims/responses.html",
        status_code=status_code,
        form=form,
        refusal=refusal,
        rows=rows[:PAGE],
        has_more=len(rows) > PAGE,
        page=number,
        runs=queries.runs(db) if own is None else [],
        timezone=queries.zone_of_batches(db),
        wait_days=load_codes().wait_days,
        only_own=own is not None,
        **_words(user),
    )


def _own(user: CurrentUser) -> UUID | None:
    return None if user.may(Permission.SEE_EVERY_SESSION) else user.id


def _words(user: CurrentUser) -> dict[str, Any]:
    return {
        "state_words": STATE_WORDS,
        "state_looks": STATE_LOOKS,
        "may_import": user.may(Permission.EXPORT_CLAIMS),
        "may_plan": user.may(Permission.PLAN_SESSIONS),
    }
