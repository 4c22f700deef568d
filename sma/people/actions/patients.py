"""Registering a person and changing what they told us about names, birth and contact."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col, select

from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import StaleVersion
from sma.identity import CurrentUser
from sma.people.models import Patient
from sma.people.rules import PatientAnswers, PersonNotFound, check_birth_date, indigenous_answer, today_at
from sma.people.search import fold

PLAIN = (
    "preferred_name",
    "given_names",
    "family_name",
    "born_on",
    "dob_accuracy",
    "pronouns",
    "email",
    "phone",
    "contact_by_email",
    "contact_by_phone",
    "contact_note",
    "language",
    "interpreter_needed",
)


def register_patient(db: WriteSession, answers: PatientAnswers, *, by: CurrentUser, now: datetime) -> Patient:
    """Put a new person on the books, with exactly the answers they gave and no others.

    Raises: Invalid for an impossible date of birth.
    """
    check_birth_date(answers.born_on, today_at(now))
    patient = Patient(preferred_name=answers.preferred_name, preferred_search="", created_at=now)
    _take(patient, answers, now)
    patient.kept_here = []
    db.add(patient)
    audit.record(db, by=by, did="register", on=patient, now=now)
    return patient


def update_patient(
    db: WriteSession, patient_id: UUID, answers: PatientAnswers, version: int, *, by: CurrentUser, now: datetime
) -> Patient:
    """Change what is recorded about a person, if nobody changed it since the form was opened.

    Locks: the patient row. Raises: PersonNotFound, StaleVersion, Invalid for an impossible date of birth.
    """
    check_birth_date(answers.born_on, today_at(now))
    patient = lock_patient(db, patient_id)
    if patient.version != version:
        raise StaleVersion
    changed = _take(patient, answers, now)
    if changed:
        keep_here(patient, changed | _spoken(answers))
        patient.version += 1
        audit.record(db, by=by, did="edit", on=patient, now=now, fields=" ".join(sorted(changed)))
    return patient


def lock_patients(db: WriteSession, ids: Collection[UUID]) -> list[Patient]:
    """Return these people in the order of their ids, each row locked until the transaction ends.

    Everybody locks in this order, so that two bookings that cross cannot wait for each other for ever.
    Raises: PersonNotFound when one is missing.
    """
    wanted = set(ids)
    found = db.exec(_LOCKED, params={"ids": list(wanted)}).all()
    if len(found) != len(wanted):
        raise PersonNotFound
    return list(found)


def hold_patients(db: WriteSession, ids: Collection[UUID]) -> None:
    """Lock these people as `lock_patients` does, where nothing about them is to be read.

    People added in this transaction have to be flushed before. Raises: PersonNotFound when one is missing.
    """
    wanted = set(ids)
    if len(db.connection().execute(_HELD, {"ids": list(wanted)}).all()) != len(wanted):
        raise PersonNotFound


# Built once: every booking runs them.
_AMONG = col(Patient.id).in_(bindparam("ids", expanding=True))
# Not against rows that only point at the person (`key_share`): a session that is judged writes such lines while it
# holds its own row, and whoever holds the person may be waiting for that.
_LOCKED = (
    select(Patient)
    .where(_AMONG)
    .order_by(col(Patient.id))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_HELD = select(Patient.id).where(_AMONG).order_by(col(Patient.id)).with_for_update(key_share=True)


def lock_patient(db: WriteSession, patient_id: UUID) -> Patient:
    return lock_patients(db, [patient_id])[0]


def keep_here(patient: Patient, fields: Collection[str]) -> None:
    """Remember that these were said or changed in the clinic: no later import may overwrite them."""
    patient.kept_here = sorted({*patient.kept_here, *fields})


def rename_for_search(patient: Patient) -> None:
    patient.preferred_search = fold(patient.preferred_name)
    patient.family_search = fold(patient.family_name)


def _spoken(answers: PatientAnswers) -> set[str]:
    """Name the columns of questions that were asked now: an answer, its source and its date belong together."""
    gender = {"gender", "gender_term", "gender_source", "gender_on"} if answers.gender is not None else set()
    status = "indigenous_status"
    origin = {status, f"{status}_state", f"{status}_source", f"{status}_on"} if answers.origin else set()
    return gender | origin


def _take(patient: Patient, answers: PatientAnswers, now: datetime) -> set[str]:
    """Write the answers onto the row and name the columns that changed."""
    wanted: dict[str, Any] = {name: getattr(answers, name) for name in PLAIN}
    if answers.gender is not None:
        wanted |= {
            "gender": answers.gender,
            "gender_term": answers.gender_term,
            "gender_source": answers.source,
            "gender_on": today_at(now),
        }
    if answers.origin:
        status, state = indigenous_answer(answers.origin)
        wanted |= {
            "indigenous_status": status,
            "indigenous_status_state": state,
            "indigenous_status_source": answers.source,
            "indigenous_status_on": today_at(now),
        }
    changed = {name for name, value in wanted.items() if getattr(patient, name) != value}
    for name in changed:
        setattr(patient, name, wanted[name])
    rename_for_search(patient)
    return changed
