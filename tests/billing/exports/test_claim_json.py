"""The claim document: the words and limits of Medicare's web services, and never more said than is so."""

import json
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import billing.exports
from billing.exports import Batch, Line, voiding, write_claim_json
from billing.exports.splitting import claims_of
from tests.billing.exports.batches import make_batch, make_line, replacing_batch
from tests.billing.exports.test_splitting import MOST, five_hundred

SCHEMA = json.loads((Path(billing.exports.__file__).parent / "claim.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def document(batch: Batch) -> dict[str, Any]:
    stream = BytesIO()
    write_claim_json(batch, stream)
    found: dict[str, Any] = json.loads(stream.getvalue())
    VALIDATOR.validate(found)
    return found


def only(line: Line) -> dict[str, Any]:
    """The one voucher of a batch of one line."""
    (claim,) = document(make_batch([line]))["claims"]
    (event,) = claim["claim"]["medicalEvent"]
    found: dict[str, Any] = event
    return found


def test_our_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_claim_reads_as_the_web_services_name_it() -> None:
    found = document(make_batch([make_line(0, payee_provider_number="2409661B")], timezone="Australia/Sydney"))
    (claim,) = found["claims"]
    assert claim["claim"] == {
        "serviceProvider": {"providerNumber": "2447781L"},
        "payeeProvider": {"providerNumber": "2409661B"},
        "serviceTypeCode": "O",
        "medicalEvent": [
            {
                "id": "01",
                "medicalEventDate": "2026-11-24",
                "createDateTime": "2026-11-24T13:15:30+11:00",
                "authorisationDate": "2026-11-24",
                "submissionAuthorityInd": "Y",
                "patient": {
                    "identity": {"familyName": "ARCHIBALD", "givenName": "Dante", "dateOfBirth": "1985-12-02"},
                    "medicare": {"memberNumber": "4951651671", "memberRefNumber": "1"},
                },
                "service": [{"id": "0001", "itemNumber": "23", "chargeAmount": "4505"}],
            }
        ],
    }


def test_the_number_of_patients_stands_only_where_the_line_has_one_even_when_it_is_one() -> None:
    assert "numberOfPatientsSeen" not in only(make_line(0))["service"][0]
    assert only(make_line(0, number_of_patients_seen=1))["service"][0]["numberOfPatientsSeen"] == "1"


def test_without_an_assignment_on_file_nobody_is_said_to_have_authorised_anything() -> None:
    stream = BytesIO()
    write_claim_json(make_batch([make_line(0, aob_agreement_id=None, aob_date=None)]), stream)
    found = json.loads(stream.getvalue())
    assert b"submissionAuthorityInd" not in stream.getvalue()
    assert not VALIDATOR.is_valid(found)


def test_an_allied_health_claim_carries_the_referral_or_why_there_is_none() -> None:
    facts = {
        "service_type_code": "S",
        "referral_provider_number": "2054781W",
        "referral_issue_date": make_line().session_date,
        "referral_period_code": "N",
        "referral_period_months": 4,
    }
    assert only(make_line(0, **facts))["referral"] == {
        "provider": {"providerNumber": "2054781W"},
        "issueDate": "2026-11-24",
        "typeCode": "S",
        "periodCode": "N",
        "period": "4",
    }
    assert only(make_line(0, service_type_code="S", referral_override="L"))["referralOverrideCode"] == "L"
    with pytest.raises(jsonschema.ValidationError):
        only(make_line(0, service_type_code="S"))


def test_a_veteran_stands_with_the_file_number_and_no_card() -> None:
    veteran = make_line(0, billing_type="dva", dva_file_number="NX5A", medicare_number=None, medicare_irn=None)
    (claim,) = document(make_batch([veteran]))["claims"]
    assert claim["payer"] == "dva"
    assert claim["claim"]["medicalEvent"][0]["patient"]["veteranMembership"] == {"veteranNumber": "NX5A"}


def test_distinct_services_of_one_item_have_a_time_and_a_word() -> None:
    event = only(make_line(0, duplicate_override=True, service_text="Separate service, 10:00 to 11:30"))
    assert event["medicalEventTime"] == "10:00:00+11:00"
    assert event["service"][0]["duplicateServiceOverrideInd"] == "Y"
    assert event["service"][0]["text"] == "Separate service, 10:00 to 11:30"


def test_what_is_taken_back_stands_apart_from_the_claim_and_off_its_total() -> None:
    found = document(replacing_batch())
    assert [each["replaces"] for each in found["withdrawals"]] == [{"batch": "B20261124-01", "line": 5}]
    assert [each["chargeAmount"] for each in found["claims"]] == ["4505"]
    assert found["totals"]["chargeAmount"] == str(4505 - 2055)


@pytest.mark.parametrize("batch", [make_batch(), replacing_batch()], ids=["first", "replacing"])
def test_it_never_says_that_anything_was_submitted_or_lodged(batch: Batch) -> None:
    stream = BytesIO()
    write_claim_json(batch, stream)
    text = stream.getvalue().decode().lower()
    assert "submitted" not in text
    assert "lodged" not in text
    assert '"document": "record of proposed items"' in text


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_500_services_over_several_providers_keep_every_limit_and_lose_no_cent(chance: random.Random) -> None:
    units = five_hundred([chance.randrange(10_000_000) for _ in range(500)])
    charged = 0
    for claim in claims_of(units, **MOST):
        found = document(make_batch([_referred(line) for _, line in claim]))
        (one,) = found["claims"]
        events = one["claim"]["medicalEvent"]
        services = [service for event in events for service in event["service"]]
        assert [event["id"] for event in events] == [f"{number:02d}" for number in range(1, len(events) + 1)]
        assert sorted(service["id"] for service in services) == [f"{n:04d}" for n in range(1, len(services) + 1)]
        charged += sum(int(service["chargeAmount"]) for service in services)
    assert charged == sum(line.charge_cents for unit in units for line in unit.lines)


def _referred(line: Line) -> Line:
    if line.billing_type == "dva":
        line = line._replace(dva_file_number="NX5A")
    return line._replace(referral_override="N") if line.service_type_code == "S" else line


def test_a_withdrawal_alone_makes_a_document_without_a_claim() -> None:
    found = document(make_batch([voiding(make_line(0), "B20261101-01")._replace(line_no=1)]))
    assert (found["claims"], found["totals"]["chargeAmount"]) == ([], "-4505")
