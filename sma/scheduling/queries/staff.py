"""Who works on sessions, with the provider number that holds at each session's own place."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy import select as core_select
from sqlmodel import col

from sma.core.db import ReadSession
from sma.people import Practitioner, PractitionerRole, practitioner_name
from sma.scheduling.models import GroupSession, SessionRole
from sma.scheduling.rules import ROLE_ORDER


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One worker in one role on one session."""

    practitioner_id: UUID
    user_id: UUID | None
    name: str
    role: str
    profession: str
    session_role_id: UUID
    provider_number: str | None


def staff_of(db: ReadSession, session_id: UUID) -> list[StaffRow]:
    """Return a session's workers, clinician first. One statement."""
    staff: dict[UUID, StaffRow] = {}
    query = JOINED.where(col(SessionRole.group_session_id) == session_id)
    for prefix, given, family, *rest in db.exec(query):
        practitioner_id, user_id, role, profession, session_role_id, number = rest
        # Two roles at one place can repeat a worker; any number that holds there will do.
        if session_role_id not in staff or staff[session_role_id].provider_number is None:
            name = practitioner_name(Names(prefix, given, family))
            staff[session_role_id] = StaffRow(practitioner_id, user_id, name, role, profession, session_role_id, number)
    return sorted(staff.values(), key=lambda row: (ROLE_ORDER[row.role], row.name))


class Names(NamedTuple):
    """The names of a worker as a list reads them."""

    prefix: str | None
    given_names: str | None
    family_name: str | None


JOINED: Any = (
    core_select(
        col(Practitioner.prefix),
        col(Practitioner.given_names),
        col(Practitioner.family_name),
        col(Practitioner.id),
        col(Practitioner.user_id),
        col(SessionRole.role),
        col(Practitioner.profession),
        col(SessionRole.id),
        col(PractitionerRole.provider_number),
    )
    .select_from(SessionRole)
    .join(Practitioner, col(Practitioner.id) == col(SessionRole.practitioner_id))
    .join(GroupSession, col(GroupSession.id) == col(SessionRole.group_session_id))
    .outerjoin(
        PractitionerRole,
        and_(
            col(PractitionerRole.practitioner_id) == col(SessionRole.practitioner_id),
            col(PractitionerRole.location_id) == col(GroupSession.location_id),
            col(PractitionerRole.is_active),
            col(PractitionerRole.provider_number).is_not(None),
        ),
    )
)
