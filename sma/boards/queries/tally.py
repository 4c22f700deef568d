"""The counts at the top of Today. One statement, whatever the clinic holds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, and_, exists, func, select
from sqlmodel import col

from sma.appointments import Appointment, AppointmentStatus
from sma.appointments.rules import TAKES_A_PLACE
from sma.core.db import ReadSession
from sma.messages import Communication, CommunicationState
from sma.people import CURRENT_AGREEMENT_VERSION, Agreement
from sma.scheduling import GroupSession, SessionStatus

DAYS_AHEAD = 7
_NEEDS_SOMEBODY = (CommunicationState.FAILED, CommunicationState.CALL_TASK)


@dataclass(frozen=True)
class Tally:
    """How much there is to do, each with a list behind it."""

    under_minimum: int
    waiting: int
    without_agreement: int
    to_close: int
    messages: int


def tally(db: ReadSession, *, today: date, now: datetime) -> Tally:
    """Count the work of the desk: the next seven days, tomorrow's agreements, sessions over but not closed."""
    row = db.connection().execute(
        select(
            _under_minimum(today, now),
            _waiting(today, now),
            _without_agreement(today + timedelta(days=1)),
            _sessions(col(GroupSession.status) == SessionStatus.OPEN, col(GroupSession.ends_at) <= now),
            _count(
                Communication, col(Communication.state).in_((CommunicationState.FAILED, CommunicationState.CALL_TASK))
            ),
        )
    )
    return Tally(*row.one())


def lacks_agreement(on: date) -> Any:
    """The condition that an appointment's patient has no agreement in force on a day, in today's wording."""
    return ~exists().where(
        col(Agreement.patient_id) == col(Appointment.patient_id),
        col(Agreement.text_version) == CURRENT_AGREEMENT_VERSION,
        col(Agreement.withdrawn_at).is_(None),
        col(Agreement.given_on) <= on,
    )


def _count(table: Any, *conditions: Any) -> ScalarSelect[Any]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def _sessions(*conditions: Any) -> ScalarSelect[Any]:
    return _count(GroupSession, *conditions)


def _coming(today: date, now: datetime) -> Any:
    return and_(
        col(GroupSession.held_on) >= today,
        col(GroupSession.held_on) <= today + timedelta(days=DAYS_AHEAD),
        col(GroupSession.status) == SessionStatus.OPEN,
        col(GroupSession.ends_at) > now,
    )


def _under_minimum(today: date, now: datetime) -> ScalarSelect[Any]:
    taken = (
        select(func.count())
        .select_from(Appointment)
        .where(col(Appointment.group_session_id) == col(GroupSession.id), col(Appointment.status).in_(TAKES_A_PLACE))
        .correlate(GroupSession)
        .scalar_subquery()
    )
    return _sessions(_coming(today, now), taken < col(GroupSession.least))


def _waiting(today: date, now: datetime) -> ScalarSelect[Any]:
    return (
        select(func.count())
        .select_from(Appointment)
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .where(_coming(today, now), col(Appointment.status) == AppointmentStatus.WAITLIST)
        .scalar_subquery()
    )


def _without_agreement(on: date) -> ScalarSelect[Any]:
    return (
        select(func.count())
        .select_from(Appointment)
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .where(
            col(GroupSession.held_on) == on,
            col(GroupSession.status) == SessionStatus.OPEN,
            col(Appointment.status).in_(TAKES_A_PLACE),
            lacks_agreement(on),
        )
        .scalar_subquery()
    )
