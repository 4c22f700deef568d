"""The reconciliation file: each lodged service with what was charged, what was paid, why, and what to do next.

For people with a spreadsheet: UTF-8 with its mark, CRLF, identifiers as text. Text that a spreadsheet would run as a
formula gets a leading apostrophe. No card number is in it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from billing.exports.csv import RISKY, dollars
from billing.returns.codes import UNKNOWN, load_codes
from billing.returns.states import ReturnState

COLUMNS = (
    "batch_ref",
    "claim_id",
    "lodgement_date",
    "voucher_id",
    "service_id",
    "date_of_service",
    "servicing_provider_number",
    "patient_ref",
    "patient_name",
    "mbs_item",
    "charge_amount",
    "benefit_paid",
    "difference",
    "state",
    "reason_code",
    "meaning",
    "next_action",
    "payment_run_date",
    "payment_run_number",
    "report",
)
ROWS_AT_ONCE = 500
_AMOUNT = re.compile(r"-[0-9]+\.[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One lodged service and the newest word about it; without one it has not come back."""

    batch_ref: str
    claim_id: str
    lodged_on: date
    voucher_id: str
    service_id: str
    date_of_service: date
    provider_number: str
    patient_ref: str
    patient_name: str
    item_number: str
    charge_cents: int
    benefit_cents: int | None = None
    state: ReturnState = ReturnState.NOT_RETURNED
    reason_code: str | None = None
    run_on: date | None = None
    run_number: str | None = None
    report: str | None = None


def write_reconciliation(lines: Iterable[Reconciled]) -> Iterator[bytes]:
    """Yield the file in pieces, so that a year of lines takes the memory of a few hundred."""
    yield b"\xef\xbb\xbf" + _text([COLUMNS])
    waiting: list[tuple[str, ...]] = []
    for line in lines:
        waiting.append(tuple(_safe(cell) for cell in _cells(line)))
        if len(waiting) == ROWS_AT_ONCE:
            yield _text(waiting)
            waiting.clear()
    if waiting:
        yield _text(waiting)


def _cells(line: Reconciled) -> tuple[str, ...]:
    found = load_codes().of(line.reason_code)
    paid = line.state is ReturnState.PAID
    meaning = found.meaning if found else (UNKNOWN if line.reason_code and not paid else "")
    return (
        line.batch_ref,
        line.claim_id,
        line.lodged_on.isoformat(),
        line.voucher_id,
        line.service_id,
        line.date_of_service.isoformat(),
        line.provider_number,
        line.patient_ref,
        line.patient_name,
        line.item_number,
        dollars(line.charge_cents),
        "" if line.benefit_cents is None else dollars(line.benefit_cents),
        "" if line.benefit_cents is None else dollars(line.benefit_cents - line.charge_cents),
        line.state.value,
        line.reason_code or "",
        meaning,
        found.action if found and not paid else "",
        line.run_on.isoformat() if line.run_on else "",
        line.run_number or "",
        line.report or "",
    )


def _safe(cell: str) -> str:
    # A negative amount of ours is a number, and the only cell that may begin with a sign.
    if cell.startswith(RISKY) and not _AMOUNT.fullmatch(cell):
        return "'" + cell
    return cell


def _text(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
