"""Medicare's own reports as JSON: processing reports (services of a claim) and payment reports (claims of a deposit).

A file is read whole, so its size is limited; what we do not use of it is not kept, bank accounts least of all.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from billing.returns.rows import BadRow, Cells, ClaimPaid, Gathered, Payment, ResultRow, whole

LARGEST_BYTES = 20_000_000
LONGEST_NUMBER = 18
MOST_REPORTS = 500

# What stands in a report that is no result. Source: RebateRight bulk-bill-processing-report, read 2026-11.
NOT_THERE = {
    "REPORT_NOT_READY": "Medicare has not finished this report; ask for it again later",
    "REPORT_NOT_FOUND": "Medicare found no report; check claim id, payee and day of lodgement",
    "REPORT_EXPIRED": "Medicare keeps reports for six months, and this one is gone",
}


def read_json(content: bytes) -> tuple[list[ResultRow], list[Payment]]:
    """Return the services of processing reports and the payment runs of payment reports, from one or a list of them.

    Raises: Unreadable.
    """
    reports = _reports(content)
    rows: list[ResultRow] = []
    payments: list[Payment] = []
    wrong = Gathered()
    for report in reports:
        if "paymentRun" in report or "claimSummary" in report:
            payments.append(_payment(report, sum(len(each.claims) for each in payments), wrong))
        else:
            rows += _services(report, len(rows), wrong)
    wrong.settle()
    if rows and payments:
        raise whole("it mixes processing and payment reports; import them one after the other")
    if not rows and not payments:
        raise whole("it holds no service")
    return rows, payments


def _reports(content: bytes) -> list[Mapping[str, Any]]:
    if len(content) > LARGEST_BYTES:
        raise whole(f"it is larger than {LARGEST_BYTES // 1_000_000} MB; import fewer reports at a time")
    try:
        text = content.decode("utf-8-sig")
        # Numbers are read as they are written: a number of a million digits, or one with decimals, is for the cells
        # to refuse, and never worth computing.
        found = json.loads(
            text, parse_int=_number, parse_float=_number, parse_constant=_no_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError:
        raise whole("it is not UTF-8 text") from None
    except RecursionError:
        raise whole("it is nested too deeply to be a report") from None
    except json.JSONDecodeError as error:
        raise whole(f"it is no JSON: broken at line {error.lineno}, column {error.colno}") from None
    except _Refused as refusal:
        raise whole(str(refusal)) from None
    reports = found if isinstance(found, list) else [found]
    if not reports or not all(isinstance(each, dict) for each in reports):
        raise whole("it is neither a report nor a list of reports")
    if len(reports) > MOST_REPORTS:
        raise whole(f"it holds more than {MOST_REPORTS} reports; import fewer at a time")
    return reports


class _Refused(Exception):
    """Something that JSON allows and a report never has."""


def _number(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise _Refused("it holds a number that is too long to be an amount")
    return digits


def _no_constant(word: str) -> NoReturn:
    raise _Refused(f"it holds {word}, which is no amount")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("it says something twice in one place")
    return found


def _services(report: Mapping[str, Any], before: int, wrong: Gathered) -> list[ResultRow]:
    status = report.get("status")
    if isinstance(status, str) and status in NOT_THERE:
        raise whole(NOT_THERE[status])
    claim = report.get("claimAssessment")
    if not isinstance(claim, dict):
        raise whole("it has neither claimAssessment nor paymentRun, so it is no report of ours to read")
    head = {
        "claimId": _plain(claim.get("claimId")),
        "servicing": _plain(_inside(claim, "serviceProvider").get("providerNumber")),
        "payee": _plain(_either(report, claim, "payeeProvider").get("providerNumber")),
        "lodgementDate": _plain(claim.get("lodgementDate", report.get("lodgementDate"))),
    }
    rows: list[ResultRow] = []
    for event, service in _pairs(claim):
        cells = Cells(before + len(rows) + 1, head | _cells_of(event, service))
        row = _row(cells)
        wrong.add(*cells.problems)
        rows.append(row)
    return rows


def _pairs(claim: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for event in _list(claim, "medicalEvent"):
        for service in _list(event, "service"):
            yield event, service


def _cells_of(event: Mapping[str, Any], service: Mapping[str, Any]) -> dict[str, str]:
    card = _inside(_inside(event, "patient"), "currentMembership")
    return {
        "medicalEvent id": _plain(event.get("id")),
        "service id": _plain(service.get("id")),
        "itemNumber": _plain(service.get("itemNumber")),
        "chargeAmount": _plain(service.get("chargeAmount")),
        "benefitPaid": _plain(service.get("benefitPaid")),
        "assessmentCode": _plain(service.get("assessmentCode")),
        "error code": _error(service.get("error")),
        "memberNumber": _plain(card.get("memberNumber")),
        "memberRefNumber": _plain(card.get("memberRefNumber")),
        "numberOfPatientsSeen": _plain(service.get("numberOfPatientsSeen")),
    }


def _row(cells: Cells) -> ResultRow:
    row = ResultRow(
        row=cells.row,
        claim_id=cells.claim_id("claimId"),
        servicing_provider_number=cells.provider("servicing", needed=False),
        payee_provider_number=cells.provider("payee", needed=False),
        lodged_on=cells.day("lodgementDate", needed=False),
        voucher_id=cells.number("medicalEvent id", 2, needed=False),
        service_id=cells.number("service id", 4) or "",
        item_number=cells.item("itemNumber"),
        charge_cents=cells.cents("chargeAmount"),
        benefit_cents=cells.cents("benefitPaid"),
        reason_code=cells.reason("assessmentCode"),
        return_code=cells.number("error code", 4, needed=False),
        current_medicare_number=cells.medicare("memberNumber"),
        current_irn=cells.irn("memberRefNumber"),
        patients_seen=cells.patients("numberOfPatientsSeen"),
    )
    if row.servicing_provider_number is None and row.payee_provider_number is None and not cells.problems:
        cells.problems.append(BadRow(cells.row, "the report names neither serviceProvider nor payeeProvider"))
    return row


def _payment(report: Mapping[str, Any], before: int, wrong: Gathered) -> Payment:
    run, info = _inside(report, "paymentRun"), _inside(report, "paymentInfo")
    names = {
        "runDate": run.get("runDate"),
        "runNumber": run.get("runNumber"),
        "paymentReference": info.get("paymentReference"),
        "depositAmount": info.get("depositAmount"),
    }
    head = Cells(before, {name: _plain(value) for name, value in names.items()})
    payment = {
        "run_on": head.day("runDate"),
        "run_number": head.text("runNumber", 20, needed=True),
        "payment_reference": head.text("paymentReference", 40),
        "deposit_cents": head.cents("depositAmount"),
    }
    wrong.add(*(replace(each, row=0) for each in head.problems))
    claims: list[ClaimPaid] = []
    for summary in _list(report, "claimSummary"):
        cells = Cells(before + len(claims) + 1, {name: _plain(value) for name, value in summary.items()})
        day = cells.day("lodgementDate")
        paid = {"claim_id": cells.claim_id("claimId"), "lodged_on": day}
        amounts = {"charge_cents": cells.cents("chargeAmount"), "benefit_cents": cells.cents("benefit")}
        claims.append(ClaimPaid(row=cells.row, **paid, **amounts))  # type: ignore[arg-type] # refused below if wrong
        wrong.add(*cells.problems)
    if not claims:
        wrong.add(BadRow(0, "the payment report names no claim"))
    return Payment(**payment, claims=tuple(claims))  # type: ignore[arg-type] # refused by the caller if wrong


def _plain(value: object) -> str:
    """A text or number as text; anything else as nothing, for the cell to refuse where it is needed."""
    return value if isinstance(value, str) else ""


def _error(value: object) -> str:
    return _plain(value.get("code")) if isinstance(value, dict) else _plain(value)


def _inside(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    if found is not None and not isinstance(found, dict):
        raise whole(f"{name} is not what a report has there")
    return found or {}


def _either(report: Mapping[str, Any], claim: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _inside(claim, name) or _inside(report, name)


def _list(value: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = value.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise whole(f"{name} is not what a report has there")
    return found
