"""The counts at the top of Today. One statement, whatever the clinic holds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import col

from sma.appointments import Appointment, AppointmentStatus
from sma.appointments.rules import TAKES_A_PLACE
from sma.claims import Claim, ClaimStatus
from sma.core.db import ReadSession, UtcDateTime
from sma.messages import Communication, needs_somebody
from sma.people import agreement_stands
from sma.scheduling import GroupSession, SessionStatus

DAYS_AHEAD = 7


@dataclass(frozen=True)
class Tally:
    """How much there is to do, each with a list behind it."""

    under_minimum: int
    waiting: int
    without_agreement: int
    to_close: int
    messages: int
    claim_lines: int


def tally(db: ReadSession, *, today: date, now: datetime) -> Tally:
    """Count the work of the desk: the next seven days, tomorrow's agreements, sessions over but not closed."""
    days = {"today": today, "tomorrow": today + timedelta(days=1), "until": today + timedelta(days=DAYS_AHEAD)}
    return Tally(*db.connection().execute(_STATEMENT, {**days, "now": now}).one())


def lacks_agreement(on: Any) -> Any:
    """The condition that an appointment's patient has no agreement in force on a day, in today's wording."""
    return ~agreement_stands(col(Appointment.patient_id), on)


_NOW = bindparam("now", type_=UtcDateTime())
_OPEN = col(GroupSession.status) == SessionStatus.OPEN
_COMING = and_(
    col(GroupSession.held_on) >= bindparam("today"),
    col(GroupSession.held_on) <= bindparam("until"),
    _OPEN,
    col(GroupSession.ends_at) > _NOW,
)
_TAKEN = (
    select(func.count())
    .select_from(Appointment)
    .where(col(Appointment.group_session_id) == col(GroupSession.id), col(Appointment.status).in_(TAKES_A_PLACE))
    .correlate(GroupSession)
    .scalar_subquery()
)


def _sessions(*conditions: Any) -> Any:
    return select(func.count()).select_from(GroupSession).where(*conditions).scalar_subquery()


def _people(*conditions: Any) -> Any:
    return (
        select(func.count())
        .select_from(Appointment)
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .where(*conditions)
        .scalar_subquery()
    )


# Built once, so that its cache key is worked out once. The columns are the fields of Tally, in their order.
_STATEMENT = select(
    _sessions(_COMING, col(GroupSession.least) > _TAKEN),
    _people(_COMING, col(Appointment.status) == AppointmentStatus.WAITLIST),
    _people(
        col(GroupSession.held_on) == bindparam("tomorrow"),
        _OPEN,
        col(Appointment.status).in_(TAKES_A_PLACE),
        lacks_agreement(bindparam("tomorrow")),
    ),
    _sessions(_OPEN, col(GroupSession.ends_at) <= _NOW),
    select(func.count()).select_from(Communication).where(needs_somebody()).scalar_subquery(),
    select(func.count())
    .select_from(Claim)
    .where(col(Claim.status).in_((ClaimStatus.NEEDS_CHECK, ClaimStatus.BLOCKED)))
    .scalar_subquery(),
)
