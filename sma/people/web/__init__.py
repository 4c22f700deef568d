"""Pages of people and places: search, one person's page with its small forms, practitioners, locations."""

from fastapi import APIRouter

from sma.people.web import answers, cards, patients, places, practitioners, search

router = APIRouter()
for part in (search, patients, answers, cards, practitioners, places):
    router.include_router(part.router)
