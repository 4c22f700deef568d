"""Closing the day: only when everyone is recorded, with a yes to every doubt, and for good."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.attendance.actions.marks import follow
from sma.attendance.models import ConsultInterval, Encounter
from sma.attendance.queries import closing_facts
from sma.attendance.rules import Doubt, NotComplete, must_be_open
from sma.attendance.rules.closing import must_be_sure, unrecorded
from sma.core import audit, outbox
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.scheduling import GroupSession, lock_session, mark_closed

NOT_STOPPED = "Not stopped before closing"


def close_session(
    db: WriteSession, session_id: UUID, *, sure: Collection[str] = (), by: CurrentUser, now: datetime
) -> GroupSession:
    """Lock the record of a session: whoever came has attended, and proposals for claims are made from it.

    `sure` names the doubts that somebody has said yes to, as the page marks them (for those people only) or by kind;
    those that held are kept in the audit. A clock that still runs is taken back, since nobody knows its end; a
    clinician's stay without an end stays as it is.
    Locks the session. Publishes: session.closed.
    Raises: NotFound, DayLocked, NotToday; NotComplete with whoever is not recorded; NotSure with every doubt.
    """
    session = lock_session(db, session_id)
    must_be_open(session.status, session.held_on, session.timezone, now=now)
    facts = closing_facts(db, session)
    if missing := unrecorded(facts.people):
        raise NotComplete(missing)
    doubted = facts.doubts(now=now)
    must_be_sure(doubted, sure)
    _take_back_running(db, session_id, by=by, now=now)
    came = absent = 0
    for appointment, encounter in db.exec(
        select(Appointment, Encounter)
        .join(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session_id, col(Appointment.status).in_(TAKES_A_PLACE))
        .execution_options(populate_existing=True)
    ):
        follow(appointment, encounter.presence, is_closed=True)
        came, absent = came + (encounter.arrived_at is not None), absent + (encounter.arrived_at is None)
    mark_closed(db, session, by=by, now=now)
    outbox.publish(db, "session.closed", session.id, now=now)
    kept = " ".join(each.doubt for each in doubted) or None
    audit.record(db, by=by, did="complete-record", on=session, now=now, came=came, absent=absent, confirmed=kept)
    return session


def _take_back_running(db: WriteSession, session_id: UUID, *, by: CurrentUser, now: datetime) -> None:
    rows = db.exec(
        select(ConsultInterval, Encounter)
        .join(Encounter, col(Encounter.id) == col(ConsultInterval.encounter_id))
        .where(
            col(ConsultInterval.group_session_id) == session_id,
            col(ConsultInterval.superseded_at).is_(None),
            col(ConsultInterval.ends_at).is_(None),
        )
    )
    for consult, encounter in rows:
        consult.superseded_at, consult.withdrawn_reason = now, NOT_STOPPED
        encounter.version += 1
        audit.record(db, by=by, did="withdraw-consult", on=consult, now=now, why=Doubt.RUNNING)
    # The rows just written are read again below, afresh.
    db.flush()
