"""The message log: what was sent, what did not get through, whom to ring."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.identity import CurrentUser, Permission, require
from sma.messages import actions, queries
from sma.messages.facts import clinic_of
from sma.messages.rules import KIND_WORDS, STATE_WORDS, CommunicationState
from sma.web.flash import notice
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Reader = Annotated[CurrentUser, require(Permission.SEE_MESSAGES)]

RETRIED = notice("message-retried", "It is on its way again.")
CALLED = notice("message-called", "Noted that you rang.")


@router.get("/messages")
def index(request: Request, db: ReadDb, _user: Reader, state: str = "") -> Response:
    chosen = CommunicationState(state) if state in set(CommunicationState) else None
    return render(
        request,
        "messages/index.html",
        messages=queries.messages(db, state=chosen),
        counts=queries.counts(db),
        chosen=chosen,
        state_words=STATE_WORDS,
        kind_words=KIND_WORDS,
    )


@router.get("/messages/{message_id}")
def show(request: Request, message_id: UUID, db: ReadDb, _user: Reader) -> Response:
    row, letter = queries.message(db, message_id, clinic_of(request.app.state.settings))
    return render(request, "messages/show.html", row=row, letter=letter, state_words=STATE_WORDS, kind_words=KIND_WORDS)


@router.post("/messages/{message_id}/retry")
def retry(request: Request, message_id: UUID, db: WriteDb, user: Reader) -> Response:
    actions.retry(db, message_id, by=user, now=clock.now())
    return go_to(request, f"/messages/{message_id}", say=RETRIED)


@router.post("/messages/{message_id}/call")
def call(request: Request, message_id: UUID, db: WriteDb, user: Reader) -> Response:
    actions.mark_called(db, message_id, by=user, now=clock.now())
    return go_to(request, f"/messages/{message_id}", say=CALLED)
