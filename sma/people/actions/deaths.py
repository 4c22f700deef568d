"""That somebody has died, on their own row. `sma.appointments` says what it does to their places.

From the moment the row says so, every name is withheld, no place can be given, and each message looks at it before it
leaves. The rest follows from `patient.died`, which an import publishes as well.
"""

from datetime import date, datetime
from uuid import UUID

from sma.core import audit, outbox
from sma.core.audit import Actor
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people.actions.patients import keep_here, lock_patient
from sma.people.deaths import DeathAlreadyRecorded, NoDeathRecorded, ToldBy, check_death_date
from sma.people.models import Patient
from sma.people.rules import today_at

# What a later import leaves alone once somebody here has said how it is.
_KEPT = {"is_deceased", "deceased_told_by"}


def mark_deceased(
    db: WriteSession, patient_id: UUID, *, told_by: ToldBy, died_on: date | None, by: CurrentUser, now: datetime
) -> Patient:
    """Keep that a person has died, who told us, and the day if it is known.

    Locks: the patient row. Publishes: patient.died.
    Raises: PersonNotFound, DeathAlreadyRecorded, Invalid for a day that cannot be.
    """
    patient = lock_patient(db, patient_id)
    if patient.is_deceased:
        raise DeathAlreadyRecorded
    check_death_date(died_on, born_on=patient.born_on, today=today_at(now))
    patient.is_deceased, patient.deceased_told_by, patient.deceased_on = True, told_by, died_on
    keep_here(patient, _KEPT | ({"deceased_on"} if died_on else set()))
    patient.version += 1
    announce_death(db, patient, by=by, now=now)
    return patient


def unmark_deceased(db: WriteSession, patient_id: UUID, *, by: CurrentUser, now: datetime) -> Patient:
    """Take back a death that was recorded by mistake; no later import may bring it again.

    Locks: the patient row. Publishes: patient.death-corrected. Raises: PersonNotFound, NoDeathRecorded.
    """
    patient = lock_patient(db, patient_id)
    if not patient.is_deceased:
        raise NoDeathRecorded
    patient.is_deceased, patient.deceased_told_by, patient.deceased_on = False, None, None
    keep_here(patient, _KEPT | {"deceased_on"})
    patient.version += 1
    audit.record(db, by=by, did="correct-death", on=patient, now=now)
    outbox.publish(db, "patient.death-corrected", patient.id, now=now, key=now.isoformat())
    return patient


def announce_death(db: WriteSession, patient: Patient, *, by: Actor | None, now: datetime) -> None:
    """Note who recorded it, and owe what follows for places and messages. Publishes: patient.died."""
    audit.record(db, by=by, did="record-death", on=patient, now=now, told_by=patient.deceased_told_by)
    outbox.publish(db, "patient.died", patient.id, now=now, key=now.isoformat())
