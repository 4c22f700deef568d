"""Puts the web application together: database, routers, guards, error pages. Composition root for HTTP."""

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from sma import __version__, fees
from sma.core import clock, crypto, logs
from sma.core.db import Database
from sma.core.settings import Settings
from sma.identity import OwnPasswordNeeded, Permission, SignInNeeded
from sma.identity.current import current_user
from sma.reach import own_people, reaches
from sma.web import problems, security
from sma.web.assets import HashedFiles
from sma.web.htmx import go_to, wants_fragment
from sma.web.templating import NavItem

# Measured: the default of 40 threads loses two thirds of the throughput to lock hand-overs; on SQLite one thread also
# keeps writers in order, so that none starves.
THREADS_ON_SQLITE = 1
THREADS_ON_POSTGRESQL = 4

SLICES = (
    "sma.boards.web",
    "sma.identity.web",
    "sma.people.web",
    "sma.entitlements.web",
    "sma.scheduling.web",
    "sma.appointments.web",
    "sma.attendance.web",
    "sma.assignments.web",
    "sma.claims.web",
    "sma.messages.web",
    "sma.operations.web",
)


def _shown(permission: Permission) -> Callable[[Any], bool]:
    return lambda user: user is not None and user.may(permission)


NAV = (
    NavItem("Today", "/today", "calendar-days", _shown(Permission.SEE_SCHEDULE)),
    NavItem("Week", "/week", "calendar-days", _shown(Permission.SEE_SCHEDULE)),
    NavItem("People", "/people", "users", _shown(Permission.SEE_PEOPLE)),
    NavItem("Programs", "/programs", "list", _shown(Permission.SEE_SETTINGS)),
    NavItem("Asked of you", "/questions", "message-square", _shown(Permission.APPROVE_AUDIENCE)),
    NavItem("Messages", "/messages", "mail", _shown(Permission.SEE_MESSAGES)),
    NavItem("Claims", "/claims", "file-text", _shown(Permission.SEE_CLAIMS)),
    NavItem("Users", "/users", "user-check", _shown(Permission.MANAGE_USERS)),
    NavItem("Operations", "/operations", "settings", _shown(Permission.SEE_OPERATIONS)),
)


def create_app(settings: Settings, *, waker: Callable[[], None] | None = None) -> FastAPI:
    """Build the application. `waker` is called after each commit that owes an effect."""
    logs.set_up(settings.log_level)
    crypto.install(settings.keyring)
    clock.use_test_clock(settings.test_clock)
    fees.use_accepted(settings)
    database = Database(settings.resolved_database_url, waker)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = THREADS_ON_SQLITE if database.is_sqlite else THREADS_ON_POSTGRESQL
        yield
        database.dispose()

    app = FastAPI(
        title="Shared Medical Appointment scheduler",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.clinic_name = settings.clinic_name
    app.state.nav = NAV
    app.state.reach = reaches
    app.state.own_people = own_people
    security.install(app, security.BodyLimits(usual=settings.body_limit_bytes), hosts=settings.known_hosts)
    app.add_exception_handler(SignInNeeded, _first("/sign-in"))
    app.add_exception_handler(OwnPasswordNeeded, _first("/account/own-password"))
    app.add_exception_handler(HTTPException, _nowhere)
    app.mount("/static", HashedFiles(), name="static")
    for name in SLICES:
        app.router.routes.extend(_routes(importlib.import_module(name).router))
    return app


def _routes(router: APIRouter) -> list[BaseRoute]:
    """Return a slice's routes, those of its parts included, as one list.

    Routers within routers would be searched level by level, twice for each request. What the inclusion of a part adds
    (a prefix, dependencies) is not taken along, so the slices use none of that; a house test says so.
    """
    return [found.original_route for found in iter_route_contexts(router.routes)]


async def _nowhere(request: Request, error: Exception) -> Response:
    """Answer an address that no route guards, with the main navigation for whoever is signed in."""
    if not hasattr(request.state, "user"):
        # The refusal is the answer, whatever happens to this look-up.
        with suppress(SignInNeeded, SQLAlchemyError):
            await current_user(request)
    return problems.answer(request, problems.problem_of(error))


def _first(page: str) -> Callable[[Request, Exception], Response]:
    """Lead a browser to a page that comes first, and back afterwards; everything else gets the refusal."""

    def lead(request: Request, error: Exception) -> Response:
        if request.method == "GET" and not wants_fragment(request):
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return go_to(request, f"{page}?next={quote(here)}")
        return problems.answer(request, problems.problem_of(error))

    return lead
