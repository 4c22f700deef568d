"""Builds what the billing library is told from what the day and `rows` say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing import Attendee, Consult, EarlierService, GroupService, Interval, Profession, Provider
from sma.assignments import BenefitAssignment, assignments_of
from sma.attendance import ConsultFacts, DayFacts, PersonFacts, Presence, StayFacts, day_facts
from sma.claims.facts import rows
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.people import Location, Patient, Practitioner, indigenous_code, provider_number
from sma.people.rules import CoverageKind, MedicareState
from sma.scheduling import GroupSession

_CAME = frozenset({Presence.ARRIVED, Presence.LATE, Presence.LEFT})


@dataclass(frozen=True)
class ClinicianFacts:
    """One clinician's service to the group. `evidence` is kept beside each line, by encounter."""

    practitioner_id: UUID
    service: GroupService
    place_is_known: bool
    evidence: Mapping[UUID, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionFacts:
    """Everything that a session's lines are judged on; `people` are (encounter, patient), as in each service."""

    session_id: UUID
    people: tuple[tuple[UUID, UUID], ...]
    clinicians: tuple[ClinicianFacts, ...]


@dataclass(frozen=True)
class _Background:
    """What is known of people beside the day itself."""

    patients: Mapping[UUID, Patient]
    covers: Mapping[UUID, set[str]]
    assignments: Mapping[tuple[UUID, UUID], BenefitAssignment]
    history: Mapping[UUID, Sequence[tuple[UUID, UUID, EarlierService]]]


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
    day = day_facts(db, session_id)
    people = [(person.encounter_id, person) for person in day.people if person.encounter_id and person.presence]
    patient_ids = [person.patient_id for _, person in people]
    background = _Background(
        rows.patients(db, patient_ids),
        rows.covers(db, patient_ids),
        assignments_of(db, patient_ids, session.held_on, session.timezone),
        rows.history(db, patient_ids, session),
    )
    return SessionFacts(
        session_id,
        tuple((encounter_id, person.patient_id) for encounter_id, person in people),
        tuple(
            ClinicianFacts(
                practitioner_id=one.id,
                place_is_known=location.is_consulting_rooms is not None,
                evidence={
                    key: _evidence(person, one.id, background, _open_stay(day, one.id)) for key, person in people
                },
                service=GroupService(
                    reference=session.id.hex,
                    date_of_service=session.held_on,
                    timezone=session.timezone,
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                    provider=_provider(one, provider_number(db, one.id, location.id)),
                    presence=_presence(day, one.id),
                    is_consulting_rooms=bool(location.is_consulting_rooms),
                    modality=session.modality,
                    item_families=frozenset(session.item_families),
                    attendees=tuple(_attendee(session.id, key, person, one.id, background) for key, person in people),
                ),
            )
            for one in rows.clinicians(db, day)
        ),
    )


def _provider(practitioner: Practitioner, number: str | None) -> Provider:
    return Provider(
        reference=practitioner.id.hex,
        profession=Profession(practitioner.profession),
        provider_number=number,
    )


def _presence(day: DayFacts, practitioner_id: UUID) -> tuple[Interval, ...]:
    return tuple(
        Interval(starts_at=stay.starts_at, ends_at=ends)
        for stay in day.presences
        if stay.practitioner_id == practitioner_id and (ends := _end(stay)) > stay.starts_at
    )


def _end(stay: StayFacts) -> datetime:
    # Nobody recorded that they left: that covers nothing, and the minutes then say so themselves.
    return stay.ends_at or stay.starts_at


def _open_stay(day: DayFacts, practitioner_id: UUID) -> str | None:
    stays = (each for each in day.presences if each.practitioner_id == practitioner_id and each.ends_at is None)
    return next((str(stay.id) for stay in stays), None)


def _attendee(
    session_id: UUID, encounter_id: UUID, person: PersonFacts, practitioner_id: UUID, background: _Background
) -> Attendee:
    patient = background.patients[person.patient_id]
    return Attendee(
        reference=encounter_id.hex,
        attended=person.presence in _CAME,
        arrived_at=person.arrived_at,
        left_at=person.left_at,
        consults=tuple(
            Consult(
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                interrupted=each.interrupted,
                recorded_after=each.recorded_after,
            )
            for each in _own(person, practitioner_id)
        ),
        born_on=patient.born_on,
        indigenous_status=indigenous_code(patient.indigenous_status, patient.indigenous_status_state),
        coverage=_coverage(patient, background.covers.get(patient.id, set())),
        benefit_assigned=(patient.id, practitioner_id) in background.assignments,
        note_done=person.note_done,
        history=tuple(
            service
            for other_session, by, service in background.history.get(patient.id, ())
            if (other_session, by) != (session_id, practitioner_id)
        ),
    )


def _coverage(patient: Patient, held: set[str]) -> str:
    if CoverageKind.MEDICARE in held:
        return "medicare"
    if CoverageKind.DVA in held:
        return "dva"
    return "none" if patient.medicare_state == MedicareState.NOT_ELIGIBLE else "pending"


def _own(person: PersonFacts, practitioner_id: UUID) -> list[ConsultFacts]:
    return [each for each in person.consults if each.practitioner_id == practitioner_id]


def _evidence(
    person: PersonFacts, practitioner_id: UUID, background: _Background, open_stay: str | None
) -> dict[str, Any]:
    """What the evidence card shows beside the verdicts: ids, codes and instants, no names."""
    assigned = background.assignments.get((person.patient_id, practitioner_id))
    return {
        "presence": person.presence,
        "arrived_at": _text(person.arrived_at),
        "left_at": _text(person.left_at),
        "note_done": person.note_done,
        "unconfirmed": person.unconfirmed,
        "open_stay": open_stay,
        "assignment": None
        if assigned is None
        else {"id": assigned.id.hex, "method": str(assigned.method), "on": assigned.assigned_on.isoformat()},
        "consults": [
            {
                "id": each.id.hex,
                "starts_at": each.starts_at.isoformat(),
                "ends_at": each.ends_at.isoformat(),
                "interrupted": each.interrupted,
                "recorded_after": each.recorded_after,
            }
            for each in _own(person, practitioner_id)
        ],
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
