"""How many services clinicians gave by day. A clinician reads their own; who bills or manages reads everybody's."""

from fastapi import APIRouter, Request, Response

from sma.claims import queries
from sma.claims.web.asking import Reader
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb
from sma.identity import Permission
from sma.people.rules import today_at
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/claims/volume")
def show(request: Request, db: ReadDb, user: Reader) -> Response:
    sees_all = user.may(Permission.SEE_EVERY_SESSION)
    rows = queries.volumes(db, today_at(clock.now()), clinician_user_id=None if sees_all else user.id)
    return render(request, "claims/volume.html", rows=rows, sees_all=sees_all)
