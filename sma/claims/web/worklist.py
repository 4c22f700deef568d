"""The work list, one session's lines side by side, and assessing a session again."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.claims import actions, queries
from sma.claims.rules import STATUS_WORDS
from sma.claims.web.asking import LOOKS_FOR, REASSESSED, UNCHANGED, Reader
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.identity import Permission
from sma.web.forms import Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
PAGE = 50
TAB_WORDS = {
    queries.Tab.NEEDS: "Needs you",
    queries.Tab.READY: "Ready",
    queries.Tab.EXPORTED: "Exported",
    queries.Tab.BLOCKED: "Blocked",
    queries.Tab.NOT_BILLED: "Not billed",
}


@router.get("/claims")
def index(request: Request, db: ReadDb, user: Reader, tab: str = "needs", mine: str = "", page: int = 1) -> Response:
    chosen = queries.Tab(tab) if tab in list(queries.Tab) else queries.Tab.NEEDS
    number = min(max(page, 1), 10_000)
    may_see_all = user.may(Permission.SEE_EVERY_SESSION)
    only_own = bool(mine) or not may_see_all
    own = user.id if only_own else None
    rows = queries.lines(db, chosen, page=number, size=PAGE, clinician_user_id=own)
    return render(
        request,
        "claims/index.html",
        tabs=TAB_WORDS,
        chosen=chosen,
        counts=queries.counts(db, clinician_user_id=own),
        rows=rows[:PAGE],
        has_more=len(rows) > PAGE,
        page=number,
        mine=only_own,
        may_see_all=may_see_all,
        may_approve=user.may(Permission.APPROVE_CLAIMS),
        may_record=user.may(Permission.RUN_SESSION),
        may_export=user.may(Permission.EXPORT_CLAIMS),
        status_words=STATUS_WORDS,
    )


@router.get("/sessions/{session_id}/claims")
def of_session(request: Request, session_id: UUID, db: ReadDb, user: Reader) -> Response:
    lines = queries.session_lines(db, session_id)
    closed_at = lines.view.session.closed_at
    return render(
        request,
        "claims/session.html",
        lines=lines,
        is_fresh=closed_at is not None and not lines.rows and clock.now() - closed_at < LOOKS_FOR,
        status_words=STATUS_WORDS,
        may_record=user.may(Permission.RUN_SESSION),
        may_see_evidence=user.may(Permission.SEE_EVIDENCE),
    )


@router.post("/sessions/{session_id}/reassessment")
def reassess(request: Request, session_id: UUID, _form: Pressed, db: WriteDb, user: Reader) -> Response:
    changes = actions.reassess(db, session_id, by=user, now=clock.now())
    touched = changes.fresh + changes.outdated
    say = REASSESSED.of(touched) if changes else UNCHANGED
    return go_to(request, f"/sessions/{session_id}/claims", say=say)
