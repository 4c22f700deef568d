"""Where a person could go next: the coming sessions, sorted by how well they fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from sma.appointments.facts import PERSON_COLUMNS, PLACE_COLUMNS, Waiting, person_of, places_of, queues
from sma.appointments.models import Appointment
from sma.appointments.rules import LIVE, Barrier, Fit, Places, Setting, Verdict, fit, is_eligible
from sma.core.db import ReadSession
from sma.people import Location, Patient
from sma.scheduling import GroupSession, SessionStatus

LOOKS_AHEAD = timedelta(weeks=8)
MOST_SESSIONS = 60

_here = aliased(Appointment, name="here")


class Group(StrEnum):
    """The three heaps of the board, seen from one person."""

    CAN_JOIN = "can-join"
    ONE_STEP = "one-step"
    NOT_SUITABLE = "not-suitable"


@dataclass(frozen=True)
class Option:
    """One coming session for one person. `lines` say the step; for a session that does not suit they are empty."""

    session_id: UUID
    label: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: str
    places: Places
    group: Group
    lines: tuple[str, ...]


def options(
    db: ReadSession,
    patient_id: UUID,
    *,
    now: datetime,
    besides: UUID | None = None,
    leaving: UUID | None = None,
) -> list[Option]:
    """Return the coming sessions that a person is not in yet, earliest first. Two statements.

    `besides`: a session to leave out. `leaving`: the appointment they would give up, so that it blocks nothing.
    """
    given_up = {"besides": leaving} if leaving else {}
    rows = list(db.connection().execute(_query(patient_id, now, besides), given_up))
    waiting = queues(db, [row.id for row in rows if row.waiting])
    return [_option(row, waiting) for row in rows]


def _query(patient_id: UUID, now: datetime, besides: UUID | None) -> Any:
    is_here = exists().where(
        col(_here.patient_id) == patient_id,
        col(_here.group_session_id) == col(GroupSession.id),
        col(_here.status).in_(LIVE),
    )
    query = (
        select(
            col(GroupSession.id),
            col(GroupSession.neutral_label),
            col(GroupSession.starts_at),
            col(GroupSession.ends_at),
            col(GroupSession.timezone),
            col(GroupSession.audience),
            col(GroupSession.audience_name),
            col(Location.name).label("place"),
            *PLACE_COLUMNS,
            *PERSON_COLUMNS,
        )
        .select_from(GroupSession)
        .join(Location, col(Location.id) == col(GroupSession.location_id))
        .join(Patient, true())
        .where(
            col(Patient.id) == patient_id,
            col(GroupSession.status) == SessionStatus.OPEN,
            col(GroupSession.starts_at) > now,
            col(GroupSession.starts_at) <= now + LOOKS_AHEAD,
            ~is_here.correlate(GroupSession),
        )
        .order_by(col(GroupSession.starts_at), col(GroupSession.id))
        .limit(MOST_SESSIONS)
    )
    return query if besides is None else query.where(col(GroupSession.id) != besides)


def _option(row: Any, waiting: Mapping[UUID, list[Waiting]]) -> Option:
    setting = Setting(row.audience, row.audience_name)
    places = places_of(row)
    queue = waiting.get(row.id, [])
    others_first = any(is_eligible(entry.person, setting, entry.passed) for entry in queue)
    checked = fit(person_of(row), setting, places, others_first=others_first)
    group = _group(checked)
    return Option(
        session_id=row.id,
        label=row.neutral_label,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        timezone=row.timezone,
        place=row.place,
        places=places,
        group=group,
        lines=() if group is Group.NOT_SUITABLE else checked.reasons,
    )


def _group(checked: Fit) -> Group:
    if any(found.code in ("suit", "person") and found.verdict is Verdict.STOP for found in checked.findings):
        return Group.NOT_SUITABLE
    worst = max(found.barrier for found in checked.findings)
    return Group.CAN_JOIN if worst <= Barrier.HINT else Group.ONE_STEP
