"""Services by day against the patterns that the law looks at: services count, not people, and only one's own."""

from datetime import date, timedelta
from uuid import uuid4

from fastapi import FastAPI

from sma.attendance import Encounter
from sma.claims import Claim
from sma.claims.queries import volumes
from sma.core.db import Database, WriteSession
from sma.identity import Role
from sma.people import Practitioner
from tests.conftest import SignIn
from tests.factories import NOW, make_appointment, make_patient, make_practitioner, make_session

TODAY = date(2026, 11, 23)


def give(db: WriteSession, clinician: Practitioner, day: date, services: int, **changes: object) -> None:
    """Lines of one day, each of somebody else."""
    session = make_session(db, clinician=clinician, held_on=day, code=uuid4().hex[:6])
    for _ in range(services):
        patient = make_patient(db, agreed=False)
        place = make_appointment(db, session, patient)
        encounter = Encounter(appointment_id=place.id, group_session_id=session.id, patient_id=patient.id)
        db.add(encounter)
        db.flush()
        line = {
            "group_session_id": session.id,
            "encounter_id": encounter.id,
            "patient_id": patient.id,
            "practitioner_id": clinician.id,
            "date_of_service": day,
            "item_number": "23",
            "rulebook_hash": "0" * 64,
            "status": "exported",
            "summary": "Item 23 fits.",
            "assessed_at": NOW,
        }
        db.add(Claim(**{**line, **changes}))
    db.flush()


def test_a_shared_appointment_of_twelve_counts_twelve(db: WriteSession) -> None:
    doctor = make_practitioner(db)
    give(db, doctor, TODAY, 3)
    give(db, doctor, TODAY, 2, status="ready")
    give(db, doctor, TODAY - timedelta(days=1), 1)

    (found,) = volumes(db, TODAY)
    eighty = found.standings[0]

    assert eighty.busiest is not None
    assert (eighty.busiest.day, eighty.busiest.services) == (TODAY, 5)
    assert [each.services for each in eighty.counts] == [1, 5]
    assert not eighty.is_reached


def test_what_was_taken_back_not_billed_or_long_ago_does_not_count(db: WriteSession) -> None:
    doctor = make_practitioner(db)
    give(db, doctor, TODAY, 1)
    give(db, doctor, TODAY, 1, status="void")
    give(db, doctor, TODAY, 1, status="ready", kind="void")
    give(db, doctor, TODAY, 1, status="not-billed")
    give(db, doctor, date(2025, 11, 23), 1)

    (found,) = volumes(db, TODAY)

    assert sum(each.services for each in found.standings[0].counts) == 1


def test_a_clinician_reads_their_own_and_billing_everybodys(app: FastAPI, sign_in: SignIn) -> None:
    database: Database = app.state.database
    doctor = sign_in(Role.CLINICIAN)
    with database.write() as db:
        own = make_practitioner(db, family_name="Adeyemi", user_id=doctor.user.id)  # type: ignore[attr-defined]
        other = make_practitioner(db, family_name="Brandt")
        for clinician in (own, other):
            give(db, clinician, TODAY, 1)

    mine, everybodys = doctor.get("/claims/volume").text, sign_in(Role.BILLING).get("/claims/volume").text

    assert ("Adeyemi" in mine, "Brandt" in mine) == (True, False)
    assert ("Adeyemi" in everybodys, "Brandt" in everybodys) == (True, True)
    assert "80 or more a day on 20 days in 12 months" in mine
    assert sign_in(Role.FRONT_DESK).get("/claims/volume").status_code == 403
