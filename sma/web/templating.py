"""Templates: one environment for pages, fragments and mails. Templates receive plain values and never query;
a missing value is an error, not an empty place on the page.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from calendars import TIMEZONES
from sma.web import flash
from sma.web.assets import asset


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation, shown when `shown_to(user)` says so. The app sets `app.state.nav`."""

    label: str
    url: str
    icon: str
    shown_to: Callable[[Any], bool] = lambda user: user is not None


def render(request: Request, name: str, /, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a page or fragment that no browser or proxy may keep.

    Adds to the context: request_path, user, clinic_name, nav, flash. Reads `request.state.user`,
    `app.state.clinic_name` and `app.state.nav`, each optional.
    """
    user = getattr(request.state, "user", None)
    state = request.app.state
    items: Sequence[NavItem] = getattr(state, "nav", ())
    sentence = flash.pending(request)
    shared = {
        "request_path": request.url.path,
        "user": user,
        "clinic_name": getattr(state, "clinic_name", "Our clinic"),
        "nav": [item for item in items if item.shown_to(user)],
        "flash": sentence,
    }
    html = environment().get_template(name).render(shared | context)
    response = HTMLResponse(html, status_code=status_code, headers={"Cache-Control": "no-store"})
    if sentence is not None:
        response.delete_cookie(flash.COOKIE, path="/")
    return response


def render_text(name: str, /, **context: Any) -> str:
    """Fill a mail or text-message template; `.txt` is left unescaped, `.html` is escaped as pages are."""
    return environment().get_template(name).render(context)


@cache
def environment() -> Environment:
    """Build the one Jinja environment; templates are compiled once per process."""
    env = Environment(
        loader=FileSystemLoader(template_folder()),
        undefined=StrictUndefined,
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.globals.update(asset=asset, idempotency_key=idempotency_key)
    env.filters.update(local=local, zone_words=zone_words, day=day, time12=time12, money=money, plural=plural)
    return env


def template_folder() -> Path:
    """Find the templates beside the installed package (wheel), else at the top of the checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "_templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


def idempotency_key() -> str:
    """Make the hidden key that lets a form be sent twice and act once."""
    return uuid.uuid4().hex


def local(instant: datetime, zone: str | ZoneInfo) -> datetime:
    """Turn an aware instant into wall-clock time of the site.

    Raises: ValueError for a naive value: nobody could say which clock it was read from.
    """
    if instant.tzinfo is None:
        raise ValueError("a time on a page must know its zone")
    return instant.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def zone_words(timezone: str) -> str:
    """Name a place's clock, such as "Sydney time"; for lists in which several clocks are read."""
    zone = TIMEZONES.get(timezone)
    return f"{zone.place if zone else timezone} time"


def day(value: date, *, weekday: bool = True, year: bool = True) -> str:
    """Write a date as "Tue 1 Dec 2026"."""
    return _day(date(value.year, value.month, value.day), weekday, year)


# Kept by plain date: two moments can be equal and still fall on different days by their own clocks.
@lru_cache(maxsize=1024)
def _day(value: date, weekday: bool, year: bool) -> str:
    parts = [f"{value:%a}" if weekday else "", str(value.day), f"{value:%b}", str(value.year) if year else ""]
    return " ".join(part for part in parts if part)


def time12(value: datetime | time, *, seconds: bool = False) -> str:
    """Write a time of day as "10:00 am"; with `seconds`, as "10:00:05 am", for what counts as evidence."""
    rest = f":{value.second:02d}" if seconds else ""
    return f"{value.hour % 12 or 12}:{value.minute:02d}{rest} {'am' if value.hour < 12 else 'pm'}"


def money(cents: int) -> str:
    """Write integer cents as "$1,234.50", with a true minus sign for negative amounts."""
    sign = "\u2212" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}${dollars:,}.{rest:02d}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun, such as "3 places" or "1 person"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
