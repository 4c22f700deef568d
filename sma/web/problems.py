"""Every refusal as something a person can act on: a fragment for htmx, a page, or problem+json for systems.

Source: RFC 9457 for problem+json. Nothing of the request's content is logged or shown.
"""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import PurePath

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sma.core.errors import Conflict, DomainError, Forbidden, Invalid
from sma.web.form_messages import message_for
from sma.web.htmx import is_local, split_claimed, wants_fragment
from sma.web.templating import environment, render

log = structlog.get_logger(__name__)

# Plain-language advice for refusals that carry no sentence of their own.
ADVICE = {
    400: "That request couldn't be read. Open the page again and use its own form.",
    401: "Sign in first, then come back to this page.",
    403: Forbidden.message,
    404: "There is nothing at this address. It may have been moved, or the link may be incomplete.",
    405: "This address does not work that way. Go back and use the button or link on the page.",
    409: Conflict.message,
    413: "That is too large to send. Send a smaller file, or fewer at a time.",
    415: "This kind of file or data is not accepted here. Check which kinds the page asks for.",
    422: Invalid.message,
    429: "Too many tries in a short time. Wait a minute, then try again.",
    500: "Something went wrong on our side, and this step was not saved. Try again; if it happens again, "
    "tell your administrator the reference below.",
    503: "The system is busy or being updated. Wait a minute, then try again.",
}
TITLES = {
    400: "That can't be read",
    401: "Please sign in",
    403: "Not part of your role",
    404: "Nothing here",
    405: "That doesn't work here",
    409: "Not possible right now",
    413: "Too large",
    415: "Not this kind of file",
    422: "Please check your answers",
    429: "Please wait a moment",
    500: "Something went wrong",
    503: "Back in a moment",
}
OWN_PAGES = frozenset({403, 404, 409, 500})


@dataclass(frozen=True)
class Problem:
    """One refusal: status, a stable code for machines, a sentence for people, and errors by field."""

    status: int
    code: str
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return TITLES.get(self.status) or HTTPStatus(self.status).phrase


def install(app: FastAPI) -> None:
    """Teach the app to answer refusals; unexpected errors need the `Unexpected` middleware too."""

    async def on_error(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error))

    for kind in (DomainError, HTTPException, RequestValidationError, OperationalError):
        app.add_exception_handler(kind, on_error)


def problem_of(error: Exception) -> Problem:
    """Translate an exception; one that nobody foresaw becomes a 500 that reveals nothing."""
    match error:
        case Invalid():
            return Problem(error.status, error.code, error.message, error.fields)
        case DomainError():
            return Problem(error.status, error.code, error.message)
        case OperationalError():
            # The embedded database was held by somebody else for longer than we wait, or the server is away.
            return Problem(503, "busy", ADVICE[503])
        case HTTPException():
            status = error.status_code
            phrase = HTTPStatus(status).phrase
            own_words = error.detail if error.detail and error.detail != phrase else None
            message = own_words or ADVICE.get(status, ADVICE[400 if status < 500 else 500])
            return Problem(status, _code(phrase), message, headers=error.headers or {})
        case RequestValidationError():
            fields = {_place(found["loc"]): message_for(found) for found in reversed(error.errors())}
            # A malformed id in the address is simply an address where nothing is.
            if any(found["loc"][:1] == ("path",) for found in error.errors()):
                return Problem(404, "not-found", ADVICE[404])
            return Problem(422, "invalid", ADVICE[422], fields)
        case _:
            return Problem(500, "unexpected", ADVICE[500])


def answer(request: Request, problem: Problem) -> Response:
    """Draw a problem the way the caller can use it; a page that fails to draw falls back to a bare one."""
    reference = str(getattr(request.state, "request_id", ""))
    if _wants_json(request):
        return _json(problem, reference)
    context = {"problem": problem, "reference": reference, "back": _back(request)}
    try:
        if wants_fragment(request):
            response = render(request, "errors/_alert.html", status_code=problem.status, **context)
            # Shown above the page, so that the row or form the person worked on stays as it is.
            response.headers["HX-Retarget"] = "#notices"
            response.headers["HX-Reswap"] = "innerHTML"
        else:
            name = f"errors/{problem.status if problem.status in OWN_PAGES else 'other'}.html"
            response = render(request, name, status_code=problem.status, **context)
    except Exception as failure:
        report(failure, reference)
        response = HTMLResponse(_bare_page(problem, reference), problem.status)
    response.headers.update(problem.headers)
    return response


class Unexpected:
    """Turn a programming error into the 500 page with a reference, and log where it happened.

    Starlette's own last resort raises again, and the server would then log the exception's text, in which a
    database driver likes to quote the row.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            # The person closed the page while sending; nobody is left to answer.
            return
        except Exception as error:
            request = Request(scope, receive)
            report(error, str(getattr(request.state, "request_id", "")))
            if started:
                # Too late for a page; cutting the connection is the only honest end of a half-sent answer.
                raise ConnectionAbortedError("answer cut short by an error, see the log") from None
            await answer(request, problem_of(error))(scope, receive, send)


def report(error: Exception, reference: str) -> None:
    """Log the kind of error and its places in the code, never its text: texts quote what people typed."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    places = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("unexpected", reference=reference, error=type(error).__name__, places=places)


def _wants_json(request: Request) -> bool:
    if request.url.path.startswith("/api/"):
        return True
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def _json(problem: Problem, reference: str) -> Response:
    body: dict[str, object] = {
        "type": f"urn:sma:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.message,
        "code": problem.code,
        "reference": reference,
    }
    if problem.fields:
        body["fields"] = dict(problem.fields)
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


def _back(request: Request) -> str | None:
    """The page of ours that the person came from, if it isn't the one that failed."""
    came_from = split_claimed(request.headers.get("referer", ""))
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    if came_from.netloc != request.headers.get("host") or not is_local(path):
        return None
    return None if path == request.url.path and request.method == "GET" else path


def _bare_page(problem: Problem, reference: str) -> str:
    page = environment().from_string(
        '<!doctype html><html lang="en-AU"><title>{{ p.title }}</title><h1>{{ p.title }}</h1>'
        '<p>{{ p.message }}</p><p>Reference: {{ reference }}</p><p><a href="/">Go to the first page</a></p>'
    )
    return page.render(p=problem, reference=reference)


def _place(location: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _code(phrase: str) -> str:
    return phrase.lower().replace(" ", "-")
