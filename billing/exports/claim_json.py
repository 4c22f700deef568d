"""A batch in the words of Medicare's web services: the bulk-bill or DVA claim a gateway or vendor could take over.

It is a record of proposed items: nothing here is sent, and a reader that sends it does so on the practice's behalf.
Money is text in cents, dates are ISO, instants have their offset; empty fields are left out. `claim.schema.json`
beside this file describes the document. Source: field rules of the claim interfaces as restated in vendors' public
documents (RebateRight; Services Australia's vendor description of 2020; read 2026-11).
"""

import json
from collections.abc import Sequence
from datetime import UTC
from itertools import groupby
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from billing.exports.lines import RECORD, Batch, ControlTotals, Line, Tally, collected
from billing.exports.stream import SealingStream

VERSION = 1
NOTE = "Written for the practice to check. Nothing in this document has been sent to Medicare or to Veterans' Affairs."
TEXT_LENGTH = 50

Json = dict[str, Any]


def write_claim_json(batch: Batch, stream: BinaryIO) -> ControlTotals:
    """Write the claim document of a batch. Raises: OutOfOrder, TooManyLines."""
    tally = Tally()
    lines = collected(tally.passing(batch.lines))
    document = claim_document(batch, lines, tally)
    sealed = SealingStream(stream)
    sealed.write((json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    return tally.totals(sealed.sha256)


def claim_document(batch: Batch, lines: Sequence[Line], tally: Tally) -> Json:
    """The document as plain values. Claims stand by their number; withdrawals stand apart, as they go another way."""
    items = [line for line in lines if line.kind == "item"]
    voids = [line for line in lines if line.kind == "void"]
    claims = groupby(sorted(items, key=_claim), key=_claim)
    return {
        "document": RECORD,
        "note": NOTE,
        "version": VERSION,
        "batch": {
            "reference": batch.reference,
            "practice": batch.practice_name,
            "frozenAt": batch.exported_at.astimezone(UTC).isoformat(timespec="seconds"),
            "scheduleVersion": batch.schedule_version,
            "rulebookSha256": batch.rulebook_hash,
        },
        "totals": {
            "lines": tally.rows,
            "services": len(items),
            "withdrawals": len(voids),
            "chargeAmount": str(tally.charge_cents),
            "benefitAmount": str(tally.benefit_cents),
        },
        "claims": [_claim_of(batch, number, list(same)) for number, same in claims],
        "withdrawals": [_withdrawal(line) for line in voids],
    }


def _claim(line: Line) -> int:
    return line.proposed_claim_seq


def _claim_of(batch: Batch, number: int, lines: Sequence[Line]) -> Json:
    first = lines[0]
    vouchers: dict[str, list[Line]] = {}
    for line in lines:
        vouchers.setdefault(line.voucher_id, []).append(line)
    return {
        "sequence": number,
        "payer": "dva" if first.billing_type == "dva" else "medicare",
        **_given(locationId=first.minor_id),
        "chargeAmount": str(sum(line.charge_cents for line in lines)),
        "claim": {
            "serviceProvider": {"providerNumber": first.servicing_provider_number},
            **_given(payeeProvider=_number(first.payee_provider_number)),
            "serviceTypeCode": first.service_type_code,
            **_given(hospitalInd="Y" if first.hospital else None),
            "medicalEvent": [_event(batch, vouchers[each]) for each in sorted(vouchers)],
        },
    }


def _event(batch: Batch, lines: Sequence[Line]) -> Json:
    first = lines[0]
    made = batch.exported_at.astimezone(ZoneInfo(batch.timezone))
    # Two services of one item need a time to tell them apart; then the whole voucher has it.
    start = first.session_start.isoformat(timespec="seconds")
    timed = start.partition("T")[2] if any(line.duplicate_override for line in lines) else None
    return {
        "id": first.voucher_id,
        "medicalEventDate": first.session_date.isoformat(),
        **_given(medicalEventTime=timed),
        "createDateTime": made.isoformat(timespec="seconds"),
        **_given(
            authorisationDate=first.aob_date.isoformat() if first.aob_date else None,
            # Only where an assignment of benefit is on file; a software that said so without one would sign for it.
            submissionAuthorityInd="Y" if first.aob_agreement_id else None,
        ),
        "patient": _patient(first),
        **_given(referral=_referral(first), referralOverrideCode=first.referral_override),
        "service": [_service(line) for line in lines],
    }


def _patient(line: Line) -> Json:
    identity = {
        "familyName": line.patient_family_name.replace("’", "'"),
        "givenName": line.patient_given_name.replace("’", "'"),
        "dateOfBirth": line.patient_dob.isoformat(),
    }
    if line.billing_type == "dva":
        return {"identity": identity, "veteranMembership": {"veteranNumber": line.dva_file_number}}
    card = {"memberNumber": line.medicare_number, "memberRefNumber": line.medicare_irn}
    return {"identity": identity, "medicare": card}


def _referral(line: Line) -> Json | None:
    if line.referral_provider_number is None or line.referral_issue_date is None:
        return None
    return {
        "provider": {"providerNumber": line.referral_provider_number},
        "issueDate": line.referral_issue_date.isoformat(),
        "typeCode": "S",
        **_given(
            periodCode=line.referral_period_code,
            period=str(line.referral_period_months) if line.referral_period_months else None,
        ),
    }


def _service(line: Line) -> Json:
    return {
        "id": line.service_id,
        "itemNumber": line.mbs_item,
        "chargeAmount": str(line.charge_cents),
        **_given(
            numberOfPatientsSeen=None if line.number_of_patients_seen is None else str(line.number_of_patients_seen),
            text=line.service_text[:TEXT_LENGTH] if line.service_text else None,
            duplicateServiceOverrideInd="Y" if line.duplicate_override else None,
            restrictiveOverrideCode=line.restrictive_override,
        ),
    }


def _withdrawal(line: Line) -> Json:
    """A line taken back: lodged claims are adjusted by form or telephone, never by another claim."""
    return {
        "replaces": {"batch": line.replaces_batch_ref, "line": line.replaces_line_no},
        "medicalEventDate": line.session_date.isoformat(),
        "serviceProvider": {"providerNumber": line.servicing_provider_number},
        **_given(payeeProvider=_number(line.payee_provider_number)),
        "patient": _patient(line),
        "voucherId": line.voucher_id,
        "service": _service(line),
    }


def _number(number: str | None) -> Json | None:
    return None if number is None else {"providerNumber": number}


def _given(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value is not None}
