"""Builds what the billing library is told from what `rows` read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing import Attendee, Consult, EarlierService, GroupService, Interval, Profession, Provider
from sma.attendance.models import ClinicianPresence, ConsultInterval, Encounter
from sma.attendance.rules import Presence
from sma.claims.facts import rows
from sma.claims.models import BenefitAssignment
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.people import Location, Patient, Practitioner, indigenous_code, provider_number
from sma.people.rules import CoverageKind, MedicareState
from sma.scheduling import GroupSession

_CAME = frozenset({Presence.ARRIVED, Presence.LATE, Presence.LEFT})


@dataclass(frozen=True)
class Person:
    """One person on the roll, with what every clinician's service says alike."""

    encounter_id: UUID
    patient_id: UUID
    attendee: Attendee
    presence: str
    late_minutes: int | None


@dataclass(frozen=True)
class ClinicianFacts:
    """One clinician's service to the group. `evidence` is kept beside each line, by encounter."""

    practitioner_id: UUID
    service: GroupService
    place_is_known: bool
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionFacts:
    """Everything that a session's lines are judged on."""

    session_id: UUID
    people: tuple[Person, ...]
    clinicians: tuple[ClinicianFacts, ...]


def gather(db: ReadSession, session_id: UUID) -> SessionFacts:
    """Read everything that a session's lines are judged on. Ten statements, and one more per clinician.

    Raises: NotFound; ValueError where the record contradicts itself.
    """
    found = db.exec(
        select(GroupSession, Location)
        .join(Location, col(Location.id) == col(GroupSession.location_id))
        .where(col(GroupSession.id) == session_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    session, location = found
    roll = rows.roll(db, session_id)
    patient_ids = [patient.id for _, patient in roll]
    covers = rows.covers(db, patient_ids)
    people = tuple(_person(encounter, patient, covers) for encounter, patient in roll)
    clinicians = rows.clinicians(db, session_id)
    intervals = rows.intervals(db, session_id)
    presences = rows.presences(db, session_id)
    assignments = rows.assignments(db, patient_ids, session)
    history = rows.history(db, patient_ids, session)
    return SessionFacts(
        session_id,
        people,
        tuple(
            _service(
                session,
                location,
                practitioner,
                provider_number(db, practitioner.id, location.id),
                people,
                intervals,
                presences,
                assignments,
                history,
            )
            for practitioner in clinicians
        ),
    )


def _person(encounter: Encounter, patient: Patient, covers: dict[UUID, set[str]]) -> Person:
    held = covers.get(patient.id, set())
    if CoverageKind.MEDICARE in held:
        coverage = "medicare"
    elif CoverageKind.DVA in held:
        coverage = "dva"
    else:
        coverage = "none" if patient.medicare_state == MedicareState.NOT_ELIGIBLE else "pending"
    return Person(
        encounter_id=encounter.id,
        patient_id=patient.id,
        presence=str(encounter.presence),
        late_minutes=encounter.late_minutes,
        attendee=Attendee(
            reference=encounter.id.hex,
            attended=encounter.presence in _CAME,
            arrived_at=encounter.arrived_at,
            left_at=encounter.left_at,
            born_on=patient.born_on,
            indigenous_status=indigenous_code(patient.indigenous_status, patient.indigenous_status_state),
            coverage=coverage,
            benefit_assigned=False,
            note_done=encounter.note_done_at is not None,
        ),
    )


def _service(
    session: GroupSession,
    location: Location,
    practitioner: Practitioner,
    number: str | None,
    people: Iterable[Person],
    intervals: Sequence[ConsultInterval],
    presences: Sequence[ClinicianPresence],
    assignments: dict[tuple[UUID, UUID], BenefitAssignment],
    history: dict[UUID, list[tuple[UUID, UUID, EarlierService]]],
) -> ClinicianFacts:
    attendees, evidence = [], {}
    for person in people:
        own = [
            each
            for each in intervals
            if each.encounter_id == person.encounter_id and each.practitioner_id == practitioner.id
        ]
        assigned = assignments.get((person.patient_id, practitioner.id))
        earlier = [
            service
            for session_id, by, service in history.get(person.patient_id, ())
            if (session_id, by) != (session.id, practitioner.id)
        ]
        attendees.append(
            replace(
                person.attendee,
                consults=tuple(_consult(each) for each in own),
                benefit_assigned=assigned is not None,
                history=tuple(earlier),
            )
        )
        evidence[person.encounter_id.hex] = _evidence(person, own, assigned)
    mine = [each for each in presences if each.practitioner_id == practitioner.id]
    return ClinicianFacts(
        practitioner_id=practitioner.id,
        place_is_known=location.is_consulting_rooms is not None,
        evidence=evidence,
        service=GroupService(
            reference=session.id.hex,
            date_of_service=session.held_on,
            timezone=session.timezone,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            provider=Provider(
                reference=practitioner.id.hex,
                profession=Profession(practitioner.profession),
                provider_number=number,
            ),
            presence=tuple(Interval(starts_at=each.starts_at, ends_at=_end(each)) for each in mine),
            is_consulting_rooms=bool(location.is_consulting_rooms),
            modality=session.modality,
            item_families=frozenset(session.item_families),
            attendees=tuple(attendees),
        ),
    )


def _consult(interval: ConsultInterval) -> Consult:
    return Consult(
        starts_at=interval.starts_at,
        ends_at=_end(interval),
        interrupted=interval.interrupted,
        recorded_after=interval.recorded_after,
    )


def _evidence(person: Person, own: Iterable[ConsultInterval], assigned: BenefitAssignment | None) -> dict[str, Any]:
    """What the evidence card shows beside the verdicts: ids, codes and instants, no names."""
    attendee = person.attendee
    return {
        "presence": person.presence,
        "late_minutes": person.late_minutes,
        "arrived_at": _text(attendee.arrived_at),
        "left_at": _text(attendee.left_at),
        "note_done": attendee.note_done,
        "assignment": None
        if assigned is None
        else {"id": assigned.id.hex, "method": assigned.method, "on": assigned.assigned_on.isoformat()},
        "consults": [
            {
                "starts_at": each.starts_at.isoformat(),
                "ends_at": _end(each).isoformat(),
                "interrupted": each.interrupted,
                "recorded_after": each.recorded_after,
                "recorded_at": each.recorded_at.isoformat(),
                "recorded_by": each.recorded_by_id.hex,
                "confirmed": each.confirmed_by_id is not None,
                "reason": each.reason is not None,
            }
            for each in own
        ],
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _end(row: ConsultInterval | ClinicianPresence) -> datetime:
    # Running ones are never read here: a session cannot be closed, nor assessed, while a clock is running.
    return row.ends_at or row.starts_at
