"""Practitioners: who works where, under which provider number, with which sign-in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from billing.facts import Profession
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Conflict, Invalid
from sma.identity import CurrentUser, Permission, require
from sma.people import actions, names, queries
from sma.people.actions.practitioners import PractitionerAnswers
from sma.people.web import words
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Viewer = Annotated[CurrentUser, require(Permission.SEE_SCHEDULE)]
Planner = Annotated[CurrentUser, require(Permission.PLAN_SESSIONS)]
PAGE_SIZE = 50

MADE = notice("practitioner-made", "Added. Next: where they work, and their provider number there.")
NUMBER_KEPT = notice("provider-number-kept", "Recorded for that place.")
LINKED = notice("sign-in-linked", "Their sign-in is recorded.")


class PractitionerForm(Press):
    prefix: str | None = Field(default=None, max_length=20)
    given_names: str = Field(max_length=120)
    family_name: str | None = Field(default=None, max_length=80)
    profession: Profession


class NumberForm(BaseModel):
    location_id: UUID
    provider_number: str | None = Field(default=None, max_length=20)
    payee_provider_number: str | None = Field(default=None, max_length=20)


class SignInForm(BaseModel):
    user_id: UUID | None = None


New = Annotated[forms.Form[PractitionerForm], Depends(forms.of(PractitionerForm))]
Number = Annotated[forms.Form[NumberForm], Depends(forms.of(NumberForm))]
SignIn = Annotated[forms.Form[SignInForm], Depends(forms.of(SignInForm))]
PROFESSIONS = words.options(words.PROFESSION)


@router.get("/practitioners")
def index(request: Request, db: ReadDb, user: Viewer, page: int = 1) -> Response:
    page = min(max(page, 1), 10_000)
    rows = queries.practitioners(db, page=page, size=PAGE_SIZE)
    return render(
        request,
        "people/practitioners.html",
        rows=rows[:PAGE_SIZE],
        page=page,
        has_more=len(rows) > PAGE_SIZE,
        professions=words.PROFESSION,
        may_plan=user.may(Permission.PLAN_SESSIONS),
        may_see_people=user.may(Permission.SEE_PEOPLE),
    )


@router.get("/practitioners/new")
def new(request: Request, _user: Planner) -> Response:
    return render(request, "people/new_practitioner.html", form=forms.blank(), professions=PROFESSIONS)


@router.post("/practitioners")
def create(request: Request, form: New, db: WriteDb, user: Planner) -> Response:
    if form.errors:
        return render(request, "people/new_practitioner.html", status_code=422, form=form, professions=PROFESSIONS)
    if done := idempotency.already_done(db, form.values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    now = clock.now()
    answers = PractitionerAnswers(**form.values.model_dump(exclude={"idempotency_key"}))
    page = f"/practitioners/{actions.make_practitioner(db, answers, by=user, now=now).id}"
    idempotency.remember(db, form.values.idempotency_key, user_id=user.id, led_to=page, now=now)
    return go_to(request, page, say=MADE)


@router.get("/practitioners/{practitioner_id}")
def show(request: Request, practitioner_id: UUID, db: ReadDb, user: Viewer) -> Response:
    return _page(request, db, practitioner_id, user, number=forms.blank())


@router.post("/practitioners/{practitioner_id}/provider-numbers")
def set_number(request: Request, practitioner_id: UUID, form: Number, db: WriteDb, user: Planner) -> Response:
    if form.errors:
        return _page(request, db, practitioner_id, user, number=form, status_code=422)
    place, typed, payee = form.values.location_id, form.values.provider_number, form.values.payee_provider_number
    try:
        actions.set_provider_number(db, practitioner_id, place, typed, payee=payee, by=user, now=clock.now())
    except Invalid as refusal:
        refused = forms.with_errors(form, refusal.fields)
        return _page(request, db, practitioner_id, user, number=refused, status_code=422)
    return go_to(request, f"/practitioners/{practitioner_id}", say=NUMBER_KEPT)


@router.post("/practitioners/{practitioner_id}/sign-in")
def link(request: Request, practitioner_id: UUID, form: SignIn, db: WriteDb, user: Planner) -> Response:
    blank: forms.Form[Any] = forms.blank()
    if form.errors:
        return _page(request, db, practitioner_id, user, number=blank, sign_in=form, status_code=422)
    try:
        actions.link_user(db, practitioner_id, form.values.user_id, by=user, now=clock.now())
    except (Invalid, Conflict) as refusal:
        refused = forms.with_errors(form, {"user_id": refusal.message})
        return _page(request, db, practitioner_id, user, number=blank, sign_in=refused, status_code=refusal.status)
    return go_to(request, f"/practitioners/{practitioner_id}", say=LINKED)


def _page(
    request: Request,
    db: ReadSession,
    practitioner_id: UUID,
    user: CurrentUser,
    *,
    number: forms.Form[Any],
    sign_in: forms.Form[Any] | None = None,
    status_code: int = 200,
) -> Response:
    practitioner = queries.practitioner(db, practitioner_id)
    may_plan = user.may(Permission.PLAN_SESSIONS)
    places = [(str(place.id), place.name) for place in queries.locations(db) if place.is_active] if may_plan else []
    linked = queries.linked_user(db, practitioner_id)
    users = [*([linked] if linked else []), *(queries.linkable_users(db) if may_plan else [])]
    return render(
        request,
        "people/practitioner.html",
        status_code=status_code,
        practitioner=practitioner,
        name=names.practitioner_name(practitioner),
        profession=words.PROFESSION[Profession(practitioner.profession)],
        roles=queries.roles_of(db, [practitioner_id]),
        number=number,
        sign_in=sign_in or forms.blank(user_id=practitioner.user_id),
        places=places,
        users=[(str(user_id), display) for user_id, display in users],
        linked_name=linked[1] if linked else None,
        may_plan=may_plan,
    )
