"""One approved claim as the lines it becomes: the service, and what is claimed beside it. Pure but for its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.exports import Line
from sma.assignments import AssignmentMethod, BenefitAssignment
from sma.claims.judgement import flags_of
from sma.claims.limits import load_limits
from sma.claims.models import Claim
from sma.claims.rules import BillingType
from sma.entitlements import Referred
from sma.people import Coverage, Location, Patient, Practitioner, practitioner_name
from sma.scheduling import GroupSession

# How somebody with one name stands on a bulk-bill claim. Source: Tyro Health attributes, patient.identity.givenName.
ONLY_NAME = "Onlyname"
ATTENDED = "attended"
HEAD_COUNT_SHARED = "head-count-shared"
DELIVERY = {"in-person": "in_person"}
PERIOD_CODES = {"standard": "S", "months": "N", "indefinite": "I"}


class Covers(NamedTuple):
    """The cards a person holds."""

    medicare: Coverage | None = None
    dva: Coverage | None = None


@dataclass(frozen=True)
class Row:
    """A claim with the rows around it."""

    claim: Claim
    patient: Patient
    session: GroupSession
    practitioner: Practitioner
    location: Location
    covers: Covers
    payee: str | None
    referrals: Sequence[Referred]


def lines_of(row: Row, agreement: BenefitAssignment | None) -> tuple[list[Line], dict[str, str]]:
    """Return the lines of a claim, the service first, and the words for its validation codes."""
    claim = row.claim
    flags = flags_of(claim.assessment, claim.item_number)
    codes = {code_of(flag): flag.capitalize() for flag in flags}
    benefit = claim.benefit_cents or 0
    service = Line(
        **{
            **_shared(row, agreement),
            "mbs_item": claim.item_number,
            "item_description": claim.item_title,
            # Billed in bulk, the charge is the benefit that was assigned and nothing beside it.
            "charge_cents": benefit,
            "benefit_cents": benefit,
            "number_of_patients_seen": claim.number_of_patients_seen,
            "mbs_schedule_version": _iso(claim.item_version_from),
            "validation_status": "warning" if flags else "ready",
            "validation_codes": " ".join(codes),
            "schedule_fee_cents": None if claim.number_of_patients_seen is not None else claim.schedule_fee_cents,
        }
    )
    return [service, *(_beside(service, each) for each in claim.additions)], codes


def _beside(service: Line, addition: dict[str, Any]) -> Line:
    """An item claimed beside the service, such as a bulk billing incentive."""
    return service._replace(
        mbs_item=addition["item"],
        item_description=addition["title"],
        charge_cents=addition["benefit_cents"],
        benefit_cents=addition["benefit_cents"],
        number_of_patients_seen=None,
        mbs_schedule_version=addition["from"],
        validation_status="ready",
        validation_codes="",
        schedule_fee_cents=addition["fee_cents"],
    )


def _shared(row: Row, agreement: BenefitAssignment | None) -> dict[str, Any]:
    claim, session, patient = row.claim, row.session, row.patient
    zone = ZoneInfo(session.timezone)
    type_code = load_limits().service_type(row.practitioner.profession)
    family, given = names(patient)
    return {
        **dict.fromkeys(Line._fields),
        "line_no": 0,
        "session_id": session.code,
        "session_date": claim.date_of_service,
        "session_start": session.starts_at.astimezone(zone),
        "session_end": session.ends_at.astimezone(zone),
        "delivery_mode": DELIVERY.get(session.modality, session.modality),
        "location_name": row.location.name,
        "minor_id": row.location.minor_id,
        "servicing_provider_number": claim.provider_number,
        "servicing_provider_name": practitioner_name(row.practitioner),
        "payee_provider_number": row.payee,
        "service_type_code": type_code,
        "hospital": False,
        "proposed_claim_seq": 1,
        "voucher_id": "",
        # Until it has its number: two lines that agree in all that files are sorted by still have one order.
        "service_id": claim.id.hex,
        "patient_ref": patient.source_id or patient.id.hex,
        "patient_family_name": family,
        "patient_given_name": given,
        "patient_dob": patient.born_on,
        **_cards(row),
        "billing_type": str(claim.billing_type),
        "duplicate_override": False,
        **({} if type_code == load_limits().general_code else _referral(row)),
        **_agreement(agreement),
        "attendance_status": ATTENDED,
        "kind": "item",
    }


def _cards(row: Row) -> dict[str, str | None]:
    if row.claim.billing_type == BillingType.DVA:
        return {"dva_file_number": row.covers.dva.number if row.covers.dva else None}
    card = row.covers.medicare
    return {"medicare_number": card.number, "medicare_irn": card.irn} if card else {}


def _referral(row: Row) -> dict[str, Any]:
    """The newest referral for the profession of whoever served."""
    fitting = [each for each in row.referrals if each.facts.profession == row.practitioner.profession]
    if not fitting:
        return {}
    newest = max(fitting, key=lambda each: each.facts.issued_on)
    return {
        "referral_provider_number": newest.referrer_provider_number,
        "referral_provider_name": newest.referrer_name,
        "referral_issue_date": newest.facts.issued_on,
        "referral_period_code": PERIOD_CODES[newest.period],
        "referral_period_months": newest.facts.months,
    }


def _agreement(agreement: BenefitAssignment | None) -> dict[str, Any]:
    if agreement is None:
        return {}
    return {
        "aob_agreement_id": agreement.id.hex,
        "aob_type": AssignmentMethod(agreement.method).value,
        "aob_date": agreement.assigned_on,
        "aob_assignor_is_patient": agreement.assigned_by_patient,
    }


def names(patient: Patient) -> tuple[str, str]:
    """Family and given name as they stand on a claim."""
    given = patient.given_names or patient.preferred_name
    return (patient.family_name, given) if patient.family_name else (given, ONLY_NAME)


def asks_patients_seen(claim: Claim) -> bool:
    """Whether the item's fee is shared by the number of patients seen, as it was judged."""
    items = [*claim.assessment["fitting"], *claim.assessment["next"]]
    return any(each["item"] == claim.item_number and each["shape"] == HEAD_COUNT_SHARED for each in items)


def assignment_id(claim: Claim) -> UUID | None:
    """The assignment of benefit that the claim was judged with."""
    assignment = claim.assessment["evidence"]["assignment"]
    return UUID(assignment["id"]) if assignment else None


def code_of(flag: str) -> str:
    """A flag as one word of the validation codes: "at threshold" is "at-threshold"."""
    return flag.replace(" ", "-")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
