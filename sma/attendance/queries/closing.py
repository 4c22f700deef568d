"""What closing asks about: who is recorded, who was seen, and who was still in the room. Three statements."""

from collections.abc import Sequence
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
    uncovered: int
    expects_consults: bool
    starts_at: datetime
    ends_at: datetime
    timezone: str

    def doubts(self, *, now: datetime) -> tuple[Doubted, ...]:
        return doubts(
            self.people,
            self.still_in,
            uncovered=self.uncovered,
            expects_consults=self.expects_consults,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            zone=self.timezone,
            now=now,
        )


def closing_facts(db: ReadSession, session: GroupSession) -> ClosingFacts:
    """Read what stands against closing a session, or makes it worth a second look."""
    consults = db.exec(
        select(ConsultInterval).where(
            col(ConsultInterval.group_session_id) == session.id, col(ConsultInterval.superseded_at).is_(None)
        )
    ).all()
    spans: dict[UUID, list[Span]] = {}
    for consult in consults:
        spans.setdefault(consult.encounter_id, []).append(Span(consult.starts_at, consult.ends_at))
    people = db.exec(
        select(Appointment.id, Encounter.id, Encounter.presence, Encounter.arrived_at)
        .outerjoin(Encounter, col(Encounter.appointment_id) == col(Appointment.id))
        .where(col(Appointment.group_session_id) == session.id, col(Appointment.status).in_(TAKES_A_PLACE))
    )
    stays = db.exec(
        select(ClinicianPresence).where(
            col(ClinicianPresence.group_session_id) == session.id, col(ClinicianPresence.superseded_at).is_(None)
        )
    ).all()
    still_in = [stay.practitioner_id for stay in stays if stay.ends_at is None]
    return ClosingFacts(
        people=tuple(
            Attended(appointment_id, presence, arrived_at, tuple(spans.get(encounter_id, ())))
            for appointment_id, encounter_id, presence, arrived_at in people
        ),
        still_in=tuple(still_in),
        uncovered=sum(each.practitioner_id in still_in and not _is_covered(each, stays) for each in consults),
        expects_consults=needs_consults(frozenset(session.item_families), session.held_on),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=session.timezone,
    )


def _is_covered(consult: ConsultInterval, stays: Sequence[ClinicianPresence]) -> bool:
    """Tell whether a consult needs no further time out: it lies in a stay that has its end, or is taken back."""
    if consult.ends_at is None:
        return True
    wanted = Span(consult.starts_at, consult.ends_at)
    return any(
        Span(stay.starts_at, stay.ends_at).holds(wanted)
        for stay in stays
        if stay.practitioner_id == consult.practitioner_id and stay.ends_at is not None
    )
