"""Locations: their clock (confirmed by a person), neutral name, whether they are consulting rooms, their rooms."""

from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from calendars import TIMEZONES
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.core.errors import Invalid, StaleVersion
from sma.identity import CurrentUser, Permission, require
from sma.people import actions, queries
from sma.people.actions.places import LocationAnswers
from sma.people.models import Location
from sma.people.web import words
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Viewer = Annotated[CurrentUser, require(Permission.SEE_SCHEDULE)]
Planner = Annotated[CurrentUser, require(Permission.PLAN_SESSIONS)]

MADE = notice("location-made", "The place is added.")
SAVED = notice(
    "location-saved",
    "The place is saved. Sessions made before keep their own time zone; open claim lines follow once assessed again.",
)
ROOM = notice("room-saved", "The room is saved.")
CONSULTING = [
    ("yes", "Yes", "A clinic's own consulting rooms."),
    ("no", "No", "A hall, shed, school, outdoors: other Medicare items apply."),
    ("unknown", "Not known yet", "Billing will ask before it proposes anything."),
]
LABELS = {
    "name": "Name",
    "neutral_name": "Neutral name",
    "address": "Street address",
    "suburb": "Suburb or community",
    "state": "State or territory",
    "postcode": "Postcode",
    "phone": "Phone",
    "timezone": "Time zone",
    "is_consulting_rooms": "Consulting rooms",
    "modified_monash": "Modified Monash area",
    "minor_id": "Location identifier",
    "is_active": "In use",
}
AREAS = [("1", "1, metropolitan"), *((str(area), str(area)) for area in range(2, 7)), ("7", "7, very remote")]
_ROOMS: dict[bool | None, str] = {True: "yes", False: "no", None: "unknown"}


class LocationForm(Press):
    name: str = Field(max_length=200)
    neutral_name: str | None = Field(default=None, max_length=120)
    address: str | None = Field(default=None, max_length=300)
    suburb: str | None = Field(default=None, max_length=80)
    state: str | None = Field(default=None, max_length=10)
    postcode: str | None = Field(default=None, max_length=10)
    phone: str | None = Field(default=None, max_length=40)
    timezone: str | None = Field(default=None, max_length=40)
    is_consulting_rooms: Literal["yes", "no", "unknown"] = "unknown"
    modified_monash: int | None = Field(default=None, ge=1, le=7)
    minor_id: Annotated[str, AfterValidator(str.upper)] | None = Field(default=None, max_length=8)
    is_active: bool = False
    version: int = 1

    def answers(self) -> LocationAnswers:
        plain = self.model_dump(exclude={"version", "idempotency_key", "is_consulting_rooms"})
        said = {word: value for value, word in _ROOMS.items()}[self.is_consulting_rooms]
        return LocationAnswers(**plain, is_consulting_rooms=said)


class RoomForm(BaseModel):
    room: str = Field(max_length=80)
    seats: int = Field(ge=1, le=500)


Place = Annotated[forms.Form[LocationForm], Depends(forms.of(LocationForm))]
NewRoom = Annotated[forms.Form[RoomForm], Depends(forms.of(RoomForm))]


@router.get("/locations")
def index(request: Request, db: ReadDb, user: Viewer) -> Response:
    return render(
        request,
        "people/locations.html",
        rows=queries.locations(db),
        zones=TIMEZONES,
        may_plan=user.may(Permission.PLAN_SESSIONS),
        may_see_people=user.may(Permission.SEE_PEOPLE),
    )


@router.get("/locations/new")
def new(request: Request, _user: Planner) -> Response:
    return _form_page(request, "people/new_location.html", forms.blank(is_active=True, is_consulting_rooms="unknown"))


