"""The line of a batch as it is first written down: every fact of one approved claim, read at this moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from billing.exports import Line, voiding
from sma.assignments import AssignmentMethod, BenefitAssignment, assignment_holds, assignments_by_id
from sma.claims.freezing import thaw
from sma.claims.judgement import flags_of
from sma.claims.limits import load_limits
from sma.claims.models import Claim, ClaimBatch, ClaimBlock, ClaimLine
from sma.core.db import ReadSession
from sma.people import Coverage, Location, Patient, Practitioner, practitioner_name
from sma.people.rules import CoverageKind
from sma.scheduling import GroupSession

# How somebody with one name stands on a bulk-bill claim. Source: Tyro Health attributes, patient.identity.givenName.
ONLY_NAME = "Onlyname"
ATTENDED = "attended"
BULK = "bulk"
DELIVERY = {"in-person": "in_person"}


@dataclass(frozen=True)
class Draft:
    """One line before it has its number. `location` and `practitioner` name the batch it goes into."""

    claim: Claim
    line: Line
    location: Location
    practitioner: Practitioner
    timezone: str


@dataclass(frozen=True)
class _Row:
    claim: Claim
    patient: Patient
    session: GroupSession
    practitioner: Practitioner
    location: Location


def drafts(db: ReadSession, claims: Sequence[Claim]) -> tuple[list[Draft], list[tuple[Claim, str]]]:
    """Write down each approved claim; also return those that lost something they cannot go out without, and what."""
    ids = [claim.id for claim in claims]
    rows = db.exec(
        select(Claim, Patient, GroupSession, Practitioner)
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(col(Claim.id).in_(ids))
    ).all()
    cards = _cards(db, [patient.id for _, patient, *_ in rows])
    places = _places(db, {session.location_id for *_, session, _ in rows})
    agreements = _agreements(db, claims)
    earlier = _earlier_lines(db, claims)
    made: list[Draft] = []
    left_out: list[tuple[Claim, str]] = []
    for found in rows:
        row = _Row(*found, places[found[2].location_id])
        line = earlier.get(row.claim.id)
        if line is None:
            number, irn = cards.get(row.patient.id, (None, None))
            agreement = agreements.get(_assignment_id(row.claim))
            if reason := _missing(row, number, irn, agreement):
                left_out.append((row.claim, reason))
                continue
            line = _line(row, (number, irn), agreement)
        made.append(Draft(row.claim, line, row.location, row.practitioner, row.session.timezone))
    return made, left_out


def _missing(row: _Row, number: str | None, irn: str | None, agreement: BenefitAssignment | None) -> str | None:
    if number is None or irn is None:
        return "The Medicare number or its IRN is missing. Enter it on the person's page, then assess again."
    if row.patient.born_on is None:
        return "The date of birth is missing. Enter it on the person's page, then assess again."
    if row.claim.provider_number is None:
        return "The provider number for this place is missing. Enter it, then assess again."
    if agreement is not None and not assignment_holds(agreement, row.session.held_on, row.session.timezone):
        return "The assignment of benefit was taken back. Record another for the session, then assess again."
    return None


def _line(row: _Row, card: tuple[str | None, str | None], agreement: BenefitAssignment | None) -> Line:
    claim, session, patient, limits = row.claim, row.session, row.patient, load_limits()
    zone = ZoneInfo(session.timezone)
    flags = flags_of(claim.assessment, claim.item_number)
    benefit = claim.benefit_cents or 0
    values: dict[str, Any] = {
        **dict.fromkeys(Line._fields),
        "line_no": 0,
        "session_id": session.code,
        "session_date": claim.date_of_service,
        "session_start": session.starts_at.astimezone(zone),
        "session_end": session.ends_at.astimezone(zone),
        "delivery_mode": DELIVERY.get(session.modality, session.modality),
        "location_name": row.location.name,
        "servicing_provider_number": claim.provider_number,
        "servicing_provider_name": practitioner_name(row.practitioner),
        "service_type_code": limits.service_type(row.practitioner.profession),
        "hospital": False,
        "proposed_claim_seq": 1,
        "voucher_id": "",
        "service_id": "",
        "patient_ref": patient.source_id or patient.id.hex,
        **_names(patient),
        "patient_dob": patient.born_on,
        "medicare_number": card[0],
        "medicare_irn": card[1],
        "billing_type": BULK,
        "mbs_item": claim.item_number,
        "item_description": claim.item_title,
        # Billed in bulk, the charge is the benefit that was assigned and nothing beside it.
        "charge_cents": benefit,
        "benefit_cents": benefit,
        "number_of_patients_seen": claim.number_of_patients_seen,
        "duplicate_override": False,
        **_agreement(agreement),
        "attendance_status": ATTENDED,
        "mbs_schedule_version": _iso(claim.item_version_from),
        "validation_status": "warning" if flags else "ready",
        "validation_codes": " ".join(code_of(flag) for flag in flags),
        "kind": "item",
        "schedule_fee_cents": None if claim.number_of_patients_seen is not None else claim.schedule_fee_cents,
    }
    return Line(**values)


def code_of(flag: str) -> str:
    """A flag as one word of the validation codes: "at threshold" is "at-threshold"."""
    return flag.replace(" ", "-")


def _names(patient: Patient) -> dict[str, str]:
    given = patient.given_names or patient.preferred_name
    if not patient.family_name:
        return {"patient_family_name": given, "patient_given_name": ONLY_NAME}
    return {"patient_family_name": patient.family_name, "patient_given_name": given}


def _agreement(agreement: BenefitAssignment | None) -> dict[str, Any]:
    if agreement is None:
        return {}
    return {
        "aob_agreement_id": agreement.id.hex,
        "aob_type": AssignmentMethod(agreement.method).value,
        "aob_date": agreement.assigned_on,
        "aob_assignor_is_patient": agreement.assigned_by_patient,
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _assignment_id(claim: Claim) -> UUID | None:
    assignment = claim.assessment["evidence"]["assignment"]
    return UUID(assignment["id"]) if assignment else None


def _agreements(db: ReadSession, claims: Sequence[Claim]) -> Mapping[UUID | None, BenefitAssignment]:
    ids = [_assignment_id(claim) for claim in claims]
    return dict(assignments_by_id(db, [each for each in ids if each]).items())


def _places(db: ReadSession, location_ids: Collection[UUID]) -> dict[UUID, Location]:
    return {each.id: each for each in db.exec(select(Location).where(col(Location.id).in_(location_ids)))}


def _cards(db: ReadSession, patient_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str | None]]:
    rows = db.exec(
        select(Coverage.patient_id, Coverage.number, Coverage.irn)
        .where(
            col(Coverage.patient_id).in_(patient_ids),
            col(Coverage.kind) == CoverageKind.MEDICARE,
            col(Coverage.is_current).is_(True),
        )
        .order_by(col(Coverage.created_at), col(Coverage.id))
    )
    return {patient_id: (number, irn) for patient_id, number, irn in rows}


def _earlier_lines(db: ReadSession, claims: Sequence[Claim]) -> dict[UUID, Line]:
    """For each void claim, the line that takes back the one it voids, word for word as that was frozen."""
    voided = {claim.replaces_id: claim.id for claim in claims if claim.kind == "void"}
    if not voided:
        return {}
    wanted = db.exec(
        select(ClaimLine.claim_id, ClaimLine.batch_id, ClaimLine.line_no, ClaimBatch.reference)
        .join(ClaimBatch, col(ClaimBatch.id) == col(ClaimLine.batch_id))
        .where(col(ClaimLine.claim_id).in_(voided), col(ClaimLine.kind) == "service")
    ).all()
    frozen: dict[tuple[UUID, int], Line] = {}
    for batch_id in {batch_id for _, batch_id, *_ in wanted}:
        for content in db.exec(select(ClaimBlock.content).where(col(ClaimBlock.batch_id) == batch_id)):
            frozen.update({(batch_id, line.line_no): line for line in thaw(content)})
    return {
        voided[claim_id]: voiding(frozen[batch_id, line_no], reference)
        for claim_id, batch_id, line_no, reference in wanted
    }
