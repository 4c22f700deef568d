"""Pages about places: the session's own page, booking, changing one place, cancelling a session for everyone."""

from fastapi import APIRouter

from sma.appointments.web import booking, changes, deaths, questions, session_cancellation, session_page, theirs

router = APIRouter()
for part in (session_page, booking, theirs, deaths, changes, questions, session_cancellation):
    router.include_router(part.router)
