"""The sheets: each as a page that any reader can use, and as a PDF to print. Every one of them is kept in the audit."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.attendance import queries
from sma.attendance.queries import paper
from sma.attendance.sheets import SheetHeader, evidence_sheet, sheet_filename, sign_in_sheet, staff_sheet
from sma.attendance.web.asking import Examiner, Printer
from sma.attendance.web.day import context
from sma.core import audit, clock
from sma.core.db import EdgeRoute, ReadDb, ReadSession
from sma.identity import CurrentUser, Permission, User
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


class Kind(StrEnum):
    """The sheets of the room. The evidence sheet has a door of its own, since others may see it."""

    SIGN_IN = "sign-in"
    STAFF = "staff"


@router.get("/sessions/{session_id}/sheets/evidence.pdf")
def print_evidence(
    request: Request, session_id: UUID, db: ReadDb, user: Examiner, clinician: UUID | None = None
) -> Response:
    day, printing = queries.read_day(db, session_id), _printing(user)
    content = evidence_sheet(paper.evidence(day, _chosen(day, clinician), printing, _closer(db, day)))
    return _pdf(request, day, "evidence", content, user)


@router.get("/sessions/{session_id}/sheets/evidence")
def show_evidence(
    request: Request, session_id: UUID, db: ReadDb, user: Examiner, clinician: UUID | None = None
) -> Response:
    day = queries.read_day(db, session_id)
    chosen = _chosen(day, clinician)
    sheet = paper.evidence(day, chosen, _printing(user), _closer(db, day))
    _note(request, day, "open-sheet", "evidence", user)
    return _page(request, day, user, "evidence", sheet.header, sheet=sheet, chosen=chosen)


@router.get("/sessions/{session_id}/sheets/{kind}.pdf")
def print_sheet(request: Request, session_id: UUID, kind: Kind, db: ReadDb, user: Printer) -> Response:
    day = queries.read_day(db, session_id)
    head = paper.header(day, _printing(user))
    match kind:
        case Kind.SIGN_IN:
            content = sign_in_sheet(head, paper.strips(day))
        case Kind.STAFF:
            content = staff_sheet(head, paper.staff_rows(day))
    return _pdf(request, day, kind, content, user)


@router.get("/sessions/{session_id}/sheets/{kind}")
def show_sheet(request: Request, session_id: UUID, kind: Kind, db: ReadDb, user: Printer) -> Response:
    day = queries.read_day(db, session_id)
    head = paper.header(day, _printing(user))
    _note(request, day, "open-sheet", kind, user)
    rows = {Kind.SIGN_IN: paper.strips, Kind.STAFF: paper.staff_rows}[kind](day)
    return _page(request, day, user, kind, head, rows=rows)


def _page(request: Request, day: queries.Day, user: CurrentUser, kind: str, head: SheetHeader, **more: Any) -> Response:
    return render(
        request,
        f"attendance/sheet_{kind.replace('-', '_')}.html",
        **context(day),
        **more,
        kind=str(kind),
        header=head,
        may_print=user.may(Permission.PRINT_SHEETS),
        may_examine=user.may(Permission.SEE_EVIDENCE),
        may_run=user.may(Permission.RUN_SESSION),
    )


def _pdf(request: Request, day: queries.Day, kind: str, content: bytes, user: CurrentUser) -> Response:
    _note(request, day, "print-sheet", kind, user)
    name = sheet_filename(kind, day.session.code, day.session.held_on)
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def _note(request: Request, day: queries.Day, did: str, kind: str, user: CurrentUser) -> None:
    audit.note(
        request.app.state.database,
        by_id=user.id,
        did=did,
        on_kind="group_session",
        on_id=day.session.id,
        now=clock.now(),
        sheet=str(kind),
        version=day.sheet_number,
    )


def _printing(user: CurrentUser) -> paper.Printing:
    return paper.Printing(user.display_name, clock.now())


def _chosen(day: queries.Day, clinician: UUID | None) -> UUID | None:
    ids = [row.practitioner_id for row in day.clinicians]
    return clinician if clinician in ids else next(iter(ids), None)


def _closer(db: ReadSession, day: queries.Day) -> str | None:
    closer = db.get(User, day.session.closed_by_id) if day.session.closed_by_id else None
    return closer.display_name if closer else None
