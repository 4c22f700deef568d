"""One file of a batch: how far it is, its checksum, and the download."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from sma.claims import queries
from sma.claims.formats import MEANINGS, NAMES
from sma.claims.models import Export
from sma.claims.rules import TotpNeeded
from sma.claims.web.asking import LOOKS_FOR, Exporter, Reader, asks_totp, prove_again
from sma.core import audit, clock
from sma.core.db import Database, EdgeRoute, ReadDb
from sma.identity import CurrentUser, Permission
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
UNDER_WAY = ("queued", "running")


@router.get("/exports/{export_id}")
def show(request: Request, export_id: UUID, db: ReadDb, user: Reader) -> Response:
    view = queries.export_view(db, export_id)
    return render(
        request,
        "claims/export.html",
        view=view,
        is_fresh=view.state in UNDER_WAY and clock.now() - view.export.requested_at < LOOKS_FOR,
        format_words=NAMES,
        format_meanings=MEANINGS,
        may_export=user.may(Permission.EXPORT_CLAIMS),
        has_stepped_up=user.has_stepped_up(clock.now()),
    )


@router.get("/exports/{export_id}/file")
def download(request: Request, export_id: UUID, db: ReadDb, user: Exporter) -> Response:
    """Hand the file out, chunk by chunk; who took it, and which bytes, is kept first."""
    if asks_totp(request) and not user.has_totp:
        raise TotpNeeded
    if elsewhere := prove_again(request, user, f"/exports/{export_id}"):
        return elsewhere
    database: Database = request.app.state.database
    view = queries.export_view(db, export_id)
    export = queries.must_be_ready(view)
    _note(request, export, "download-export", by=user)
    return StreamingResponse(
        queries.export_bytes(database, export_id),
        media_type=view.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{view.file_name}"',
            "Content-Length": str(export.size_bytes),
            "Cache-Control": "no-store",
        },
    )


@router.get("/exports/{export_id}/manifest")
def manifest(request: Request, export_id: UUID, db: ReadDb, user: Exporter) -> Response:
    """Hand out what tells the file's checksum and totals; who took it is kept first, as for the file."""
    view = queries.export_view(db, export_id)
    content = queries.manifest_of(view)
    _note(request, view.export, "download-manifest", by=user)
    return Response(
        content,
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{view.file_name}.manifest.json"',
            "Cache-Control": "no-store",
        },
    )


def _note(request: Request, export: Export, did: str, *, by: CurrentUser) -> None:
    audit.note(
        request.app.state.database,
        by_id=by.id,
        did=did,
        on_kind="claim_export",
        on_id=export.id,
        now=clock.now(),
        rows=export.row_count,
        sha256=export.sha256,
        format=export.format,
    )
