"""Taking a worker off a session. The page it is pressed on belongs to the plan; what stands against it, to the day."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.attendance import actions
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, WriteDb
from sma.core.errors import Invalid
from sma.identity import CurrentUser, Permission, require
from sma.web.flash import notice
from sma.web.forms import Pressed
from sma.web.htmx import go_to

router = APIRouter(route_class=EdgeRoute)
Planner = Annotated[CurrentUser, require(Permission.PLAN_SESSIONS)]

OFF_IT = notice("role-removed", "They are off the session. Look below for what is missing now.")


@router.post("/session-roles/{session_role_id}/removal")
def remove(request: Request, session_role_id: UUID, form: Pressed, db: WriteDb, user: Planner) -> Response:
    if form.errors:
        raise Invalid
    key, now = form.values.idempotency_key, clock.now()
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done)
    led_to = f"/sessions/{actions.take_off(db, session_role_id, by=user, now=now)}/plan"
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=OFF_IT)
