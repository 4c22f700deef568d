"""Pages of planning: programs, the form of a session, and where a session stands."""

from fastapi import APIRouter

from sma.scheduling.web import programs, sessions, standing

router = APIRouter()
for part in (programs, sessions, standing):
    router.include_router(part.router)
