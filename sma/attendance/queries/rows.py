"""What the pages and sheets of a day show: frozen rows, and the day they make together."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sma.attendance.rules import HERE, NOT_RECORDED, PRESENCE_WORDS, Presence
from sma.scheduling import GroupSession, SessionView, StaffRow


@dataclass(frozen=True)
class ConsultRow:
    """One consult as it stands, with what it replaced."""

    id: UUID
    encounter_id: UUID
    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    interrupted: bool
    recorded_by: str
    recorded_at: datetime
    recorded_after: bool
    is_entered: bool
    confirmed_by: str | None
    reason: str | None
    was_from: datetime | None
    was_to: datetime | None
    pressed_by_clinician: bool

    @property
    def seconds(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) if self.ends_at else 0

    @property
    def is_running(self) -> bool:
        return self.ends_at is None

    @property
    def is_clinicians(self) -> bool:
        """Their own clinician answers for these minutes; nobody else but a manager changes them."""
        return self.pressed_by_clinician or self.confirmed_by is not None

    @property
    def needs_confirmation(self) -> bool:
        return self.is_entered and self.confirmed_by is None


@dataclass(frozen=True)
class StayRow:
    """A clinician's stay in the room as it stands."""

    id: UUID
    practitioner_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    recorded_by: str
    recorded_after: bool
    reason: str | None


@dataclass(frozen=True)
class PersonRow:
    """One person with a place. `short` is what bystanders may read; `number` stands on every sheet of the session."""

    number: int
    appointment_id: UUID
    patient_id: UUID
    encounter_id: UUID | None
    short: str
    first: str
    name: str
    pronouns: str | None
    language: str | None
    needs_interpreter: bool
    has_agreement: bool
    is_walk_in: bool
    no_card: bool
    presence: Presence | None
    arrived_at: datetime | None
    left_at: datetime | None
    late_minutes: int
    note_done: bool
    version: int
    consults: tuple[ConsultRow, ...] = ()

    @property
    def is_here(self) -> bool:
        return self.presence in HERE

    @property
    def came(self) -> bool:
        return self.arrived_at is not None

    @property
    def words(self) -> str:
        return PRESENCE_WORDS[self.presence] if self.presence else NOT_RECORDED

    @property
    def running(self) -> ConsultRow | None:
        return next((consult for consult in self.consults if consult.is_running), None)

    @property
    def seconds(self) -> int:
        return sum(consult.seconds for consult in self.consults)


@dataclass(frozen=True)
class Day:
    """A session's day: who has a place and what is recorded. `sheet_number` rises with every change that prints."""

    view: SessionView
    people: tuple[PersonRow, ...]
    stays: tuple[StayRow, ...]
    sheet_number: int
    clinicians: tuple[StaffRow, ...] = field(default=())

    @property
    def session(self) -> GroupSession:
        return self.view.session

    @property
    def unrecorded(self) -> list[PersonRow]:
        return [person for person in self.people if person.presence is None]

    @property
    def recorded(self) -> int:
        return len(self.people) - len(self.unrecorded)

    @property
    def came(self) -> list[PersonRow]:
        return [person for person in self.people if person.came]

    @property
    def seen(self) -> list[PersonRow]:
        return [person for person in self.people if any(not consult.is_running for consult in person.consults)]

    def stay_of(self, practitioner_id: UUID) -> StayRow | None:
        """The stay that runs, if the clinician is in the room."""
        return next((s for s in self.stays if s.practitioner_id == practitioner_id and s.ends_at is None), None)

    def person(self, appointment_id: UUID) -> PersonRow | None:
        return next((person for person in self.people if person.appointment_id == appointment_id), None)

    def consults(self) -> Iterator[tuple[PersonRow, ConsultRow]]:
        """Every consult as it stands, in the order of the day."""
        pairs = [(person, consult) for person in self.people for consult in person.consults]
        yield from sorted(pairs, key=lambda pair: (pair[1].starts_at, pair[1].id.hex))
