"""The message log: what was sent, what did not get through, whom to ring."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.identity import CurrentUser, Permission, require
from sma.messages import actions, queries
from sma.messages.facts import clinic_of
from sma.messages.rules import KIND_WORDS, STATE_WORDS, CommunicationState
from sma.scheduling import places_in_use
from sma.web.flash import notice
from sma.web.forms import Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Reader = Annotated[CurrentUser, require(Permission.SEE_MESSAGES)]

# The tab that Today leads to: no state of a message, but those of two states with nobody's call noted.
NEEDS = "needs"
# The tab of what needs nobody any more, because somebody rang.
RUNG = "rung"

RETRIED = notice("message-retried", "It is on its way again.")
CALLED = notice("message-called", "Noted that you rang.")


@router.get("/messages")
def index(request: Request, db: ReadDb, _user: Reader, state: str = "") -> Response:
    wanted = CommunicationState(state) if state in set(CommunicationState) else None
    needs, rung, now = state == NEEDS, state == RUNG, clock.now()
    return render(
        request,
        "messages/index.html",
        messages=queries.messages(db, now=now, state=wanted, needs=needs, rung=rung),
        now=now,
        has_zones=places_in_use(db).has_zones,
        counts=queries.counts(db, now=now),
        chosen=NEEDS if needs else RUNG if rung else wanted,
        state_words=STATE_WORDS,
        kind_words=KIND_WORDS,
    )


@router.get("/messages/{message_id}")
def show(request: Request, message_id: UUID, db: ReadDb, _user: Reader) -> Response:
    view = queries.message(db, message_id, clinic_of(request.app.state.settings))
    return render(
        request,
        "messages/show.html",
        view=view,
        row=view.row,
        letter=view.letter,
        now=clock.now(),
        has_zones=places_in_use(db).has_zones,
        state_words=STATE_WORDS,
        kind_words=KIND_WORDS,
    )


@router.post("/messages/{message_id}/retry")
def retry(request: Request, message_id: UUID, form: Pressed, db: WriteDb, user: Reader) -> Response:
    now, key, led_to = clock.now(), form.text("idempotency_key"), f"/messages/{message_id}"
    actions.hold_message(db, message_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    actions.retry(db, message_id, by=user, now=now)
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=RETRIED)


@router.post("/messages/{message_id}/call")
def call(request: Request, message_id: UUID, form: Pressed, db: WriteDb, user: Reader) -> Response:
    now, key, led_to = clock.now(), form.text("idempotency_key"), f"/messages/{message_id}"
    actions.hold_message(db, message_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    actions.mark_called(db, message_id, by=user, now=now)
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=CALLED)
