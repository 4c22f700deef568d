"""Reports are read row by row; whatever is wrong with one is said by row, and nobody's number with it."""

import csv
import io
import json
import tracemalloc
from datetime import date
from typing import Any

import pytest

from billing.returns import (
    HEADER,
    Reconciled,
    ReturnState,
    Unreadable,
    load_codes,
    read_csv,
    read_json,
    state_of,
    write_reconciliation,
)
from billing.returns.codes import parse_codes

GOOD = {
    "claim_id": "F3848@",
    "payee_provider_number": "2447781L",
    "lodgement_date": "2026-11-25",
    "voucher_id": "01",
    "service_id": "0001",
    "patient_ref": "P-17",
    "mbs_item": "00023",
    "charge_cents": "4505",
    "benefit_cents": "4505",
    "reason_code": "",
    "current_medicare_number": "4951525561",
    "current_irn": "2",
    "number_of_patients_seen": "",
    "payment_run_date": "2026-11-27",
    "payment_run_number": "331",
    "payment_reference": "A-9",
}


def file_of(*rows: dict[str, str], header: tuple[str, ...] = HEADER) -> bytes:
    lines = [",".join(header), *(",".join({**GOOD, **row}[name] for name in header) for row in rows)]
    return "\r\n".join(lines).encode() + b"\r\n"


def read(content: bytes) -> list[Any]:
    return list(read_csv(io.BytesIO(content)))


def problems(content: bytes) -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as refusal:
        read(content)
    return [(each.row, each.reason) for each in refusal.value.problems]


def test_a_row_is_read_with_its_zeros_put_right() -> None:
    (row,) = read(b"\xef\xbb\xbf" + file_of({"service_id": "7", "payee_provider_number": "2447781l"}))

    assert (row.row, row.claim_id, row.payee_provider_number, row.service_id) == (2, "F3848@", "2447781L", "0007")
    assert (row.item_number, row.charge_cents, row.reason_code, row.current_irn) == ("23", 4505, None, "2")


@pytest.mark.parametrize(
    ("cell", "typed", "reason"),
    [
        ("claim_id", "I3848@", "claim_id is a letter, four digits"),
        ("claim_id", "F3849", "claim_id is a letter, four digits"),
        ("payee_provider_number", "2447781K", "check letter does not fit"),
        ("lodgement_date", "25/11/2026", "a date written as 2026-11-25"),
        ("lodgement_date", "2026-02-30", "a date written as 2026-11-25"),
        ("voucher_id", "100", "voucher_id has up to 2 digits"),
        ("service_id", "", "service_id is empty"),
        ("mbs_item", "23A", "mbs_item has up to five digits"),
        ("charge_cents", "46.05", "charge_cents is whole cents"),
        ("charge_cents", "-4505", "charge_cents is whole cents"),
        ("benefit_cents", "٤٥", "benefit_cents is whole cents"),
        ("benefit_cents", "9" * 400, "benefit_cents is whole cents"),
        ("reason_code", "=1+1", "reason_code is three or four digits"),
        ("patient_ref", "=HYPERLINK(1)", "patient_ref is up to 40 letters and digits"),
        ("current_medicare_number", "4951525571", "its check digit does not fit"),
        ("current_irn", "00", "current_irn is one digit"),
        ("number_of_patients_seen", "100", "number_of_patients_seen is 1 to 99"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_rule_and_never_repeated(cell: str, typed: str, reason: str) -> None:
    ((row, said),) = problems(file_of({}, {cell: typed}))

    assert (row, reason in said) == (3, True)
    assert not typed or typed not in said


def test_every_bad_row_is_listed_up_to_twenty() -> None:
    found = problems(file_of(*({"charge_cents": "x"} if number % 2 else {} for number in range(60))))

    assert [row for row, _ in found] == list(range(3, 43, 2))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "row 1 is not our header"),
        (b"name,item\r\nx,23\r\n", "row 1 is not our header"),
        ((",".join((*HEADER, "note")) + "\n").encode(), "1 columns that are not ours"),
        (",".join(name for name in HEADER if name != "service_id").encode(), "row 1 lacks service_id"),
        ((",".join((*HEADER, "claim_id")) + "\n").encode(), "names a column twice"),
        ((",".join(HEADER) + "\n").encode(), "a header and no rows"),
        (",".join(HEADER).encode("utf-16"), "saved as UTF-16"),
        (b"PK\x03\x04rest", "it is a workbook"),
        (file_of({}) + b"F3848@,\0,\n", "NUL bytes"),
        (file_of({}) + b"na\xefve,,,\n", "not UTF-8"),
        (file_of({}) + b'"F3848@' + b",x" * 20 + b"\n", "broken quotes"),
        (file_of({}) + b"F3848@,2447781L\n", "2 cells, the header 16"),
        (file_of({}) + b"x" * 5_000_000, "longer than 4,096 bytes"),
    ],
)
def test_a_file_that_is_none_of_ours_says_why(content: bytes, said: str) -> None:
    assert said in problems(content)[0][1]


