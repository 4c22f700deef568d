"""Pages of the day: the working screen, its forms, walk-ins, closing and the sheets."""

from fastapi import APIRouter

from sma.attendance.web import closing, consults, day, presences, sheets, staff, walk_ins

router = APIRouter()
for part in (day, consults, presences, walk_ins, closing, sheets, staff):
    router.include_router(part.router)
