"""A small app that stands on the toolkit alone: one page with every component, and one form."""

from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from pydantic import BaseModel, Field, SecretStr, field_validator

from sma.core.errors import Conflict, Invalid
from sma.web import flash, security
from sma.web.assets import HashedFiles
from sma.web.forms import Form, Upload, blank, of
from sma.web.htmx import go_to
from sma.web.templating import NavItem, environment, render

BOOKED = flash.notice("sample-booked", "Place booked. The invitation is on its way.")
TOLD = flash.notice("sample-told", "{n} people will be told.")
NAV = [
    NavItem(label, "/" + label.lower(), icon, lambda _: True)
    for label, icon in [
        ("Sample", "house"),
        ("Week", "calendar-days"),
        ("Programs", "folder-heart"),
        ("People", "users"),
        ("Claims", "receipt-text"),
        ("Messages", "mail"),
        ("Settings", "settings"),
    ]
]


class Audience(Enum):
    OPEN = "open"
    MENS = "mens"


class Booking(BaseModel):
    name: str = Field(max_length=20)
    on: date
    places: int = Field(default=8, ge=1)
    audience: Audience = Audience.OPEN
    needs: list[str] = []
    agreed: bool = False
    note: str = ""
    secret: SecretStr | None = None
    file: Upload | None = None

    @field_validator("name")
    @classmethod
    def _not_a_number(cls, name: str) -> str:
        if name.isdecimal():
            raise ValueError("Write the person's name, not a number.")
        return name


BookingForm = Annotated[Form[Booking], Depends(of(Booking))]


def pages() -> Environment:
    env = environment()
    if not isinstance(env.loader, ChoiceLoader):
        assert env.loader is not None
        env.loader = ChoiceLoader([env.loader, FileSystemLoader(Path(__file__).parent / "pages")])
    return env


def make_app(**options: Any) -> FastAPI:
    """The sample app. Options go to `security.install`."""
    pages()
    app = FastAPI()
    app.state.clinic_name = "Saltwater Clinic"
    app.state.nav = NAV
    security.install(app, **options)
    app.mount("/static", HashedFiles())

    @app.get("/sample")
    def show(request: Request) -> Response:
        form = blank(minutes=60, places=12, on=date(2026, 12, 1), presence="late", agreed=True)
        return render(request, "sample.html", form=form)

    @app.post("/sample")
    def book(request: Request, form: BookingForm) -> Response:
        if form.errors:
            return render(request, "sample.html", status_code=422, form=form)
        return go_to(request, "/sample", say=BOOKED)

    @app.post("/echo")
    def echo(form: BookingForm) -> dict[str, Any]:
        values = None if form.errors else form.values.model_dump(exclude={"secret", "file"}, mode="json")
        return {"raw": form.raw, "errors": form.errors, "values": values}

    @app.post("/taken")
    def taken() -> None:
        raise Conflict("The last place was taken a moment ago. Add the person to the waiting list.", code="full")

    @app.post("/row")
    def row() -> HTMLResponse:
        return HTMLResponse('<div id="row"><p>Amal is marked late.</p></div>')

    @app.get("/api/lines")
    def lines() -> None:
        raise Invalid(fields={"amount": "Give an amount."})

    @app.get("/number/{number}")
    def number(number: int, limit: int = 5) -> int:
        return number + limit

    @app.get("/boom")
    def boom() -> None:
        raise RuntimeError("the row of Mary Example, card 2345")

    return app
