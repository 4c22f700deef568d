"""Whether somebody has agreed to group care and confidentiality, in the wording now in use."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.people.models import Agreement
from sma.people.rules import CURRENT_AGREEMENT_VERSION


def agreement_stands(patient_id: Any, on: Any) -> ColumnElement[bool]:
    """A condition: this person's agreement in the present wording stands on that day.

    Both may be columns of the statement around it, bound values or plain ones.
    """
    return exists().where(_stands(patient_id), col(Agreement.given_on) <= on).correlate_except(Agreement)


def has_agreement(db: ReadSession, patient_id: UUID, on: date) -> bool:
    """Say whether the person's agreement in the present wording stood on that day. One statement."""
    return db.exec(select(agreement_stands(patient_id, on))).one()


def standing_agreements(db: ReadSession, patient_id: UUID) -> list[Agreement]:
    """Return the agreements in the present wording that were not withdrawn, newest first."""
    newest_first = (col(Agreement.given_on).desc(), col(Agreement.recorded_at).desc())
    return list(db.exec(select(Agreement).where(_stands(patient_id)).order_by(*newest_first)))


def _stands(patient_id: Any) -> ColumnElement[bool]:
    return and_(
        col(Agreement.patient_id) == patient_id,
        col(Agreement.text_version) == CURRENT_AGREEMENT_VERSION,
        col(Agreement.withdrawn_at).is_(None),
    )
