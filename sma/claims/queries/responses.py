"""How lodged lines stand: the newest word about each, as rows to join and as conditions for the tabs."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, Subquery, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import case, col

from billing.returns.states import WORST_FIRST, ReturnState
from sma.claims.models import Claim, ClaimLine, ClaimLodgement, ServiceResult
from sma.claims.rules import ClaimStatus, LineKind
from sma.core.db import ReadSession

WRONG = (ReturnState.REJECTED, ReturnState.SHORT, ReturnState.OVER)
OPEN = (ReturnState.PENDED, ReturnState.NOT_RETURNED)
RANK: dict[str, int] = {state.value: number for number, state in enumerate(WORST_FIRST)}


def newest_states(*claim_ids: UUID) -> Subquery:
    """One row per claim (of those given, or of all) whose batch has a recorded lodgement, to be joined on `claim_id`.

    Columns: `claim_id`, `state` (a `ReturnState`: the worst of the services claimed together), `reason_code` (of one
    that was not simply paid), `charge_cents` as lodged, `benefit_cents` as paid so far, `rejected` of `services`,
    `lodged_on`. A result counts when it is the newest about its line under the newest lodgement of its batch.
    """
    result, lodgement = aliased(ServiceResult), aliased(ClaimLodgement)
    rank = case(RANK, value=col(result.state), else_=RANK[ReturnState.NOT_RETURNED])
    worst: Any = (
        sqlalchemy.select(
            col(ClaimLine.claim_id).label("claim_id"),
            func.min(rank).label("rank"),
            func.max(case((col(result.state) != ReturnState.PAID, col(result.reason_code)))).label("reason_code"),
            func.sum(col(ClaimLine.charge_cents)).label("charge_cents"),
            func.coalesce(func.sum(col(result.benefit_cents)), 0).label("benefit_cents"),
            func.coalesce(func.sum(case((col(result.state) == ReturnState.REJECTED, 1), else_=0)), 0).label("rejected"),
            func.count().label("services"),
            func.max(col(lodgement.lodged_on)).label("lodged_on"),
        )
        .select_from(ClaimLine)
        .join(lodgement, and_(col(lodgement.batch_id) == col(ClaimLine.batch_id), stands(lodgement)))
        .join(
            result,
            and_(
                col(result.claim_line_id) == col(ClaimLine.id),
                col(result.lodgement_id) == col(lodgement.id),
                is_newest(result),
            ),
            isouter=True,
        )
        .where(col(ClaimLine.kind) == LineKind.SERVICE)
        .group_by(col(ClaimLine.claim_id))
    )
    if claim_ids:
        worst = worst.where(col(ClaimLine.claim_id).in_(claim_ids))
    inner = worst.subquery("worst_states")
    words = {number: state for state, number in RANK.items()}
    columns = [each for each in inner.c if each.name != "rank"]
    return sqlalchemy.select(*columns, case(words, value=inner.c.rank).label("state")).subquery("newest_states")


def stands(lodgement: Any) -> ColumnElement[bool]:
    """The condition that a lodgement (an alias) has not been corrected by a newer one."""
    newer = aliased(ClaimLodgement)
    same_batch = (col(newer.batch_id) == col(lodgement.batch_id), col(newer.number) > col(lodgement.number))
    return ~exists().where(*same_batch).correlate(lodgement)


def is_newest(result: Any) -> ColumnElement[bool]:
    """The condition that a result (an alias) is the newest word about its line under its lodgement."""
    newer = aliased(ServiceResult)
    same_line = (
        col(newer.claim_line_id) == col(result.claim_line_id),
        col(newer.lodgement_id) == col(result.lodgement_id),
        col(newer.report_number) > col(result.report_number),
    )
    return ~exists().where(*same_line).correlate(result)


def is_exception(states: Subquery, today: date, wait_days: int) -> ColumnElement[bool]:
    """The condition that a line needs somebody: rejected, short or over; or open for longer than is usual."""
    return or_(
        states.c.state.in_(WRONG),
        and_(states.c.state.in_(OPEN), states.c.lodged_on <= today - timedelta(days=wait_days)),
    )


def was_rejected(db: ReadSession, claim_id: UUID) -> bool:
    """Tell whether nothing of a line was paid and nothing is open: every item of it came back rejected."""
    states = newest_states(claim_id)
    found = db.connection().execute(sqlalchemy.select(states.c.rejected, states.c.services)).first()
    return found is not None and found.rejected == found.services


def replaced_unpaid() -> ColumnElement[bool]:
    """The condition that a frozen line was rejected and proposed again: void, with no line that takes it back.

    Nothing was paid for it, so nothing is taken back, and it counts in no total.
    """
    withdrawal = aliased(Claim)
    return and_(
        col(Claim.kind) == LineKind.SERVICE,
        col(Claim.status) == ClaimStatus.VOID,
        ~(
            exists()
            .where(
                col(withdrawal.replaces_id) == col(Claim.id),
                col(withdrawal.kind) == LineKind.VOID,
                col(withdrawal.status) != ClaimStatus.WITHDRAWN,
            )
            .correlate(Claim)
        ),
    )


def is_paid(states: Subquery) -> ColumnElement[bool]:
    """The condition that a line was paid as it was charged."""
    return states.c.state == ReturnState.PAID