@router.post("/locations")
def create(request: Request, form: Place, db: WriteDb, user: Planner) -> Response:
    if form.errors:
        return _form_page(request, "people/new_location.html", form, status_code=422)
    if done := idempotency.already_done(db, form.values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    now = clock.now()
    try:
        location = actions.make_location(db, form.values.answers(), by=user, now=now)
    except Invalid as refusal:
        refused = forms.with_errors(form, refusal.fields)
        return _form_page(request, "people/new_location.html", refused, status_code=422)
    page = f"/locations/{location.id}"
    idempotency.remember(db, form.values.idempotency_key, user_id=user.id, led_to=page, now=now)
    return go_to(request, page, say=MADE)


@router.get("/locations/{location_id}")
def show(request: Request, location_id: UUID, db: ReadDb, user: Viewer) -> Response:
    return _page(request, db, location_id, user, forms.blank())


@router.get("/locations/{location_id}/edit")
def edit(request: Request, location_id: UUID, db: ReadDb, _user: Planner) -> Response:
    location = queries.location(db, location_id)
    return _form_page(request, "people/edit_location.html", _filled(location), location=location)


@router.post("/locations/{location_id}/edit")
def update(request: Request, location_id: UUID, form: Place, db: WriteDb, user: Planner) -> Response:
    location = queries.location(db, location_id)
    page = "people/edit_location.html"
    if form.errors:
        return _form_page(request, page, form, location=location, status_code=422)
    answers, version = form.values.answers(), form.values.version
    try:
        actions.update_location(db, location_id, answers, version, by=user, now=clock.now())
    except Invalid as refusal:
        refused = forms.with_errors(form, refusal.fields)
        return _form_page(request, page, refused, location=location, status_code=422)
    except StaleVersion as refusal:
        newest = replace(form, raw={**form.raw, "version": str(location.version)})
        both = _differences(location, form)
        return _form_page(request, page, newest, location=location, both=both, status_code=refusal.status)
    return go_to(request, f"/locations/{location_id}", say=SAVED)


@router.post("/locations/{location_id}/rooms")
def add_room(request: Request, location_id: UUID, form: NewRoom, db: WriteDb, user: Planner) -> Response:
    if form.errors:
        return _page(request, db, location_id, user, form, status_code=422)
    name, seats = form.values.room, form.values.seats
    actions.add_room(db, location_id, name=name, seats=seats, by=user, now=clock.now())
    return go_to(request, f"/locations/{location_id}", say=ROOM)


def _filled(location: Location) -> forms.Form[Any]:
    recorded = {name: getattr(location, name) for name in LABELS if name != "is_consulting_rooms"}
    rooms = _ROOMS[location.is_consulting_rooms]
    return forms.blank(**recorded, is_consulting_rooms=rooms, version=location.version)


def _differences(location: Location, form: forms.Form[LocationForm]) -> list[tuple[str, str, str]]:
    recorded = _filled(location)
    pairs = [(label, recorded.text(name), form.text(name)) for name, label in LABELS.items()]
    return [(label, now or "nothing", typed or "nothing") for label, now, typed in pairs if now != typed]


def _form_page(
    request: Request,
    template: str,
    form: forms.Form[Any],
    *,
    location: Location | None = None,
    both: list[tuple[str, str, str]] | None = None,
    status_code: int = 200,
) -> Response:
    suggested = words.ZONE_OF_STATE.get((location.state or "").upper()) if location else None
    return render(
        request,
        template,
        status_code=status_code,
        form=form,
        location=location,
        both=both or [],
        labels=LABELS,
        zones=words.timezone_options(),
        suggested=TIMEZONES[suggested].place if suggested else None,
        consulting=CONSULTING,
        areas=AREAS,
    )


def _page(
    request: Request,
    db: ReadSession,
    location_id: UUID,
    user: CurrentUser,
    form: forms.Form[Any],
    *,
    status_code: int = 200,
) -> Response:
    location = queries.location(db, location_id)
    return render(
        request,
        "people/location.html",
        status_code=status_code,
        location=location,
        rooms=queries.rooms_of(db, location_id),
        zone=TIMEZONES[location.timezone].place if location.timezone in TIMEZONES else None,
        consulting={True: "Yes", False: "No", None: "Not known yet"}[location.is_consulting_rooms],
        form=form,
        may_plan=user.may(Permission.PLAN_SESSIONS),
    )