def test_ten_times_the_rows_take_no_more_memory_up_to_the_bad_one() -> None:
    class Endless(io.RawIOBase):
        """A file that is never in memory as a whole."""

        def __init__(self, rows: int) -> None:
            self._header, self._row, self._left = file_of({}).split(b"\r\n")[0], file_of({}).split(b"\r\n")[1], rows

        def readline(self, _size: int | None = -1, /) -> bytes:
            self._left -= 1
            if self._header:
                found, self._header = self._header, b""
                return found + b"\n"
            return b"" if self._left < -1 else (b"no row\n" if self._left < 0 else self._row + b"\n")

    tracemalloc.start()
    rows = read_csv(Endless(3_000))  # type: ignore[arg-type]
    with pytest.raises(Unreadable):
        sum(1 for _ in rows)
    small = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    with pytest.raises(Unreadable) as refusal:
        sum(1 for _ in read_csv(Endless(30_000)))  # type: ignore[arg-type]
    large = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert refusal.value.problems[0].row == 30_001
    assert large < small * 1.5


SERVICE = {
    "id": "0001",
    "itemNumber": "00023",
    "chargeAmount": "4505",
    "benefitPaid": "0",
    "assessmentCode": "208",
    "numberOfPatientsSeen": "",
    "error": {"code": "9675"},
}


def processing(*services: dict[str, Any], **claim: Any) -> dict[str, Any]:
    card = {"memberNumber": "4951525561", "memberRefNumber": "2"}
    event = {"id": "01", "eventDate": "2026-11-24", "patient": {"currentMembership": card}, "service": list(services)}
    inside = {"claimId": "F3848@", "serviceProvider": {"providerNumber": "2447781L"}, "medicalEvent": [event]}
    return {"status": "COMPLETE", "claimAssessment": {**inside, **claim}}


def payment(deposit: str = "9010", *benefits: str) -> dict[str, Any]:
    claims = [
        {"claimId": f"F384{number}@", "lodgementDate": "2026-11-25", "chargeAmount": "4505", "benefit": benefit}
        for number, benefit in enumerate(benefits or ("4505", "4505"))
    ]
    account = {"accountName": "Saltwater", "accountNumber": "12345678", "bsbCode": "062000"}
    return {
        "paymentRun": {"payerName": "Medicare", "runDate": "2026-11-27", "runNumber": "331"},
        "paymentInfo": {"accountInfo": account, "depositAmount": deposit, "paymentReference": "A-9"},
        "claimSummary": claims,
    }


def refused(content: object) -> str:
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(Unreadable) as refusal:
        read_json(sent)
    return refusal.value.problems[0].reason


def test_a_processing_report_gives_each_service_with_both_codes() -> None:
    rows, payments = read_json(json.dumps(processing(SERVICE, SERVICE | {"id": "2", "benefitPaid": 4505})).encode())

    assert payments == []
    assert [(row.row, row.service_id, row.benefit_cents, row.reason_code) for row in rows] == [
        (1, "0001", 0, "208"),
        (2, "0002", 4505, "208"),
    ]
    assert (rows[0].return_code, rows[0].servicing_provider_number, rows[0].lodged_on) == ("9675", "2447781L", None)
    assert (rows[0].current_medicare_number, rows[0].current_irn, rows[0].voucher_id) == ("4951525561", "2", "01")


