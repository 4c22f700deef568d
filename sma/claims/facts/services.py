"""Builds what the billing library is told from what the day and `rows` say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing import Attendee, Consult, GroupService, Interval, Profession, Provider, load_rulebook
from sma.attendance import ConsultFacts, DayFacts, PersonFacts, StayFacts, day_facts, other_consults
from sma.attendance.rules import CAME
from sma.claims.facts import rows
from sma.claims.facts.background import Background, background
from sma.claims.judgement import ADDED
from sma.claims.policy import policy_on
from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.people import Location, Practitioner, indigenous_code, provider_number
from sma.scheduling import GroupSession


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


def gather(db: ReadSession, session_id: UUID) -> SessionFacts:
    """Read everything that a session's lines are judged on. Sixteen statements, and one more per clinician.

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
    known = background(db, patient_ids, session)
    clinicians = rows.clinicians(db, day)
    elsewhere = other_consults(db, [one.id for one in clinicians], session)
    policy = policy_on(db, session.held_on)
    return SessionFacts(
        session_id,
        tuple((encounter_id, person.patient_id) for encounter_id, person in people),
        tuple(
            ClinicianFacts(
                practitioner_id=one.id,
                place_is_known=location.is_consulting_rooms is not None,
                evidence={key: _evidence(person, one, known, _open_stay(day, one.id)) for key, person in people},
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
                    item_families=_families(session),
                    attendees=tuple(_attendee(session.id, key, person, one.id, known) for key, person in people),
                    modified_monash=location.modified_monash,
                    individual_items=policy,
                    elsewhere=tuple(
                        Interval(starts_at=each.starts_at, ends_at=each.ends_at) for each in elsewhere.get(one.id, ())
                    ),
                ),
            )
            for one in clinicians
        ),
    )


def _families(session: GroupSession) -> frozenset[str]:
    """What the program may propose, with what is only ever added to that: an incentive follows the place."""
    own = frozenset(session.item_families)
    return (
        own | {item.family for item in load_rulebook().items if item.versions[-1].claim_shape == ADDED} if own else own
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
    session_id: UUID, encounter_id: UUID, person: PersonFacts, practitioner_id: UUID, known: Background
) -> Attendee:
    patient = known.patients[person.patient_id]
    return Attendee(
        reference=encounter_id.hex,
        attended=person.presence in CAME,
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
        coverage=known.coverage(patient.id, practitioner_id),
        benefit_assigned=known.assignment(patient.id, practitioner_id) is not None,
        note_done=person.note_done,
        history=known.history(patient.id, session_id, practitioner_id),
        referrals=known.referred(patient.id, session_id, practitioner_id),
        is_my_medicare_here=known.my_medicare.get(patient.id),
        billing=known.billing(patient.id, practitioner_id),
    )


def _own(person: PersonFacts, practitioner_id: UUID) -> list[ConsultFacts]:
    return [each for each in person.consults if each.practitioner_id == practitioner_id]


def _evidence(person: PersonFacts, clinician: Practitioner, known: Background, open_stay: str | None) -> dict[str, Any]:
    """What the evidence card shows beside the verdicts: ids, codes and instants, no names."""
    assigned = known.assignments.get((person.patient_id, clinician.id))
    referral = known.referral_to(person.patient_id, clinician.profession)
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
        "billing": str(known.billing(person.patient_id, clinician.id)),
        "referral": None if referral is None else {"id": referral.id.hex, "on": referral.facts.issued_on.isoformat()},
        "consults": [
            {
                "id": each.id.hex,
                "starts_at": each.starts_at.isoformat(),
                "ends_at": each.ends_at.isoformat(),
                "interrupted": each.interrupted,
                "recorded_after": each.recorded_after,
            }
            for each in _own(person, clinician.id)
        ],
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
