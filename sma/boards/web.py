"""The first pages: Today, and the week of all places or one."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sma.boards import drawing, queries
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb
from sma.identity import CurrentUser, Permission, require
from sma.scheduling import places_in_use
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Reader = Annotated[CurrentUser, require(Permission.SEE_SCHEDULE)]
# Of a whole address typed by hand, so that a pasted word gives this week and not an error.
Word = Annotated[str, Query(max_length=40)]
_EARLIEST, _LATEST = date(2000, 1, 10), date(2100, 1, 1)


@router.get("/")
def first(request: Request, _user: Reader) -> Response:
    return go_to(request, "/today")


@router.get("/today")
def today(request: Request, db: ReadDb, user: Reader, show: Word = "") -> Response:
    now = clock.now()
    places = places_in_use(db)
    day, looking = clock.local_date(now, places.zone), queries.Looking(user, now, places.has_zones)
    counts = queries.tally(db, user, today=day, now=now)
    if show in queries.LISTS:
        rows = queries.listed(db, show, looking, today=day)
        drawn = drawing.lines(rows, with_day=True)
        return render(request, "boards/list.html", title=queries.LISTS[show], lines=drawn, count=len(rows))
    board = queries.today_board(db, looking, today=day)
    may = {permission.name.lower(): user.may(permission) for permission in Permission}
    return render(
        request,
        "boards/today.html",
        day=day,
        counts=counts,
        for_lead=queries.for_lead(db, now=now) if user.may(Permission.APPROVE_AUDIENCE) else 0,
        board=board,
        lines=drawing.lines(board.pairs, can_run=user.may(Permission.RUN_SESSION)),
        next_lines=drawing.lines(board.next_pairs),
        may=may,
    )


@router.get("/week")
def week(request: Request, db: ReadDb, user: Reader, week: Word = "", location: Word = "") -> Response:
    now = clock.now()
    places = places_in_use(db)
    today = clock.local_date(now, places.zone)
    chosen = next((place for place in places.choices if str(place.id) == location), None)
    looking = queries.Looking(user, now, places.has_zones)
    board = queries.week_board(db, _day(week) or today, looking, location_id=chosen.id if chosen else None)
    return render(
        request,
        "boards/week.html",
        board=board,
        columns=[(day, drawing.links(entries)) for day, entries in zip(board.days, board.entries, strict=True)],
        today=today,
        places=places.choices,
        chosen=chosen,
        keep=f"&location={chosen.id}" if chosen else "",
        may_plan=user.may(Permission.PLAN_SESSIONS),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _EARLIEST <= day <= _LATEST else None
