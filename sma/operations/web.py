"""Health checks, metrics, and the operations page."""

import secrets
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from sma.core import audit, clock, outbox
from sma.core.db import Database, EdgeRoute, ReadDb, WriteDb
from sma.core.errors import NotFound
from sma.core.outbox import Outbox
from sma.core.settings import Settings
from sma.identity import OPEN_TO_ALL, CurrentUser, Permission, require
from sma.migrations import is_current
from sma.operations import queries
from sma.operations.measures import exposition
from sma.operations.schedule import schedule_page
from sma.web.flash import notice
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Operator = Annotated[CurrentUser, require(Permission.SEE_OPERATIONS)]

# A worker that has not looked for this long needs a person; its own sweep comes every 30 seconds.
OLDEST_SECONDS = 300.0
RETRIED = notice("effect-retried", "It will be tried again within a minute.")


@router.get("/health/live", dependencies=[OPEN_TO_ALL])
async def live() -> Response:
    """Answer while the process runs, without a thread: whoever asks would end a clinic that only waits for a lock."""
    return PlainTextResponse("alive")


@router.get("/health/ready", dependencies=[OPEN_TO_ALL])
def ready(request: Request, db: ReadDb) -> Response:
    """Answer 200 while bookings can be taken and the worker keeps up; says which part is wrong otherwise."""
    database: Database = request.app.state.database
    oldest = outbox.oldest_due(db, now=clock.now())
    age = (clock.now() - oldest).total_seconds() if oldest else 0.0
    checks = {
        "database": True,
        "migrations": is_current(database),
        "outbox": age < OLDEST_SECONDS,
    }
    return JSONResponse(checks, status_code=200 if all(checks.values()) else 503)


@router.get("/metrics", dependencies=[OPEN_TO_ALL])
def show_metrics(request: Request, db: ReadDb) -> Response:
    """Numbers for Prometheus: to this machine, or to whoever holds the metrics token."""
    if not _may_measure(request):
        raise NotFound
    return Response(exposition(db, now=clock.now()), media_type="text/plain; version=0.0.4")


@router.get("/operations")
def index(request: Request, db: ReadDb, _user: Operator) -> Response:
    return render(
        request,
        "operations/index.html",
        backlog=queries.backlog(db),
        stuck=queries.stuck(db),
        schedule=schedule_page(request.app.state.settings, now=clock.now()),
    )


@router.post("/operations/effects/{effect_id}/retry")
def retry(request: Request, effect_id: UUID, db: WriteDb, user: Operator) -> Response:
    row = db.get(Outbox, effect_id)
    if row is None or row.finished_at is not None:
        raise NotFound
    now = clock.now()
    outbox.ask_again(db, row.kind, row.subject_id, now=now)
    audit.record(db, by=user, did="retry-effect", on=row, now=now, kind=row.kind)
    return go_to(request, "/operations", say=RETRIED)


def _may_measure(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    if settings.metrics_token is not None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), settings.metrics_token.get_secret_value().encode())
    # Behind a proxy every request comes from this machine; its own mark tells the two apart.
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return request.client is not None and request.client.host in {"127.0.0.1", "::1"} and not forwarded
