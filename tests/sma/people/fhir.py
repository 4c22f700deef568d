"""Small FHIR resources of fictional people, valid by default, and a folder to put them in."""

import json
from pathlib import Path
from typing import Any

IHI = "http://ns.electronichealth.net.au/id/hi/ihi/1.0"
MEDICARE = "http://ns.electronichealth.net.au/id/medicare-number"
PROVIDER = "http://ns.electronichealth.net.au/id/medicare-provider-number"
STATUS = "http://hl7.org.au/fhir/StructureDefinition/indigenous-status"
STATUS_CODES = "https://healthterminologies.gov.au/fhir/CodeSystem/australian-indigenous-status-1"
GENDER = "http://hl7.org/fhir/StructureDefinition/individual-genderIdentity"
PRONOUNS = "http://hl7.org/fhir/StructureDefinition/individual-pronouns"


def patient(id: str = "dante", **changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "name": [{"use": "official", "family": "ARCHIBALD", "given": ["Dante"]}],
        "birthDate": "1985-12-02",
        "gender": "male",
        "identifier": [{"system": MEDICARE, "value": "49516516711"}],
        **changes,
    }


def practitioner(id: str = "sam", **changes: Any) -> dict[str, Any]:
    name = {"family": "Okafor", "given": ["Sam"], "prefix": ["Dr"]}
    return {"resourceType": "Practitioner", "id": id, "name": [name], **changes}


def role(id: str = "sam-here", **changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": id,
        "practitioner": {"reference": "Practitioner/sam"},
        "location": [{"reference": "Location/here"}],
        "identifier": [{"system": PROVIDER, "value": "2448261H"}],
        "code": [
            {"coding": [{"system": "http://snomed.info/sct", "code": "62247001", "display": "General practitioner"}]}
        ],
        **changes,
    }


def location(id: str = "here", **changes: Any) -> dict[str, Any]:
    address = {"line": ["1 Wharf Street"], "city": "Saltwater", "state": "NSW", "postalCode": "2480"}
    return {"resourceType": "Location", "id": id, "name": "Saltwater", "address": address, **changes}


def relative(id: str = "kin", **changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "RelatedPerson",
        "id": id,
        "patient": {"reference": "Patient/dante"},
        "name": [{"family": "Ballantyne", "given": ["Flavia"]}],
        "relationship": [{"coding": [{"code": "WIFE", "display": "wife"}]}],
        **changes,
    }


def said(url: str, concept: dict[str, Any]) -> dict[str, Any]:
    return {"url": url, "extension": [{"url": "value", "valueCodeableConcept": concept}]}


def status(code: str) -> dict[str, Any]:
    return {"url": STATUS, "valueCoding": {"system": STATUS_CODES, "code": code}}


def write(folder: Path, *resources: dict[str, Any] | str | bytes, kind: str | None = None) -> Path:
    """Put resources into the file of their type; text and bytes go as they are into `kind`."""
    folder.mkdir(exist_ok=True)
    for resource in resources:
        name = kind or (str(resource["resourceType"]) if isinstance(resource, dict) else "Patient")
        line = json.dumps(resource, ensure_ascii=False) if isinstance(resource, dict) else resource
        with (folder / f"{name}.ndjson").open("ab") as file:
            file.write((line.encode() if isinstance(line, str) else line) + b"\n")
    return folder
