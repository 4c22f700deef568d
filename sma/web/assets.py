"""Static files under an address that changes with their content, so browsers may keep them for a year.

One hash covers the whole folder: a stylesheet's relative imports then stay inside the same version.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
_YEAR = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """Hash every static file, names included; read once per process."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(STATIC).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@cache
def asset(path: str) -> str:
    """Return the address of a static file: `asset("app.css")` is `/static/<hash>/app.css`.

    Raises: FileNotFoundError, so that a misspelt name fails in the first test that renders it.
    """
    if not (STATIC / path).is_file():
        raise FileNotFoundError(f"no static file {path}")
    return f"/static/{version()}/{path}"


class HashedFiles(StaticFiles):
    """Mount at `/static`. Addresses with the present hash are kept for a year, all others are asked again."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        # get_path() has already turned slashes into the system's separator.
        first, _, rest = path.partition(os.sep)
        current = first == version()
        response = await super().get_response(rest if current else path, scope)
        response.headers["Cache-Control"] = _YEAR if current and response.status_code < 400 else "no-cache"
        return response
