"""One person's places: what is coming, what has been."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.appointments import queries
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb
from sma.identity import CurrentUser, Permission, require
from sma.people import Patient, PersonNotFound, full_name, preferred
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/people/{patient_id}/appointments")
def show(
    request: Request,
    patient_id: UUID,
    db: ReadDb,
    user: Annotated[CurrentUser, require(Permission.SEE_PEOPLE)],
) -> Response:
    """List a person's places. Whoever sees only their own sessions reads them without links."""
    patient = db.get(Patient, patient_id)
    if patient is None:
        raise PersonNotFound
    coming, past = queries.places_of_person(db, patient_id, now=clock.now())
    return render(
        request,
        "appointments/theirs.html",
        patient_id=patient_id,
        name=full_name(patient),
        preferred=preferred(patient),
        coming=coming,
        past=past,
        links=user.may(Permission.SEE_EVERY_SESSION),
        may_book=user.may(Permission.BOOK) and not patient.is_deceased,
    )
