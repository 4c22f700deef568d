"""Audiences as the cultural lead works on them: those that wait for approval, those due for review."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.core import clock
from sma.core.db import ReadSession
from sma.people import Location
from sma.people.rules import Audience, today_at
from sma.scheduling.models import GroupSession, Program
from sma.scheduling.rules import AUDIENCE_WORDS, AudienceRecord, SessionStatus, reason_gap, same_audience

REVIEW_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class AudienceRow:
    """One audience. `starts` is by the clock at a session's place; `gap` is what a planner must complete first."""

    url: str
    name: str
    audience: str
    starts: datetime | None
    place: str | None
    review_on: date | None
    gap: str | None


@dataclass(frozen=True)
class Audiences:
    """What the cultural lead has to look at."""

    to_approve: list[AudienceRow]
    to_review: list[AudienceRow]


@dataclass(frozen=True)
class DraftRow:
    """A draft that could be approved together with its program."""

    id: UUID
    code: str
    starts: datetime
    place: str


def audiences(db: ReadSession, *, now: datetime) -> Audiences:
    """Return what waits for approval, and what falls due for review within thirty days; soonest first.

    Programs in use and sessions that are not over. A session's own review matters only when it falls before the day
    it is held. Two statements.
    """
    programs = list(
        db.exec(
            select(Program)
            .where(col(Program.is_active), col(Program.audience) != Audience.OPEN)
            .order_by(col(Program.name))
        )
    )
    sessions = db.exec(_coming(now).where(col(GroupSession.audience) != Audience.OPEN)).all()
    until = today_at(now) + REVIEW_AHEAD
    due = [each for each in programs if each.approved_by_id and each.review_on and each.review_on <= until]
    lapsing = [each for each in sessions if each[0].approved_by_id and _lapses(each[0])]
    return Audiences(
        [_of_program(each) for each in programs if each.approved_by_id is None]
        + [_of_session(*each) for each in sessions if each[0].approved_by_id is None],
        [_of_program(each) for each in sorted(due, key=lambda program: program.review_on or until)]
        + [_of_session(*each) for each in lapsing],
    )


def drafts_alike(db: ReadSession, program: Program, *, now: datetime) -> list[DraftRow]:
    """Return a program's drafts that nobody has approved and that carry its audience, soonest first. One statement."""
    query = _coming(now).where(
        col(GroupSession.program_id) == program.id,
        col(GroupSession.status) == SessionStatus.DRAFT,
        col(GroupSession.approved_by_id).is_(None),
    )
    return [
        DraftRow(session.id, session.code, clock.local(session.starts_at, session.timezone), place)
        for session, _, place in db.exec(query)
        if same_audience(session, program)
    ]


def _coming(now: datetime) -> Any:
    return (
        select(GroupSession, Program.name, Location.name)
        .join(Program, col(Program.id) == col(GroupSession.program_id))
        .join(Location, col(Location.id) == col(GroupSession.location_id))
        .where(
            col(GroupSession.status).in_((SessionStatus.DRAFT, SessionStatus.OPEN)),
            col(GroupSession.ends_at) > now,
        )
        .order_by(col(GroupSession.starts_at), col(GroupSession.id))
    )


def _lapses(session: GroupSession) -> bool:
    return session.review_on is None or session.review_on < session.held_on


def _words(row: AudienceRecord) -> str:
    return row.audience_name or AUDIENCE_WORDS[row.audience][0]


def _of_program(program: Program) -> AudienceRow:
    return AudienceRow(
        f"/programs/{program.id}", program.name, _words(program), None, None, program.review_on, reason_gap(program)
    )


def _of_session(session: GroupSession, name: str, place: str) -> AudienceRow:
    starts = clock.local(session.starts_at, session.timezone)
    url = f"/sessions/{session.id}/plan"
    return AudienceRow(url, name, _words(session), starts, place, session.review_on, reason_gap(session))
