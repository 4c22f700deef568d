"""The tabs of the work list, and what its lines may be narrowed down to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, false, func, not_, or_
from sqlmodel import case, col, select

from billing.returns.codes import load_codes
from sma.claims.models import Claim
from sma.claims.queries.responses import is_exception, is_paid, newest_states
from sma.claims.reasons import Reason
from sma.claims.rules import BillingType, ClaimStatus, LineKind
from sma.core.db import ReadSession
from sma.people import Practitioner, practitioner_name
from sma.scheduling import GroupSession, Program


class Tab(StrEnum):
    """The tabs of the work list, in their order."""

    NEEDS = "needs"
    READY = "ready"
    EXPORTED = "exported"
    EXCEPTIONS = "exceptions"
    PAID = "paid"
    NOT_BILLED = "not-billed"


def waits_for(reason: Reason) -> ColumnElement[bool]:
    """The condition that a line waits for this, among other things perhaps."""
    return col(Claim.waits_for).contains(f" {reason} ")


_HELD_BACK = and_(col(Claim.status) == ClaimStatus.BLOCKED, waits_for(Reason.LOST))
_OUTDATED = and_(
    col(Claim.kind) == LineKind.SERVICE,
    col(Claim.status) == ClaimStatus.EXPORTED,
    col(Claim.outdated_at).is_not(None),
)
_NEEDS = and_(col(Claim.status).in_((ClaimStatus.NEEDS_CHECK, ClaimStatus.BLOCKED)), not_(_HELD_BACK))


def needs_decision() -> ColumnElement[bool]:
    """The condition that a line stands under the first tab."""
    return _NEEDS


@dataclass(frozen=True)
class Standing:
    """How the lines of the clinic stand on a day: the results to join (outer, on `claim_id`), and what each tab holds.

    A line stands under one tab at most.
    """

    results: Subquery
    in_tab: Mapping[Tab, ColumnElement[bool]]

    @property
    def has_result(self) -> ColumnElement[bool]:
        """The condition to join the results on: only a line that is in a batch has one."""
        return and_(
            self.results.c.claim_id == col(Claim.id),
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status) == ClaimStatus.EXPORTED,
        )


@lru_cache(maxsize=2)
def standing(today: date) -> Standing:
    """Return the conditions of the tabs as they are on a day: a line without a result is an exception after a while."""
    results = newest_states()
    came_back = func.coalesce(is_exception(results, today, load_codes().wait_days), false())
    exception = or_(_HELD_BACK, _OUTDATED, came_back)
    paid = and_(func.coalesce(is_paid(results), false()), not_(exception))
    # What a patient pays went onto an account, and the list of accounts says how it stands.
    in_batch = and_(
        col(Claim.status).in_((ClaimStatus.EXPORTED, ClaimStatus.VOID)), col(Claim.billing_type) != BillingType.PRIVATE
    )
    return Standing(
        results,
        {
            Tab.NEEDS: _NEEDS,
            Tab.READY: col(Claim.status) == ClaimStatus.READY,
            Tab.EXPORTED: and_(in_batch, not_(exception), not_(paid)),
            Tab.EXCEPTIONS: exception,
            Tab.PAID: paid,
            Tab.NOT_BILLED: col(Claim.status) == ClaimStatus.NOT_BILLED,
        },
    )


@dataclass(frozen=True)
class Narrowed:
    """What the list is narrowed down to; `own` is the user of the one clinician whose lines may be read."""

    own: UUID | None = None
    clinician: UUID | None = None
    program: UUID | None = None
    month: date | None = None
    reason: Reason | None = None

    def conditions(self, *, with_reason: bool = True) -> list[ColumnElement[bool]]:
        """The conditions on Claim, GroupSession and Practitioner that together say this."""
        found: list[ColumnElement[bool]] = []
        if self.own:
            found.append(col(Practitioner.user_id) == self.own)
        if self.clinician:
            found.append(col(Claim.practitioner_id) == self.clinician)
        if self.program:
            found.append(col(GroupSession.program_id) == self.program)
        if self.month:
            found += [
                col(Claim.date_of_service) >= self.month,
                col(Claim.date_of_service) < next_month(self.month),
            ]
        if self.reason and with_reason:
            found.append(waits_for(self.reason))
        return found


@dataclass(frozen=True)
class Choices:
    """What the filters offer: only what some line has."""

    clinicians: Sequence[tuple[UUID, str]]
    programs: Sequence[tuple[UUID, str, str]]
    months: Sequence[date]


def next_month(first: date) -> date:
    """Return the first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def filter_choices(db: ReadSession, *, own: UUID | None = None) -> Choices:
    """Return clinicians, programs (name and neutral label) and months that have lines. Three statements."""
    joined: Any = (
        select(col(Claim.practitioner_id), col(GroupSession.program_id))
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .distinct()
    )
    if own:
        joined = joined.where(col(Practitioner.user_id) == own)
    pairs = joined.subquery()
    people = db.exec(
        select(Practitioner)
        .where(col(Practitioner.id).in_(select(pairs.c.practitioner_id)))
        .order_by(col(Practitioner.family_name), col(Practitioner.id))
    )
    programs = db.exec(
        select(Program).where(col(Program.id).in_(select(pairs.c.program_id))).order_by(col(Program.name))
    )
    first, last = db.exec(select(func.min(col(Claim.date_of_service)), func.max(col(Claim.date_of_service)))).one()
    return Choices(
        clinicians=[(each.id, practitioner_name(each)) for each in people],
        programs=[(each.id, each.name, each.neutral_label) for each in programs],
        months=_months(first, last),
    )


