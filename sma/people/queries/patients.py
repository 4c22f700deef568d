"""Finding people, and what one person's page shows."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlmodel import col, select

from sma.core.crypto import blind_index
from sma.core.db import ReadSession
from sma.people import names
from sma.people.models import Coverage, Patient
from sma.people.rules import PatientAnswers, PersonNotFound, contact_words
from sma.people.search import Sought, after, fold, what_is_sought


@dataclass(frozen=True)
class PatientHit:
    """One person found: enough to tell two people apart and to reach the right one safely."""

    id: UUID
    preferred_name: str
    family_name: str
    born_on: date | None
    dob_accuracy: str
    pronouns: str | None
    language: str | None
    contact_words: str
    is_deceased: bool


def find_patients(db: ReadSession, text: str, limit: int = 20, *, among: Select[Any] | None = None) -> list[PatientHit]:
    """Find people by first letters of a name, date of birth, or last four digits of a Medicare card. One statement.

    An empty text finds nobody: the whole list of patients is never shown. `among` selects the only ids to be found.
    """
    sought = what_is_sought(text)
    if sought.is_empty:
        return []
    statement = _hits().where(_matches(sought))
    if among is not None:
        statement = statement.where(col(Patient.id).in_(among))
    ordered = statement.order_by(col(Patient.preferred_search), col(Patient.family_search), col(Patient.id))
    return [_hit(row) for row in db.exec(ordered.limit(limit))]


def people_like(db: ReadSession, answers: PatientAnswers) -> list[PatientHit]:
    """Return people already here with the same names and date of birth. A hint for the desk, never a refusal:
    many people share an estimated birthday on 1 July. One statement.
    """
    if answers.born_on is None:
        return []
    same = and_(
        col(Patient.born_on) == answers.born_on,
        col(Patient.preferred_search) == fold(answers.preferred_name),
        col(Patient.family_search) == fold(answers.family_name),
    )
    return [_hit(row) for row in db.exec(_hits().where(same).limit(5))]


def person(db: ReadSession, patient_id: UUID) -> Patient:
    """Raises: PersonNotFound."""
    found = db.get(Patient, patient_id)
    if found is None:
        raise PersonNotFound
    return found


def is_among(db: ReadSession, patient_id: UUID, among: Select[Any]) -> bool:
    """Tell whether somebody is one of the people whose ids `among` selects."""
    found = db.exec(select(Patient.id).where(col(Patient.id) == patient_id, col(Patient.id).in_(among)))
    return found.first() is not None


def current_coverage(db: ReadSession, patient_id: UUID) -> list[Coverage]:
    """Return the cards in use, Medicare and DVA, newest first."""
    return list(
        db.exec(
            select(Coverage)
            .where(col(Coverage.patient_id) == patient_id, col(Coverage.is_current).is_(True))
            .order_by(col(Coverage.created_at).desc())
        )
    )


def _hits() -> Any:
    return select(
        col(Patient.id),
        col(Patient.preferred_name),
        col(Patient.family_name),
        col(Patient.born_on),
    ).add_columns(
        col(Patient.dob_accuracy),
        col(Patient.pronouns),
        col(Patient.language),
        col(Patient.email),
        col(Patient.phone),
        col(Patient.contact_by_email),
        col(Patient.contact_by_phone),
        col(Patient.contact_note).is_not(None).label("has_note"),
        col(Patient.is_deceased),
    )


def _hit(row: Any) -> PatientHit:
    return PatientHit(
        id=row.id,
        preferred_name=names.preferred(row),
        family_name="" if row.is_deceased else row.family_name or "",
        born_on=row.born_on,
        dob_accuracy=row.dob_accuracy,
        pronouns=row.pronouns,
        language=row.language,
        contact_words=contact_words(
            email=row.email,
            phone=row.phone,
            by_email=row.contact_by_email,
            by_phone=row.contact_by_phone,
            has_note=row.has_note,
        ),
        is_deceased=row.is_deceased,
    )


def _matches(sought: Sought) -> ColumnElement[bool]:
    if sought.born_on is not None:
        return col(Patient.born_on) == sought.born_on
    if sought.last_four is not None:
        held = select(Coverage.patient_id).where(
            col(Coverage.last_four_index) == blind_index(sought.last_four, "coverage.last-four"),
            col(Coverage.is_current).is_(True),
        )
        return col(Patient.id).in_(held)
    preferred, family = col(Patient.preferred_search), col(Patient.family_search)
    whole = " ".join(sought.words)
    ways = [_begins(preferred, whole), _begins(family, whole)]
    for cut in range(1, len(sought.words)):
        one, other = " ".join(sought.words[:cut]), " ".join(sought.words[cut:])
        ways += [
            and_(_begins(preferred, one), _begins(family, other)),
            and_(_begins(family, one), _begins(preferred, other)),
        ]
    return or_(*ways)


def _begins(column: Any, prefix: str) -> ColumnElement[bool]:
    # A range, not LIKE: SQLite's LIKE ignores case and so cannot use the index.
    return and_(column >= prefix, column < after(prefix))
