"""A person's own answers about groups, and their agreement to group care."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.identity import CurrentUser
from sma.people.actions.patients import keep_here, lock_patient
from sma.people.models import Agreement, Patient
from sma.people.queries import standing_agreements
from sma.people.rules import CURRENT_AGREEMENT_VERSION, AgreementMethod, AnswerSource, comfort_answer, today_at


def record_comfort(
    db: WriteSession,
    patient_id: UUID,
    groups: Sequence[str] | None,
    *,
    source: str,
    by: CurrentUser,
    now: datetime,
    declined: bool = False,
) -> Patient:
    """Keep a person's answer to "Which groups would you feel comfortable in?".

    `groups` holds "open", "mens", "womens" and "named:<label>"; None is "ask me each time". The answer is theirs: it is
    compared with nothing else we know. Locks: the patient row. Raises: PersonNotFound, Invalid for an empty answer.
    """
    answer, state = comfort_answer(groups, declined=declined)
    patient = lock_patient(db, patient_id)
    patient.groups_ok, patient.groups_state = answer, state
    patient.groups_asked_on, patient.groups_source = today_at(now), AnswerSource(source)
    keep_here(patient, {"groups_ok"})
    patient.version += 1
    audit.record(db, by=by, did="record-comfort", on=patient, now=now, state=state, source=source)
    return patient


def record_agreement(
    db: WriteSession, patient_id: UUID, *, method: str, given_on: date, by: CurrentUser, now: datetime
) -> Agreement:
    """Keep that a person agreed to group care and confidentiality, in the wording now in use.

    Given again in the same way on the same day, it is the same agreement. Locks: the patient row.
    Raises: PersonNotFound, Invalid for a date in the future.
    """
    if given_on > today_at(now):
        raise Invalid(fields={"given_on": "An agreement can't be given in the future. Check the date."})
    patient = lock_patient(db, patient_id)
    wanted = AgreementMethod(method)
    for earlier in standing_agreements(db, patient.id):
        if (earlier.method, earlier.given_on) == (wanted, given_on):
            return earlier
    agreement = Agreement(
        patient_id=patient.id,
        text_version=CURRENT_AGREEMENT_VERSION,
        method=wanted,
        given_on=given_on,
        recorded_by_id=by.id,
        recorded_at=now,
    )
    db.add(agreement)
    audit.record(db, by=by, did="record-agreement", on=patient, now=now, method=wanted)
    return agreement


def withdraw_agreement(db: WriteSession, patient_id: UUID, *, by: CurrentUser, now: datetime) -> int:
    """End a person's agreement at once, without asking why; returns how many rows it ended.

    Locks: the patient row. Raises: PersonNotFound.
    """
    patient = lock_patient(db, patient_id)
    standing = standing_agreements(db, patient.id)
    for agreement in standing:
        agreement.withdrawn_at = now
    if standing:
        audit.record(db, by=by, did="withdraw-agreement", on=patient, now=now)
    return len(standing)
