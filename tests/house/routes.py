"""Walks the routes of the application, however they were included."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute


@dataclass(frozen=True)
class WalkedRoute:
    """One address, its methods, and every dependency that runs before its handler."""

    path: str
    methods: frozenset[str]
    calls: list[Callable[..., Any] | None]


def routes_of(app: FastAPI) -> Iterator[WalkedRoute]:
    """Yield every route that answers, mounted static files aside."""
    for route in _flat(app.routes):
        if isinstance(route, APIRoute):
            yield WalkedRoute(route.path, frozenset(route.methods), list(_calls(route.dependant)))


def _flat(routes: list[Any]) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None and not isinstance(route, APIRoute):
            yield from _flat(inner.routes)
        else:
            yield route


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
