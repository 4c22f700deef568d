"""Finding a person. What is typed is posted, not put into the address: names stay out of histories and logs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb
from sma.identity import CurrentUser, Permission, require
from sma.people import queries
from sma.people.rules import age_on, today_at
from sma.people.web.words import language_words
from sma.web import forms
from sma.web.htmx import go_to, wants_fragment
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Viewer = Annotated[CurrentUser, require(Permission.SEE_PEOPLE)]
MOST = 20


class SearchForm(BaseModel):
    text: str = Field(default="", max_length=120)


Search = Annotated[forms.Form[SearchForm], Depends(forms.of(SearchForm))]


@router.get("/people")
def index(request: Request, user: Viewer) -> Response:
    return _page(request, "people/index.html", user, form=forms.blank(), rows=None, is_cut=False)


@router.get("/people/search")
def start_again(request: Request, _user: Viewer) -> Response:
    """An address copied from a page of results leads to an empty search: what was sought is not in it."""
    return go_to(request, "/people")


@router.post("/people/search")
def search(request: Request, form: Search, db: ReadDb, user: Viewer) -> Response:
    """Find people. Whoever sees only their own sessions finds the people in those."""
    text = form.values.text if not form.errors else ""
    among = None if user.may(Permission.SEE_EVERY_SESSION) else request.app.state.own_people(user)
    hits = queries.find_patients(db, text, limit=MOST + 1, among=among)
    today = today_at(clock.now())
    rows = [(hit, age_on(hit.born_on, today), language_words(hit.language)) for hit in hits[:MOST]]
    name = "people/_results.html" if wants_fragment(request) else "people/index.html"
    status_code = 422 if form.errors else 200
    is_cut = len(hits) > MOST
    return _page(request, name, user, form=form, rows=rows if text else None, is_cut=is_cut, status_code=status_code)


def _page(request: Request, name: str, user: CurrentUser, *, status_code: int = 200, **context: Any) -> Response:
    return render(
        request,
        name,
        status_code=status_code,
        may_edit=user.may(Permission.EDIT_PEOPLE),
        only_own=not user.may(Permission.SEE_EVERY_SESSION),
        **context,
    )
