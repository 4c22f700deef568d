"""What becomes of lines when an assignment of benefit is recorded, or ends, after their session was closed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.assignments import BenefitAssignment, assignment_holds, assignments_by_id
from sma.claims.actions.lines import lock_lines
from sma.claims.actions.proposing import reassess
from sma.claims.models import Claim
from sma.core import outbox
from sma.core.db import Database, WriteSession
from sma.core.outbox import Work
from sma.scheduling import GroupSession, SessionStatus, lock_session


def follow_recorded_assignment(database: Database, work: Work, *, now: datetime) -> None:
    """Judge a session's lines again: they wait for exactly this. One that is not closed is judged when it is."""
    with database.write() as db:
        if lock_session(db, work.subject_id).status == SessionStatus.CLOSED:
            reassess(db, work.subject_id, by=None, now=now)
        outbox.finish(db, work, now=now)


def follow_ended_assignment(database: Database, work: Work, *, now: datetime) -> None:
    """Judge every closed session again that an assignment covered and covers no longer: no approval outlives it.

    Locks: those sessions, then their lines, each in the order of their ids: freezing locks lines of many sessions too.
    """
    with database.write() as db:
        ended = assignments_by_id(db, [work.subject_id])
        for assignment in ended.values():
            lost = _no_longer_covered(db, assignment)
            for session_id in lost:
                lock_session(db, session_id)
            lock_lines(db, *lost)
            for session_id in lost:
                reassess(db, session_id, by=None, now=now)
        outbox.finish(db, work, now=now)


def _no_longer_covered(db: WriteSession, assignment: BenefitAssignment) -> list[UUID]:
    """Closed sessions with a line of that person and clinician, from the assignment's first day on, by their ids."""
    sessions = db.exec(
        select(GroupSession)
        .where(
            col(GroupSession.status) == SessionStatus.CLOSED,
            col(GroupSession.held_on) >= assignment.date_of_service,
            col(GroupSession.id).in_(
                select(Claim.group_session_id).where(
                    col(Claim.patient_id) == assignment.patient_id,
                    col(Claim.practitioner_id) == assignment.practitioner_id,
                )
            ),
        )
        .order_by(col(GroupSession.id))
    )
    return [each.id for each in sessions if not assignment_holds(assignment, each.held_on, each.timezone)]
