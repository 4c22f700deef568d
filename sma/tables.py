"""Imports every slice's models so that the metadata is complete for Alembic and the tests."""

from sma.appointments import models as appointments
from sma.assignments import models as assignments
from sma.attendance import models as attendance
from sma.claims import models as claims
from sma.core import audit, idempotency, outbox, throttle
from sma.core.db import metadata
from sma.entitlements import models as entitlements
from sma.identity import models as identity
from sma.messages import models as messages
from sma.people import models as people
from sma.scheduling import models as scheduling

__all__ = [
    "appointments",
    "assignments",
    "attendance",
    "audit",
    "claims",
    "entitlements",
    "idempotency",
    "identity",
    "messages",
    "metadata",
    "outbox",
    "people",
    "scheduling",
    "throttle",
]
