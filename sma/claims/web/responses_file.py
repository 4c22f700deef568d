"""The reconciliation file of a period. It names people, so it asks who takes it, and keeps that it was taken."""

from datetime import date, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from billing.returns import write_reconciliation
from sma.claims import queries
from sma.claims.rules import TotpNeeded
from sma.claims.web.asking import Exporter, asks_totp, prove_again
from sma.core import audit, clock
from sma.core.db import Database, EdgeRoute
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
# A file of more than a year is asked for in parts.
LONGEST = timedelta(days=366)


@router.get("/claim-reports/reconciliation")
def ask(request: Request, user: Exporter, first: str = "", last: str = "") -> Response:
    """Ask for the period, with the month until today filled in."""
    database: Database = request.app.state.database
    with database.read() as db:
        today = clock.local_date(clock.now(), queries.zone_of_batches(db))
    wanted = _period(first, last)
    if first and last and wanted is not None:
        return prove_again(request, user, "/claim-reports/reconciliation") or _file(request, user, *wanted)
    return render(
        request,
        "claims/responses_file.html",
        status_code=422 if first or last else 200,
        first=first or today.replace(day=1).isoformat(),
        last=last or today.isoformat(),
        is_wrong=bool(first or last),
    )


def _period(first: str, last: str) -> tuple[date, date] | None:
    try:
        period = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return period if timedelta(0) <= period[1] - period[0] <= LONGEST else None


def _file(request: Request, user: Exporter, first: date, last: date) -> Response:
    if asks_totp(request) and not user.has_totp:
        raise TotpNeeded
    database: Database = request.app.state.database
    audit.note(
        database,
        by_id=user.id,
        did="download-reconciliation",
        on_kind="claim_report",
        now=clock.now(),
        first=first.isoformat(),
        last=last.isoformat(),
    )
    name = f"what-came-back-{first.isoformat()}-to-{last.isoformat()}.csv"
    return StreamingResponse(
        write_reconciliation(queries.reconciled(database, first, last)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
