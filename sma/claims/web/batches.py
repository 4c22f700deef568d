"""Batches: the list, freezing approved lines, one batch with its lines and files."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.claims import actions, queries
from sma.claims.formats import MEANINGS, NAMES
from sma.claims.rules import BILLING_WORDS
from sma.claims.web.asking import (
    ASKED,
    BATCHED,
    HELD_BACK,
    ExportAnswers,
    Exporter,
    Reader,
    asks_totp,
    prove_again,
)
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import NotFound
from sma.identity import Permission
from sma.web.forms import Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
PAGE = 50
HELD_BACK_PAGE = "/claims?tab=exceptions"


@router.get("/claim-batches")
def index(request: Request, db: ReadDb, user: Reader, page: int = 1) -> Response:
    number = min(max(page, 1), 10_000)
    own = None if user.may(Permission.SEE_EVERY_SESSION) else user.id
    rows = queries.batches(db, page=number, size=PAGE, clinician_user_id=own)
    lines, charge, _ = queries.effective_totals(db, clinician_user_id=own)
    return render(
        request,
        "claims/batches.html",
        rows=rows[:PAGE],
        has_more=len(rows) > PAGE,
        page=number,
        waiting=queries.waiting_for_batch(db) if user.may(Permission.EXPORT_CLAIMS) else 0,
        effective_lines=lines,
        effective_cents=charge,
        only_own=own is not None,
        may_export=user.may(Permission.EXPORT_CLAIMS),
    )


@router.post("/claim-batches")
def create(request: Request, form: Pressed, db: WriteDb, user: Exporter) -> Response:
    now, key = clock.now(), form.text("idempotency_key")
    actions.hold_ready_lines(db)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    made = actions.make_batches(db, by=user, now=now)
    if not made:
        idempotency.remember(db, key, user_id=user.id, led_to=HELD_BACK_PAGE, now=now)
        return go_to(request, HELD_BACK_PAGE, say=HELD_BACK)
    led_to = f"/claim-batches/{made[0].id}" if len(made) == 1 else "/claim-batches"
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=BATCHED.of(len(made)))


@router.get("/claim-batches/dry-run")
def dry_run(request: Request, db: ReadDb, _user: Exporter) -> Response:
    """Show what freezing would come to, and what it would hold back, before anything is frozen."""
    planned, held = actions.would_freeze(db, now=clock.now())
    return render(request, "claims/dry_run.html", planned=planned, held=held, billing_words=BILLING_WORDS)


@router.get("/claim-batches/{batch_id}")
def show(request: Request, batch_id: UUID, db: ReadDb, user: Reader) -> Response:
    view = queries.batch_view(db, batch_id)
    return render(
        request,
        "claims/batch.html",
        view=view,
        lodgements=queries.lodgements(db, batch_id),
        asked={row.export.format: row for row in view.exports},
        format_words=NAMES,
        format_meanings=MEANINGS,
        may_export=user.may(Permission.EXPORT_CLAIMS),
        has_stepped_up=user.has_stepped_up(clock.now()),
    )


@router.post("/claim-batches/{batch_id}/exports")
def request_export(request: Request, batch_id: UUID, form: ExportAnswers, db: WriteDb, user: Exporter) -> Response:
    if form.errors:
        raise NotFound("There is no such file format.")
    if elsewhere := prove_again(request, user, f"/claim-batches/{batch_id}"):
        return elsewhere
    export = actions.request_export(
        db, batch_id, form.values.format, by=user, now=clock.now(), require_totp=asks_totp(request)
    )
    return go_to(request, f"/exports/{export.id}", say=ASKED)