def test_a_payment_report_ties_to_its_deposit_or_says_by_how_much_it_does_not() -> None:
    (tied,) = read_json(json.dumps(payment()).encode())[1]
    (short,) = read_json(json.dumps(payment("9000")).encode())[1]

    assert (tied.run_number, tied.payment_reference, tied.difference_cents) == ("331", "A-9", 0)
    assert short.difference_cents == -10
    assert "12345678" not in repr(tied)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "nested too deeply"),
        (b'{"claimAssessment": {"chargeAmount": ' + b"9" * 100_000 + b"}}", "too long to be an amount"),
        (b'{"depositAmount": NaN}', "NaN"),
        (b'{"status": "a", "status": "b"}', "says something twice"),
        (b'{"claimAssessment": ', "broken at line 1"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b" " * 20_000_001, "larger than 20 MB"),
        ([{}] * 501, "more than 500 reports"),
        (7, "neither a report nor a list"),
        ({"hello": 1}, "neither claimAssessment nor paymentRun"),
        (processing(medicalEvent="x"), "medicalEvent is not what a report has there"),
        (processing(medicalEvent=[]), "holds no service"),
        (processing(SERVICE, serviceProvider={}), "neither serviceProvider nor payeeProvider"),
        (processing(SERVICE | {"benefitPaid": 45.05}), "benefitPaid is whole cents"),
        (processing(SERVICE | {"id": {"a": 1}}), "service id is empty"),
        (payment("x"), "depositAmount is whole cents"),
        (payment() | {"claimSummary": []}, "names no claim"),
        ([processing(SERVICE), payment()], "mixes processing and payment reports"),
        ({"status": "REPORT_NOT_READY"}, "has not finished"),
        ({"status": "REPORT_EXPIRED"}, "six months"),
    ],
)
def test_json_that_is_no_report_is_refused_with_its_reason(content: object, said: str) -> None:
    assert said in refused(content)


@pytest.mark.parametrize(
    ("benefit", "code", "state"),
    [
        (4505, None, ReturnState.PAID),
        (4505, "250", ReturnState.PAID),
        (4000, "161", ReturnState.SHORT),
        (4506, None, ReturnState.OVER),
        (0, "208", ReturnState.REJECTED),
        (0, "999", ReturnState.REJECTED),
        (0, "254", ReturnState.PENDED),
        (0, "375", ReturnState.PENDED),
        (0, "274", ReturnState.PENDED),
        (0, "9601", ReturnState.PENDED),
        (0, "MEDICARE_PENDED", ReturnState.PENDED),
        (0, None, ReturnState.PENDED),
        (1, "254", ReturnState.SHORT),
    ],
)
def test_what_was_paid_and_why_say_how_a_service_stands(benefit: int, code: str | None, state: ReturnState) -> None:
    assert state_of(4505, benefit, reason=code, pends=load_codes().pends(code)) is state


def test_every_code_has_our_meaning_a_next_step_and_a_source() -> None:
    codes = load_codes()

    assert {"377", "402", "501", "9622", "162"} <= codes.by_code.keys()
    assert all(each.meaning.endswith(".") and each.action.endswith(".") for each in codes.by_code.values())
    assert codes.of("998") is None
    assert codes.by_code["106"].confidence == "good"


@pytest.mark.parametrize("change", ['kind = "shout"', 'source = "nowhere"', 'codes = ["1", "1"]', 'words = "x"'])
def test_a_table_of_codes_with_a_mistake_is_refused(change: str) -> None:
    entry = {"kind": '"line"', "source": '"s"', "codes": '["1"]', "family": '"reason"', "confidence": '"low"'}
    name, _, value = change.partition(" = ")
    lines = {**entry, "meaning": '"M."', "action": '"A."', name: value}
    head = '[sources]\ns = "S"\n[waiting]\ndays = 1\n[resubmission]\nnew_assignment_before = 2026-07-01\n[[code]]\n'

    with pytest.raises(ValueError, match=r"kind|source|twice|unknown key"):
        parse_codes(head + "\n".join(f"{key} = {each}" for key, each in lines.items()))


def test_a_name_that_a_spreadsheet_would_run_is_disarmed_and_a_difference_stays_a_number() -> None:
    line = Reconciled(
        batch_ref="B20261124-01",
        claim_id="F3848@",
        lodged_on=date(2026, 11, 25),
        voucher_id="01",
        service_id="0001",
        date_of_service=date(2026, 11, 24),
        provider_number="2447781L",
        patient_ref="@SUM(1)",
        patient_name="=cmd|' /C calc'!A0",
        item_number="23",
        charge_cents=4505,
        benefit_cents=0,
        state=ReturnState.REJECTED,
        reason_code="208",
    )
    text = b"".join(write_reconciliation([line])).decode("utf-8-sig")
    ((header, cells),) = [list(csv.reader(io.StringIO(text)))]
    found = dict(zip(header, cells, strict=True))

    assert found["patient_name"] == "'=cmd|' /C calc'!A0"
    assert found["patient_ref"] == "'@SUM(1)"
    assert found["difference"] == "-45.05"
    assert found["meaning"].startswith("The card has expired")
