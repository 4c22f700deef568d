"""The work list: lines by what has to happen next, with counts for its tabs, and one session's lines side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import case, col, select

from sma.attendance import DayFacts, day_facts
from sma.claims.models import Claim
from sma.claims.rules import ClaimStatus, LineKind
from sma.core.db import ReadSession
from sma.people import Patient, Practitioner, full_name, practitioner_name
from sma.scheduling import GroupSession, SessionView, session_view


class Tab(StrEnum):
    """The tabs of the work list, in their order."""

    NEEDS = "needs"
    READY = "ready"
    EXPORTED = "exported"
    BLOCKED = "blocked"
    NOT_BILLED = "not-billed"


# An exported line that no longer holds needs somebody, so it stands under the first tab as well as its own.
_OUTDATED = and_(col(Claim.status) == ClaimStatus.EXPORTED, col(Claim.outdated_at).is_not(None))
_IN_TAB: dict[Tab, ColumnElement[bool]] = {
    Tab.NEEDS: or_(col(Claim.status) == ClaimStatus.NEEDS_CHECK, _OUTDATED),
    Tab.READY: col(Claim.status) == ClaimStatus.READY,
    Tab.EXPORTED: col(Claim.status).in_((ClaimStatus.EXPORTED, ClaimStatus.VOID)),
    Tab.BLOCKED: col(Claim.status) == ClaimStatus.BLOCKED,
    Tab.NOT_BILLED: col(Claim.status) == ClaimStatus.NOT_BILLED,
}


def needs_decision() -> ColumnElement[bool]:
    """The condition that a line stands under the first tab."""
    return _IN_TAB[Tab.NEEDS]


@dataclass(frozen=True)
class LineRow:
    """One line of the work list: a sentence, an item and a fee."""

    id: UUID
    kind: str
    status: str
    name: str
    date_of_service: date
    session_id: UUID
    session_code: str
    session_label: str
    starts_at: datetime
    timezone: str
    clinician: str
    clinician_user_id: UUID | None
    item_number: str | None
    schedule_fee_cents: int | None
    consult_seconds: int
    sentence: str
    is_outdated: bool


@dataclass(frozen=True)
class SessionLines:
    """One session's lines side by side. Seconds of consults and of presence, by clinician name."""

    view: SessionView
    rows: Sequence[LineRow]
    consult_seconds: int
    presence_seconds: int
    total_cents: int


def counts(db: ReadSession, *, clinician_user_id: UUID | None = None) -> dict[Tab, int]:
    """Return how many lines stand under each tab; for one clinician's own lines when a user is given."""
    sums = [func.coalesce(func.sum(case((_IN_TAB[tab], 1), else_=0)), 0) for tab in Tab]
    query: Any = select(*sums).select_from(Claim)
    if clinician_user_id is not None:
        query = query.join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id)).where(
            col(Practitioner.user_id) == clinician_user_id
        )
    return dict(zip(Tab, map(int, db.exec(query).one()), strict=True))


def lines(db: ReadSession, tab: Tab, *, page: int, size: int, clinician_user_id: UUID | None = None) -> list[LineRow]:
    """Return one page of a tab, newest sessions first; one line more than `size` if there are more. One statement."""
    query = _QUERY.where(_IN_TAB[tab])
    if clinician_user_id is not None:
        query = query.where(col(Practitioner.user_id) == clinician_user_id)
    ordered = query.order_by(
        col(Claim.date_of_service).desc(),
        col(GroupSession.starts_at).desc(),
        col(GroupSession.id),
        col(Patient.family_search),
        col(Patient.preferred_search),
        col(Claim.id),
    )
    return [_row(each) for each in db.exec(ordered.offset((page - 1) * size).limit(size + 1))]


