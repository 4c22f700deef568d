"""The small pieces a FHIR bundle repeats: code systems, identifiers, money, and names that references are made from.

A name is text that holds what tells one resource of a bundle from another; only its digest reaches the file.
"""

from typing import Any
from uuid import UUID, uuid5

from billing.exports.lines import Batch, Line

Json = dict[str, Any]

MBS_ITEMS = "urn:oid:1.2.36.1.2001.1005.21"
MEDICARE_NUMBER = "http://ns.electronichealth.net.au/id/medicare-number"
PROVIDER_NUMBER = "http://ns.electronichealth.net.au/id/medicare-provider-number"
DVA_NUMBER = "http://ns.electronichealth.net.au/id/dva"
IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"
AU_IDENTIFIER_TYPE = "http://terminology.hl7.org.au/CodeSystem/v2-0203"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
PRIORITY = "http://terminology.hl7.org/CodeSystem/processpriority"
RELATION = "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship"
INFORMATION = "http://terminology.hl7.org/CodeSystem/claiminformationcategory"
_NAMES = UUID("5d2f6c0e-6f0a-5b7e-9c64-1a2f0d9b7c11")


def card(line: Line) -> tuple[Json, str]:
    if line.dva_file_number is not None:
        dva = {"type": coded(AU_IDENTIFIER_TYPE, "DVAU"), "system": DVA_NUMBER, "value": line.dva_file_number}
        return dva, "VET"
    number = f"{line.medicare_number or ''}{line.medicare_irn or ''}"
    return {"type": coded(IDENTIFIER_TYPE, "MC"), "system": MEDICARE_NUMBER, "value": number}, "PUBLICPOL"


def practitioner_name(line: Line) -> str:
    return f"practitioner {line.servicing_provider_name}"


def role_name(line: Line) -> str:
    return f"role {line.servicing_provider_number} {line.servicing_provider_name} {line.location_name}"


def patient_name(line: Line) -> str:
    return f"patient {line.patient_ref} {line.patient_dob} {line.patient_family_name} {line.patient_given_name}"


def coverage_name(line: Line) -> str:
    return f"coverage {patient_name(line)} {card(line)[0]['value']}"


def appointment_name(line: Line) -> str:
    return f"appointment {line.session_id}"


def encounter_name(line: Line) -> str:
    return f"encounter {line.session_id} {patient_name(line)}"


def provider_number(number: str) -> Json:
    return {"type": coded(AU_IDENTIFIER_TYPE, "UPIN"), "system": PROVIDER_NUMBER, "value": number}


def coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def money(cents: int) -> Json:
    return {"value": cents / 100, "currency": "AUD"}


def url(batch: Batch, name: str) -> str:
    return f"urn:uuid:{uuid5(_NAMES, f'{batch.reference} {name}')}"


def reference(batch: Batch, name: str) -> Json:
    return {"reference": url(batch, name)}
