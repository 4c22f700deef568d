"""The room in which agreements are made."""

import pytest
from fastapi import FastAPI

from sma.core import clock
from sma.core.db import Database
from sma.identity import Role
from tests.conftest import SignIn
from tests.factories import (
    make_appointment,
    make_location,
    make_patient,
    make_practitioner,
    make_session,
    make_user,
)
from tests.sma.assignments.scene import Room


@pytest.fixture
def room(app: FastAPI, sign_in: SignIn) -> Room:
    database: Database = app.state.database
    with database.write() as db:
        place = make_location(db, address="1 Beach Rd")
        doctor = make_practitioner(db, place, given_names="Sam", family_name="Okafor", provider_number="2447781L")
        session = make_session(
            db,
            location=place,
            clinician=doctor,
            starts_at=clock.now(),
            held_on=clock.local_date(clock.now(), "Australia/Sydney"),
            status="open",
        )
        alan = make_patient(db, preferred_name="Alan", family_name="Drum")
        ben = make_patient(db, preferred_name="Benedetto", family_name="Farrington")
        for person in (alan, ben):
            make_appointment(db, session, person)
        by = make_user(db, Role.FACILITATOR, username="marcus.webb")
    return Room(database, sign_in(Role.FACILITATOR), by, session, doctor, alan, ben)