def next_line(db: ReadSession, session_id: UUID, user_id: UUID) -> UUID | None:
    """Return the next line of a session that waits for this clinician, in the order of the session's page."""
    found = db.exec(
        select(Claim.id)
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(
            col(Claim.group_session_id) == session_id,
            col(Claim.status) == ClaimStatus.NEEDS_CHECK,
            col(Practitioner.user_id) == user_id,
        )
        .order_by(col(Patient.family_search), col(Patient.preferred_search), col(Claim.id))
        .limit(1)
    )
    return found.first()


def session_lines(db: ReadSession, session_id: UUID) -> SessionLines:
    """Return the lines in force of one session, by family name. Seven statements. Raises: NotFound."""
    view = session_view(db, session_id)
    query = _QUERY.where(
        col(Claim.group_session_id) == session_id,
        col(Claim.kind) == LineKind.SERVICE,
        col(Claim.status).not_in((ClaimStatus.VOID, ClaimStatus.WITHDRAWN)),
    )
    ordered = query.order_by(col(Patient.family_search), col(Patient.preferred_search), col(Claim.id))
    rows = [_row(each) for each in db.exec(ordered)]
    billed = [row for row in rows if row.status != ClaimStatus.NOT_BILLED]
    return SessionLines(
        view=view,
        rows=rows,
        consult_seconds=sum(row.consult_seconds for row in rows),
        presence_seconds=_presence_seconds(day_facts(db, session_id)),
        total_cents=sum(row.schedule_fee_cents or 0 for row in billed),
    )


def _presence_seconds(day: DayFacts) -> int:
    spans = [stay.ends_at - stay.starts_at for stay in day.presences if stay.ends_at]
    return sum(int(span.total_seconds()) for span in spans)


_QUERY: Any = (
    select(
        col(Claim.id),
        col(Claim.kind),
        col(Claim.status),
        col(Claim.date_of_service),
    )
    .add_columns(
        col(Claim.item_number),
        col(Claim.schedule_fee_cents),
        col(Claim.consult_seconds),
        col(Claim.summary),
        col(Claim.not_billed_reason),
        col(Claim.outdated_at),
        col(Claim.outdated_summary),
        col(GroupSession.id).label("session_id"),
        col(GroupSession.code),
        col(GroupSession.neutral_label),
        col(GroupSession.starts_at),
        col(GroupSession.timezone),
        col(Patient.preferred_name),
        col(Patient.family_name),
        col(Patient.is_deceased),
        col(Practitioner.user_id),
        col(Practitioner.prefix),
        col(Practitioner.given_names),
        col(Practitioner.family_name).label("clinician_family_name"),
    )
    .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
    .join(Patient, col(Patient.id) == col(Claim.patient_id))
    .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
)


@dataclass(frozen=True)
class _Clinician:
    prefix: str | None
    given_names: str | None
    family_name: str | None


def _row(row: Any) -> LineRow:
    return LineRow(
        id=row.id,
        kind=row.kind,
        status=row.status,
        name=full_name(row),
        date_of_service=row.date_of_service,
        session_id=row.session_id,
        session_code=row.code,
        session_label=row.neutral_label,
        starts_at=row.starts_at,
        timezone=row.timezone,
        clinician=practitioner_name(_Clinician(row.prefix, row.given_names, row.clinician_family_name)),
        clinician_user_id=row.user_id,
        item_number=row.item_number,
        schedule_fee_cents=row.schedule_fee_cents,
        consult_seconds=row.consult_seconds,
        sentence=_sentence(row),
        is_outdated=row.outdated_at is not None and row.status == ClaimStatus.EXPORTED,
    )


def _sentence(row: Any) -> str:
    if row.kind == LineKind.VOID:
        return "Takes back the exported line."
    if row.status == ClaimStatus.EXPORTED and row.outdated_at is not None:
        return f"No longer holds: {row.outdated_summary}"
    if row.status == ClaimStatus.NOT_BILLED and row.not_billed_reason:
        return f"Not billed: {row.not_billed_reason}"
    return str(row.summary)
