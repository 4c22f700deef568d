"""MyMedicare: with which practice a person is registered."""

from datetime import date, datetime
from uuid import UUID

from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.entitlements.models import MyMedicareRegistration
from sma.entitlements.rules import Registered, day_problem
from sma.identity import CurrentUser
from sma.people import lock_patients
from sma.people.rules import today_at


def record_registration(
    db: WriteSession, patient_id: UUID, *, registered: str, from_on: date, by: CurrentUser, now: datetime
) -> MyMedicareRegistration:
    """Keep with which practice a person is registered from a day on; what was recorded before stays as history.

    Locks: the patient row. Raises: PersonNotFound, Invalid for a day that cannot be.
    """
    (patient,) = lock_patients(db, [patient_id])
    if problem := day_problem(from_on, patient.born_on, today_at(now)):
        raise Invalid(fields={"from_on": problem})
    row = MyMedicareRegistration(
        patient_id=patient.id,
        registered=Registered(registered),
        from_on=from_on,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(row)
    audit.record(db, by=by, did="record-my-medicare", on=row, now=now, registered=row.registered)
    return row
