"""The bundle is FHIR R4 that a reader accepts, with the identifiers of AU Base, and its references lead somewhere."""

import json
from datetime import date
from io import BytesIO
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from billing.exports import Assignment, Batch, write_fhir
from tests.billing.exports.batches import make_batch, make_line, replacing_batch

SIGNED = Assignment("aob-1", "post", date(2026, 11, 24), "0041", "ARCHIBALD", "Dante", "patient", "a" * 64, None)


def written(batch: Batch) -> dict[str, Any]:
    stream = BytesIO()
    write_fhir(batch, stream)
    Bundle.model_validate_json(stream.getvalue())
    found: dict[str, Any] = json.loads(stream.getvalue())
    return found


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


def test_a_batch_is_a_valid_bundle_with_one_claim_a_voucher() -> None:
    bundle = written(make_batch(assignments=(SIGNED,), timezone="Australia/Sydney"))
    kinds = [each["resource"]["resourceType"] for each in bundle["entry"]]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    assert counts == {
        "Organization": 1,
        "Location": 1,
        "Practitioner": 1,
        "PractitionerRole": 1,
        "Patient": 7,
        "Coverage": 7,
        "Group": 1,
        "Appointment": 1,
        "Encounter": 7,
        "Consent": 1,
        "Claim": 7,
    }
    assert bundle["timestamp"] == "2026-11-24T13:15:30+11:00"


def test_every_reference_leads_to_a_resource_of_the_bundle() -> None:
    for batch in (make_batch(assignments=(SIGNED,)), replacing_batch()):
        bundle = written(batch)
        known = {each["fullUrl"] for each in bundle["entry"]}
        text = json.dumps(bundle)
        used = {part.split('"')[0] for part in text.split('"reference": "')[1:]}
        assert used <= known
        assert len(known) == len(bundle["entry"])


def test_items_people_and_providers_are_named_by_the_australian_systems() -> None:
    bundle = written(make_batch([make_line(0, number_of_patients_seen=8)]))
    (claim,) = resources(bundle, "Claim")
    assert claim["item"][0]["productOrService"]["coding"][0] == {
        "system": "urn:oid:1.2.36.1.2001.1005.21",
        "code": "23",
        "display": 'Consultation, "Level B"',
    }
    assert (claim["status"], claim["use"], claim["total"]) == ("draft", "claim", {"value": 45.05, "currency": "AUD"})
    assert claim["supportingInfo"][0]["valueQuantity"] == {"value": 8}
    (patient,) = resources(bundle, "Patient")
    assert patient["identifier"][0]["system"] == "http://ns.electronichealth.net.au/id/medicare-number"
    assert patient["identifier"][0]["value"] == "49516516711"
    (role,) = resources(bundle, "PractitionerRole")
    assert role["identifier"][0]["system"] == "http://ns.electronichealth.net.au/id/medicare-provider-number"


def test_a_veteran_is_covered_by_the_department() -> None:
    bundle = written(make_batch([make_line(0, billing_type="dva", dva_file_number="NX5A")]))
    (coverage,) = resources(bundle, "Coverage")
    assert (coverage["type"]["coding"][0]["code"], coverage["identifier"][0]["value"]) == ("VET", "NX5A")


def test_a_claim_that_is_taken_back_is_cancelled_and_names_the_line() -> None:
    claims = resources(written(replacing_batch()), "Claim")
    assert [(claim["status"], claim["total"]["value"]) for claim in claims] == [("cancelled", 20.55), ("draft", 45.05)]
    assert claims[0]["related"][0]["reference"]["value"] == "B20261124-01/5"
