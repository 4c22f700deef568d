"""The lines of the work list, and one session's lines side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing.returns.states import ReturnState
from sma.attendance import DayFacts, day_facts
from sma.claims.models import Claim
from sma.claims.queries.results import Result
from sma.claims.queries.strip import Strip, strip_of
from sma.claims.queries.tabs import Narrowed, Standing, Tab, rank, standing
from sma.claims.reasons import Reason, read
from sma.claims.rules import OVER, ClaimStatus, LineKind
from sma.core.db import ReadSession
from sma.people import Patient, Practitioner, full_name, practitioner_name
from sma.scheduling import GroupSession, SessionView, session_view


@dataclass(frozen=True)
class LineRow:
    """One line of the work list, with what makes its one sentence."""

    id: UUID
    kind: str
    status: str
    billing_type: str
    name: str
    patient_id: UUID
    date_of_service: date
    session_id: UUID
    session_code: str
    session_label: str
    location_id: UUID
    starts_at: datetime
    timezone: str
    clinician: str
    practitioner_id: UUID
    clinician_user_id: UUID | None
    item_number: str | None
    schedule_fee_cents: int | None
    added: Sequence[str]
    added_cents: int
    consult_seconds: int
    sentence: str
    waits_for: Sequence[Reason]
    is_outdated: bool
    result: tuple[str, str] | None

    @property
    def total_cents(self) -> int | None:
        """The fee with what is claimed beside it; None where no item is named."""
        return None if self.schedule_fee_cents is None else self.schedule_fee_cents + self.added_cents

    @property
    def is_plain(self) -> bool:
        """Whether one item fits and nothing is open: only these are approved several at once."""
        return self.status == ClaimStatus.NEEDS_CHECK and self.waits_for == (Reason.DECISION,)

    @property
    def first_reason(self) -> Reason:
        return self.waits_for[0] if self.waits_for else Reason.OTHER


@dataclass(frozen=True)
class SessionLines:
    """One session's lines side by side, with its minutes drawn, and the money by kind of billing.

    Seconds of consults and of presence are those of all its clinicians.
    """

    view: SessionView
    rows: Sequence[LineRow]
    strip: Strip
    consult_seconds: int
    presence_seconds: int
    total_cents: Mapping[str, int]


def lines(db: ReadSession, tab: Tab, narrowed: Narrowed, *, today: date, page: int, size: int) -> list[LineRow]:
    """Return one page of a tab, newest sessions first; one line more than `size` if there are more. One statement.

    The first tab is ordered by the first reason of its lines, and within a reason by session.
    """
    found = standing(today)
    query = _with_results(found).where(found.in_tab[tab], *narrowed.conditions())
    if tab is Tab.NEEDS and narrowed.reason is None:
        query = query.order_by(rank())
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


def session_lines(db: ReadSession, session_id: UUID, *, today: date) -> SessionLines:
    """Return the lines in force of one session, by family name. Seven statements. Raises: NotFound."""
    view = session_view(db, session_id)
    query = _with_results(standing(today)).where(
        col(Claim.group_session_id) == session_id,
        col(Claim.kind) == LineKind.SERVICE,
        col(Claim.status).not_in(OVER),
    )
    ordered = query.order_by(col(Patient.family_search), col(Patient.preferred_search), col(Claim.id))
    rows = [_row(each) for each in db.exec(ordered)]
    billed = [row for row in rows if row.status != ClaimStatus.NOT_BILLED]
    day = day_facts(db, session_id)
    return SessionLines(
        view=view,
        rows=rows,
        strip=strip_of(
            (day.starts_at, day.ends_at),
            stays=[(stay.starts_at, stay.ends_at) for stay in day.presences if stay.ends_at],
            own=[(each.starts_at, each.ends_at) for person in day.people for each in person.consults],
            others=[],
        ),
        consult_seconds=sum(row.consult_seconds for row in rows),
        presence_seconds=_presence_seconds(day),
        total_cents=_by_type(billed),
    )


def _with_results(found: Standing) -> Any:
    """The lines with what came back about each."""
    results = found.results.c
    columns = (results.state, results.reason_code, results.benefit_cents.label("paid_cents"))
    return _QUERY.add_columns(*columns).join(found.results, found.has_result, isouter=True)


def _by_type(rows: Iterable[LineRow]) -> dict[str, int]:
    """What lines come to, by kind of billing: the kinds are never one sum."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.billing_type] = sums.get(row.billing_type, 0) + (row.total_cents or 0)
    return sums


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
        col(Claim.billing_type),
        col(Claim.patient_id),
        col(Claim.practitioner_id),
        col(Claim.item_number),
        col(Claim.schedule_fee_cents),
        col(Claim.additions),
        col(Claim.added_cents),
        col(Claim.waits_for),
        col(Claim.consult_seconds),
        col(Claim.summary),
        col(Claim.not_billed_reason),
        col(Claim.outdated_at),
        col(Claim.outdated_summary),
        col(GroupSession.id).label("session_id"),
        col(GroupSession.code),
        col(GroupSession.location_id),
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
    result = Result(ReturnState(row.state), row.reason_code, row.paid_cents) if row.state else None
    return LineRow(
        id=row.id,
        kind=row.kind,
        status=row.status,
        billing_type=row.billing_type,
        name=full_name(row),
        patient_id=row.patient_id,
        date_of_service=row.date_of_service,
        session_id=row.session_id,
        session_code=row.code,
        session_label=row.neutral_label,
        location_id=row.location_id,
        starts_at=row.starts_at,
        timezone=row.timezone,
        clinician=practitioner_name(_Clinician(row.prefix, row.given_names, row.clinician_family_name)),
        practitioner_id=row.practitioner_id,
        clinician_user_id=row.user_id,
        item_number=row.item_number,
        schedule_fee_cents=row.schedule_fee_cents,
        added=[each["item"] for each in row.additions],
        added_cents=row.added_cents,
        consult_seconds=row.consult_seconds,
        sentence=_sentence(row, result),
        waits_for=read(row.waits_for),
        is_outdated=row.outdated_at is not None and row.status == ClaimStatus.EXPORTED,
        result=result.badge if result else None,
    )


def _sentence(row: Any, result: Result | None) -> str:
    if row.kind == LineKind.VOID:
        return "Takes back the exported line."
    if row.status == ClaimStatus.VOID:
        return "No longer stands; kept as it went out."
    if row.status == ClaimStatus.EXPORTED and row.outdated_at is not None:
        return f"No longer holds: {row.outdated_summary}"
    if result:
        return result.sentence
    if row.status == ClaimStatus.READY:
        return "Approved by the clinician."
    if row.status == ClaimStatus.NOT_BILLED and row.not_billed_reason:
        return f"Not billed: {row.not_billed_reason}"
    return str(row.summary)
