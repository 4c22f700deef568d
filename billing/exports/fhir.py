"""A batch as a FHIR R4 Bundle of plain values: who, where and when, one draft Claim a voucher.

Medicare takes no FHIR claims; this is for practice systems that read FHIR. A claim that takes lines back has the
status cancelled and its amounts as they were. References point inside the bundle, by names made from the batch, so
that the same batch gives the same bytes. Sources: FHIR R4; AU Base 6.0.0 for identifiers; the Australian Digital
Health Agency's Medicare example for the item code system (read 2026-11).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from billing.exports.fhir_parts import (
    ACT,
    CLAIM_TYPE,
    INFORMATION,
    MBS_ITEMS,
    PRIORITY,
    RELATION,
    Json,
    appointment_name,
    card,
    coded,
    coverage_name,
    encounter_name,
    money,
    patient_name,
    practitioner_name,
    provider_number,
    reference,
    role_name,
    url,
)
from billing.exports.lines import Assignment, Batch, ControlTotals, Line, Tally, collected
from billing.exports.stream import SealingStream


def write_fhir(batch: Batch, stream: BinaryIO) -> ControlTotals:
    """Write the bundle of a batch. Raises: OutOfOrder, TooManyLines."""
    tally = Tally()
    bundle = bundle_of(batch, collected(tally.passing(batch.lines)))
    sealed = SealingStream(stream)
    sealed.write((json.dumps(bundle, indent=2, ensure_ascii=False) + "\n").encode())
    return tally.totals(sealed.sha256)


def bundle_of(batch: Batch, lines: Sequence[Line]) -> Json:
    """The bundle as plain values; every resource once, in a fixed order."""
    found: dict[str, Json] = {}
    for name, resource in _resources(batch, lines):
        found.setdefault(name, resource)
    return {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": url(batch, "bundle")},
        "type": "collection",
        "timestamp": batch.exported_at.astimezone(ZoneInfo(batch.timezone)).isoformat(timespec="seconds"),
        "entry": [{"fullUrl": url(batch, name), "resource": found[name]} for name in found],
    }


def _resources(batch: Batch, lines: Sequence[Line]) -> Iterator[tuple[str, Json]]:
    yield "organization", {"resourceType": "Organization", "name": batch.practice_name}
    for line in lines:
        yield from _who_and_where(batch, line)
    for line in lines:
        yield from _person(batch, line)
    for same in _together(lines, _session):
        yield from _session_resources(batch, same)
    for line in lines:
        yield encounter_name(line), _encounter(batch, line)
    people = {line.aob_agreement_id: line for line in reversed(lines) if line.aob_agreement_id}
    for each in batch.assignments:
        if each.agreement_id in people:
            yield f"consent {each.agreement_id}", _consent(batch, people[each.agreement_id], each)
    for same in _together(lines, _voucher):
        yield f"claim {' '.join(map(str, _voucher(same[0])))}", _claim(batch, same)


def _together(lines: Iterable[Line], key: Any) -> list[list[Line]]:
    found: dict[Any, list[Line]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return list(found.values())


def _session(line: Line) -> str:
    return line.session_id


def _voucher(line: Line) -> tuple[str | int | None, ...]:
    return line.kind, line.replaces_batch_ref, line.proposed_claim_seq, line.voucher_id, patient_name(line)


def _who_and_where(batch: Batch, line: Line) -> Iterator[tuple[str, Json]]:
    yield f"location {line.location_name}", {"resourceType": "Location", "status": "active", "name": line.location_name}
    yield practitioner_name(line), {"resourceType": "Practitioner", "name": [{"text": line.servicing_provider_name}]}
    yield (
        role_name(line),
        {
            "resourceType": "PractitionerRole",
            "identifier": [provider_number(line.servicing_provider_number)],
            "practitioner": reference(batch, practitioner_name(line)),
            "organization": reference(batch, "organization"),
            "location": [reference(batch, f"location {line.location_name}")],
        },
    )


def _person(batch: Batch, line: Line) -> Iterator[tuple[str, Json]]:
    identifier, kind = card(line)
    yield (
        patient_name(line),
        {
            "resourceType": "Patient",
            "identifier": [identifier, {"type": {"text": "Record number of the practice"}, "value": line.patient_ref}],
            "name": [{"use": "official", "family": line.patient_family_name, "given": [line.patient_given_name]}],
            "birthDate": line.patient_dob.isoformat(),
        },
    )
    yield (
        coverage_name(line),
        {
            "resourceType": "Coverage",
            "identifier": [identifier],
            "status": "active",
            "type": coded(ACT, kind),
            "beneficiary": reference(batch, patient_name(line)),
            "payor": [{"display": "Medicare" if kind == "PUBLICPOL" else "Department of Veterans' Affairs"}],
        },
    )


def _session_resources(batch: Batch, lines: Sequence[Line]) -> Iterator[tuple[str, Json]]:
    """The group of a session, as far as this batch knows it, and its appointment."""
    first = lines[0]
    people = list(dict.fromkeys(patient_name(line) for line in lines))
    yield (
        f"group {first.session_id}",
        {
            "resourceType": "Group",
            "identifier": [{"type": {"text": "Group session"}, "value": first.session_id}],
            "type": "person",
            "actual": True,
            "member": [{"entity": reference(batch, name)} for name in people],
        },
    )
    yield (
        appointment_name(first),
        {
            "resourceType": "Appointment",
            "identifier": [{"type": {"text": "Group session"}, "value": first.session_id}],
            "status": "fulfilled",
            "start": first.session_start.isoformat(),
            "end": first.session_end.isoformat(),
            "participant": [
                {"actor": reference(batch, name), "status": "accepted"} for name in (practitioner_name(first), *people)
            ],
        },
    )


def _encounter(batch: Batch, line: Line) -> Json:
    in_person = line.delivery_mode == "in_person"
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": ACT, "code": "AMB" if in_person else "VR", "display": line.delivery_mode.replace("_", " ")},
        "subject": reference(batch, patient_name(line)),
        "participant": [{"individual": reference(batch, role_name(line))}],
        "appointment": [reference(batch, appointment_name(line))],
        "period": {"start": line.session_start.isoformat(), "end": line.session_end.isoformat()},
        "location": [{"location": reference(batch, f"location {line.location_name}")}],
        "serviceProvider": reference(batch, "organization"),
    }


def _consent(batch: Batch, line: Line, assignment: Assignment) -> Json:
    seal = f", SHA-256 {assignment.content_sha256}" if assignment.content_sha256 else ""
    return {
        "resourceType": "Consent",
        "identifier": [{"type": {"text": "Assignment of benefit"}, "value": assignment.agreement_id}],
        "status": "active",
        "scope": {"text": "Assignment of benefit"},
        "category": [{"text": f"Assignment of benefit, {assignment.type}"}],
        "patient": reference(batch, patient_name(line)),
        "dateTime": assignment.assigned_on.isoformat(),
        "performer": [{"display": assignment.signed_by}],
        "organization": [reference(batch, "organization")],
        "sourceAttachment": {"title": f"Assignment of benefit {assignment.agreement_id}{seal}"},
        "policyRule": {"text": "Health Insurance Act 1973, section 20A"},
        "provision": {"type": "permit", "period": {"start": assignment.assigned_on.isoformat()}},
    }


def _claim(batch: Batch, lines: Sequence[Line]) -> Json:
    first = lines[0]
    is_void = first.kind == "void"
    information = list(_information(lines))
    by_line = {line_no: sequence for sequence, (line_no, _) in enumerate(information, 1)}
    claim: Json = {
        "resourceType": "Claim",
        "identifier": [{"type": {"text": "Batch and voucher"}, "value": f"{batch.reference}/{first.voucher_id}"}],
        # Draft: it was written here and sent nowhere.
        "status": "cancelled" if is_void else "draft",
        "type": coded(CLAIM_TYPE, "professional"),
        "use": "claim",
        "patient": reference(batch, patient_name(first)),
        "billablePeriod": {"start": first.session_date.isoformat(), "end": first.session_date.isoformat()},
        "created": batch.exported_at.astimezone(ZoneInfo(batch.timezone)).isoformat(timespec="seconds"),
        "provider": reference(batch, role_name(first)),
        "priority": coded(PRIORITY, "normal"),
        "insurance": [{"sequence": 1, "focal": True, "coverage": reference(batch, coverage_name(first))}],
        "item": [_item(batch, number, line, by_line) for number, line in enumerate(lines, 1)],
        "total": money(sum(line.charge_cents for line in lines)),
    }
    if is_void:
        claim["related"] = [_taken_back(line) for line in lines]
    if first.payee_provider_number:
        party = {"identifier": provider_number(first.payee_provider_number)}
        claim["payee"] = {"type": {"text": "Another provider is paid"}, "party": party}
    if first.referral_provider_number and first.referral_issue_date:
        claim["referral"] = {
            "type": "ServiceRequest",
            "identifier": provider_number(first.referral_provider_number),
            "display": f"Referral of {first.referral_issue_date.isoformat()}",
        }
    if information:
        claim["supportingInfo"] = [
            {"sequence": sequence, **facts} for sequence, (_, facts) in enumerate(information, 1)
        ]
    return claim


def _information(lines: Sequence[Line]) -> Iterator[tuple[int, Json]]:
    for line in lines:
        if line.number_of_patients_seen is not None:
            yield (
                line.line_no,
                {
                    "category": {**coded(INFORMATION, "info"), "text": "Number of patients seen"},
                    "valueQuantity": {"value": line.number_of_patients_seen},
                },
            )


def _item(batch: Batch, number: int, line: Line, by_line: dict[int, int]) -> Json:
    item: Json = {
        "sequence": number,
        "productOrService": {
            "coding": [{"system": MBS_ITEMS, "code": line.mbs_item, "display": line.item_description}],
        },
        "servicedDate": line.session_date.isoformat(),
        "quantity": {"value": 1},
        "unitPrice": money(line.charge_cents),
        "net": money(line.charge_cents),
        "encounter": [reference(batch, encounter_name(line))],
    }
    if line.line_no in by_line:
        item["informationSequence"] = [by_line[line.line_no]]
    return item


def _taken_back(line: Line) -> Json:
    return {
        "relationship": coded(RELATION, "prior"),
        "reference": {"value": f"{line.replaces_batch_ref}/{line.replaces_line_no}"},
    }
