"""The counts at the top of Today. One statement, whatever the clinic holds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, and_, bindparam, func, or_, select
from sqlmodel import col

from sma.appointments import Appointment, AppointmentStatus, LeadQuestion, count_open_questions
from sma.appointments.rules import TAKES_A_PLACE
from sma.claims import Claim, needs_decision
from sma.core.db import ReadSession, UtcDateTime
from sma.identity import CurrentUser, Permission
from sma.messages import Communication, needs_somebody
from sma.people import Practitioner, agreement_stands
from sma.scheduling import GroupSession, SessionStatus, audiences

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
    answers: int


def tally(db: ReadSession, user: CurrentUser, *, today: date, now: datetime) -> Tally:
    """Count the work of the desk: the next seven days, tomorrow's agreements, sessions over but not closed.

    `claim_lines` are those that the first tab of the claims lists for this user. `answers` are the cultural lead's to
    the user's own questions, as long as they have not read them.
    """
    days = {"today": today, "tomorrow": today + timedelta(days=1), "until": today + timedelta(days=DAYS_AHEAD)}
    reader = {"reader_id": user.id, "sees_every_line": user.may(Permission.SEE_EVERY_SESSION)}
    return Tally(*db.connection().execute(_STATEMENT, {**days, **reader, "now": now}).one())


def for_lead(db: ReadSession, *, now: datetime) -> int:
    """Count what waits for the cultural lead: questions, audiences to approve, reviews due. Three statements."""
    waiting = audiences(db, now=now)
    return count_open_questions(db) + len(waiting.to_approve) + len(waiting.to_review)


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
    select(func.count()).select_from(Communication).where(needs_somebody(_NOW)).scalar_subquery(),
    select(func.count())
    .select_from(Claim)
    .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
    .where(
        needs_decision(),
        or_(bindparam("sees_every_line", type_=Boolean()), col(Practitioner.user_id) == bindparam("reader_id")),
    )
    .scalar_subquery(),
    select(func.count())
    .select_from(LeadQuestion)
    .where(
        col(LeadQuestion.asked_by_id) == bindparam("reader_id"),
        col(LeadQuestion.answered_at).is_not(None),
        col(LeadQuestion.read_at).is_(None),
    )
    .scalar_subquery(),
)