def _months(first: date | None, last: date | None) -> list[date]:
    """The months from the last to the first, two years of them at most."""
    if first is None or last is None:
        return []
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found[:-25:-1]


def counts(db: ReadSession, narrowed: Narrowed, *, today: date) -> dict[Tab, int]:
    """Return how many lines stand under each tab, whatever reason is chosen. One statement."""
    found = standing(today)
    sums = _sums(found.in_tab.values())
    query = _joined(select(*sums), narrowed, with_reason=False)
    row = db.exec(query.join(found.results, found.has_result, isouter=True)).one()
    return dict(zip(found.in_tab, map(int, row), strict=True))


def waiting_for_batch(db: ReadSession) -> int:
    """Return how many approved lines the next freezing takes: those of everybody, without what patients pay."""
    waiting = (col(Claim.status) == ClaimStatus.READY, col(Claim.billing_type) != BillingType.PRIVATE)
    return db.exec(select(func.count()).select_from(Claim).where(*waiting)).one()


def reason_counts(db: ReadSession, narrowed: Narrowed) -> dict[Reason, int]:
    """Return how many lines of the first tab wait for each reason; a line can wait for several. One statement."""
    sums = _sums(waits_for(reason) for reason in Reason)
    row = db.exec(_joined(select(*sums), narrowed, with_reason=False).where(_NEEDS)).one()
    return {reason: int(count) for reason, count in zip(Reason, row, strict=True) if count}


def totals(db: ReadSession, tab: Tab, narrowed: Narrowed, *, today: date) -> dict[str, tuple[int, int]]:
    """Return lines and cents of a tab by kind of billing, lines that take back counted against. One statement."""
    found = standing(today)
    money = func.coalesce(col(Claim.schedule_fee_cents), 0) + col(Claim.added_cents)
    signed = case((col(Claim.kind) == LineKind.VOID, -money), else_=money)
    query = _joined(select(col(Claim.billing_type), func.count(), func.sum(signed)), narrowed)
    query = query.join(found.results, found.has_result, isouter=True).where(found.in_tab[tab])
    by_type = query.group_by(col(Claim.billing_type)).order_by(col(Claim.billing_type))
    return {kind: (int(count), int(cents)) for kind, count, cents in db.exec(by_type)}


def _sums(conditions: Iterable[ColumnElement[bool]]) -> list[Any]:
    return [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions]


def _joined(query: Any, narrowed: Narrowed, *, with_reason: bool = True) -> Any:
    return (
        query.select_from(Claim)
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(*narrowed.conditions(with_reason=with_reason))
    )


def rank() -> ColumnElement[int]:
    """Order lines of the first tab by the first reason they wait for."""
    return case(
        *[(col(Claim.waits_for).startswith(f" {reason} "), number) for number, reason in enumerate(Reason)],
        else_=len(Reason),
    )
