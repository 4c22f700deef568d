"""Pages of assignments of benefit."""

from fastapi import APIRouter

from sma.assignments.web import session

router = APIRouter()
for part in (session,):
    router.include_router(part.router)
