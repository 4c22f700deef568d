"""Numbers for Prometheus, read from the rows at each visit: true for every process and after every restart.

Text format 0.0.4. None of them is about a person.
"""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func
from sqlmodel import col, select

from sma.appointments import Appointment
from sma.claims import Claim, Export
from sma.core import outbox
from sma.core.db import ReadSession
from sma.messages import Communication
from sma.operations.queries import backlog
from sma.scheduling import GroupSession

_COUNTED = (
    ("sma_sessions", "Sessions by state", col(GroupSession.status)),
    ("sma_places", "Places of people by state", col(Appointment.status)),
    ("sma_messages", "Messages by state", col(Communication.state)),
    ("sma_claim_lines", "Claim lines by state", col(Claim.status)),
    ("sma_exports", "Exported files by state", col(Export.status)),
)


def exposition(db: ReadSession, *, now: datetime) -> bytes:
    """Count and write everything."""
    registry = CollectorRegistry()
    for name, words, column in _COUNTED:
        gauge = Gauge(name, words, ["state"], registry=registry)
        for state, count in db.exec(select(column, func.count()).group_by(column)):
            gauge.labels(state).set(count)
    stands = backlog(db)
    oldest = outbox.oldest_due(db, now=now)
    waiting = Gauge("sma_outbox_waiting", "Effects that are owed", registry=registry)
    waiting.set(stands.waiting)
    buried = Gauge("sma_outbox_buried", "Effects that were given up on and need a person", registry=registry)
    buried.set(stands.buried)
    age = Gauge("sma_outbox_oldest_seconds", "Age of the longest-waiting due effect", registry=registry)
    age.set((now - oldest).total_seconds() if oldest else 0.0)
    return generate_latest(registry)
