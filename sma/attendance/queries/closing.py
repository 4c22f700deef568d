"""What closing asks about: who is recorded, who was seen, and who was still in the room. Three statements."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import TAKES_A_PLACE
from sma.attendance.models import ClinicianPresence, ConsultInterval, Encounter
from sma.attendance.rules import Span, needs_consults
from sma.attendance.rules.closing import Attended, Doubted, doubts
from sma.core.db import ReadSession
from sma.scheduling import GroupSession


@dataclass(frozen=True)
class ClosingFacts:
    """One session at its end."""

    people: tuple[Attended, ...]
    still_in: tuple[UUID, ...]
    expects_consults: bool
    ends_at: datetime
    timezone: str

    def doubts(self, *, now: datetime) -> tuple[Doubted, ...]:
        return doubts(
            self.people,
            self.still_in,
            expects_consults=self.expects_consults,
            ends_at=self.ends_at,
            zone=self.timezone,
            now=now,
        )


def closing_facts(db: ReadSession, session: GroupSession) -> ClosingFacts:
    """Read what stands against closing a session, or makes it worth a second look."""
    spans: dict[UUID, list[Span]] = {}
    for encounter_id, starts_at, ends_at in db.exec(
        select(ConsultInterval.encounter_id, ConsultInterval.starts_at, ConsultInterval.ends_at).where(
            col(ConsultInterval.group_session_id) == session.id, col(ConsultInterval.superseded_at).is_(None)
        )
    ):
        spans.setdefault(encounter_id, []).append(Span(starts_at, ends_at))
    people = db.exec(
        select(Appointment.id, Encounter.id, Encounter.presence, Encounter.arrived_at)
        .outerjoin(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session.id, col(Appointment.status).in_(TAKES_A_PLACE))
    )
    still_in = db.exec(
        select(ClinicianPresence.practitioner_id).where(
            col(ClinicianPresence.group_session_id) == session.id,
            col(ClinicianPresence.superseded_at).is_(None),
            col(ClinicianPresence.ends_at).is_(None),
        )
    )
    return ClosingFacts(
        people=tuple(
            Attended(appointment_id, presence, arrived_at is not None, tuple(spans.get(encounter_id, ())))
            for appointment_id, encounter_id, presence, arrived_at in people
        ),
        still_in=tuple(still_in),
        expects_consults=needs_consults(frozenset(session.item_families), session.held_on),
        ends_at=session.ends_at,
        timezone=session.timezone,
    )
