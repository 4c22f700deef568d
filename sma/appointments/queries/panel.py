"""What the booking panel shows about one person before one session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sma.appointments.facts import check, read_scene
from sma.appointments.rules import Barrier, Finding, Fit, Places, closed_to_booking
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.people import Patient, PersonNotFound, full_name, preferred
from sma.scheduling import GroupSession

# The checks about the person themselves whose cause the desk is never shown.
_UNSAID = ("suit", "person")


@dataclass(frozen=True)
class Panel:
    """All checks of one person against one session. `closed` says why the session takes nobody."""

    patient_id: UUID
    name: str
    preferred: str
    pronouns: str | None
    language: str | None
    born_on: object
    checked: Fit
    places: Places
    is_here: bool
    closed: str | None

    def is_stopped(self, *, may_pass: bool) -> bool:
        """Tell whether the one stop page answers, because the cause may not be said."""
        return any(found.code in _UNSAID for found in self.checked.beyond(may_pass=may_pass))

    def can_book(self, *, may_pass: bool) -> bool:
        return not self.checked.beyond(may_pass=may_pass)

    def to_explain(self, *, may_pass: bool) -> list[Finding]:
        """The findings that this user may pass by giving a reason."""
        limit = Barrier.NAMED_ROLE if may_pass else Barrier.DESK
        return [found for found in self.checked.findings if Barrier.NONE < found.barrier <= limit]


def session_of(db: ReadSession, session_id: UUID) -> GroupSession:
    """Return a session. Raises: NotFound."""
    session = db.get(GroupSession, session_id)
    if session is None:
        raise NotFound
    return session


def panel(
    db: ReadSession,
    session: GroupSession,
    patient_id: UUID,
    *,
    now: datetime,
    besides: UUID | None = None,
    waiting_as: UUID | None = None,
) -> Panel:
    """Check a person against a session for showing; the verbs check again. Raises: PersonNotFound.

    `besides`: their own appointment, to be left aside. `waiting_as`: their own entry on the session's list.
    """
    patient = db.get(Patient, patient_id)
    scene = read_scene(db, session.id, patient_id, besides=besides)
    if patient is None or scene is None:
        raise PersonNotFound
    return Panel(
        patient_id=patient.id,
        name=full_name(patient),
        preferred=preferred(patient),
        pronouns=patient.pronouns,
        language=patient.language,
        born_on=patient.born_on,
        checked=check(db, session, scene, waiting_as=waiting_as),
        places=scene.places,
        is_here=scene.is_here and besides is None,
        closed=closed_to_booking(session.status, session.starts_at, walk_in=False, now=now),
    )
