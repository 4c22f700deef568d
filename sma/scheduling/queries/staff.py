"""Who works on sessions, with the provider number that holds at each session's own place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy import select as core_select
from sqlmodel import col

from sma.core.db import ReadSession
from sma.people import Practitioner, PractitionerRole, practitioner_name
from sma.scheduling.models import GroupSession, SessionRole
from sma.scheduling.rules import SessionRoleKind, Worker

_ORDER = {role: place for place, role in enumerate(SessionRoleKind)}


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

    def as_worker(self) -> Worker:
        return Worker(self.role, self.provider_number)


def staff_of(db: ReadSession, session_id: UUID) -> list[StaffRow]:
    """Return a session's workers, clinician first."""
    return staff_where(db, col(SessionRole.group_session_id) == session_id).get(session_id, [])


def staff_where(db: ReadSession, *conditions: Any) -> dict[UUID, list[StaffRow]]:
    """Return workers by session for whatever sessions the conditions name. One statement."""
    staff: dict[UUID, dict[UUID, StaffRow]] = {}
    for session_id, prefix, given, family, *rest in db.exec(_QUERY.where(*conditions)).all():  # type: ignore[call-overload]
        practitioner_id, user_id, role, profession, session_role_id, number = rest
        # Two roles at one place can repeat a worker; any number that holds there will do.
        known = staff.setdefault(session_id, {}).get(session_role_id)
        if known is None or known.provider_number is None:
            name = practitioner_name(_Names(prefix, given, family))
            staff[session_id][session_role_id] = StaffRow(
                practitioner_id, user_id, name, role, profession, session_role_id, number
            )
    return {session_id: _sorted(rows.values()) for session_id, rows in staff.items()}


def _sorted(rows: Iterable[StaffRow]) -> list[StaffRow]:
    return sorted(rows, key=lambda row: (_ORDER[SessionRoleKind(row.role)], row.name))


class _Names(NamedTuple):
    prefix: str | None
    given_names: str | None
    family_name: str | None


_QUERY = (
    core_select(
        col(SessionRole.group_session_id),
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
