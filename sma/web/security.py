"""What every answer carries and every request must pass before a handler sees it: a request id, strict
headers, a name we are known by, the cross-origin check that stands in for form tokens, the body limit. Pure ASGI:
streams stay streams.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from fastapi import FastAPI, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sma.web import problems
from sma.web.htmx import split_claimed

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HALF_A_YEAR = "max-age=15768000"
UNKNOWN_HOST = problems.Problem(
    400,
    "unknown-host",
    "This system does not answer to the name in your address. Open it by the address that your clinic gave you. "
    "Whoever runs it can add a name with SMA_ALLOWED_HOSTS.",
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True)
class BodyLimits:
    """The largest request body in bytes, and larger ones for addresses that take files (by path prefix)."""

    usual: int = 2_000_000
    by_prefix: Mapping[str, int] = field(default_factory=dict)

    def of(self, path: str) -> int:
        return max([self.usual, *(size for prefix, size in self.by_prefix.items() if path.startswith(prefix))])


def install(
    app: FastAPI,
    limits: BodyLimits | None = None,
    *,
    hosts: frozenset[str] | None = None,
    hide_unexpected: bool = True,
) -> None:
    """Guard the app and give every refusal a page that leads on. Call once, before other middleware is added.

    `hosts` are the names this system answers to (None: any). With `hide_unexpected=False` a programming error is
    raised instead of shown as a page, for tests.
    """
    problems.install(app)
    # The one added last is outermost.
    app.add_middleware(BodyLimit, limits=limits or BodyLimits())
    app.add_middleware(CrossOriginCheck)
    if hosts is not None:
        app.add_middleware(KnownHost, hosts=hosts)
    if hide_unexpected:
        app.add_middleware(problems.Unexpected)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HeadAsGet)
    app.add_middleware(RequestId)


class RequestId:
    """Name each request, so that a person can read the name out and an operator can find it in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = uuid.uuid4().hex[:12]
        scope.setdefault("state", {})["request_id"] = reference

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = reference
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=reference):
            await self.app(scope, receive, named)


class SecurityHeaders:
    """Add the strict headers to every answer; what doesn't say otherwise is kept by nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", HALF_A_YEAR)
            await send(message)

        await self.app(scope, receive, guarded)


class HeadAsGet:
    """Answer HEAD as GET without the body, on every page, so that link checkers and monitors learn the truth.

    Source: RFC 9110, 9.3.2. The handler cannot tell the two apart: what a GET keeps in the history, a HEAD keeps too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class KnownHost:
    """Refuse a request under a name that is not ours: our redirects would carry it back to the browser."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and bare_host(Headers(scope=scope).get("host", "")) not in self.hosts:
            await problems.answer(Request(scope, receive), UNKNOWN_HOST)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def bare_host(given: str) -> str:
    """Return the name in a Host header in lower case, without the port."""
    name = given.strip().lower()
    return name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0].rstrip(".")


class CrossOriginCheck:
    """Refuse a change that another site's page asked this browser to make."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_our_own(scope["method"], Headers(scope=scope)):
            response = problems.answer(
                Request(scope, receive),
                problems.Problem(
                    403,
                    "cross-origin",
                    "This request came from another website, so nothing was changed. "
                    "Open the page here and send its form again.",
                ),
            )
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_our_own(method: str, headers: Headers) -> bool:
    """Decide whether a request may change something, from what browsers say and pages cannot forge.

    Browsers send Sec-Fetch-Site only on https and localhost, so on a plain-http intranet Origin decides.
    With neither, only a request without cookies passes: it has no sign-in that could be misused.
    """
    if method in SAFE_METHODS:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is not None:
        sender = split_claimed(origin).netloc.lower()
        return bool(sender) and sender == headers.get("host", "").lower()
    return "cookie" not in headers


class BodyLimit:
    """Stop reading a body that is larger than its address takes.

    Own instead of Starlette's: that one answers a declared oversize with bare text, whatever page we give.
    """

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.limits.of(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared[:20]) > limit:
            await problems.answer(Request(scope, receive), too_large(limit))(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413, too_large(limit).message)
            return message

        await self.app(scope, counted, send)


def too_large(limit: int) -> problems.Problem:
    """Say how much fits, in the units that file managers show."""
    size = f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1000} KB"
    advice = f"That is more than {size}. Send a smaller file, or fewer at a time. Nothing was changed."
    return problems.Problem(413, "too-large", advice)
