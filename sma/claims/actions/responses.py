"""Taking in what came back: a processing or payment report, whole or not at all. Earlier words stay as they are."""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import uuid4

from sqlalchemy import func, insert, text
from sqlmodel import SQLModel, col, select

from billing.returns import (
    LARGEST_BYTES,
    Payment,
    ResultRow,
    ReturnState,
    Unreadable,
    load_codes,
    read_csv,
    read_json,
    state_of,
    whole,
)
from sma.claims.actions.responses_matching import Lodged, Matcher, Service, Unmatched, paid_claim
from sma.claims.models import ClaimLodgement, ClaimReport, PaymentRun, PaymentRunClaim, ServiceResult
from sma.claims.rules import ReportRefused
from sma.core import audit
from sma.core.audit import Actor
from sma.core.db import WriteSession

ROWS_AT_ONCE = 500
MOST_PROBLEMS = 20
_PIECE = 1_048_576
# One report after the other: their numbers say which is the later word. Any number that nothing else locks.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4711004202)")

Opener = Callable[[], BinaryIO]


@dataclass(frozen=True)
class ReportFile:
    """A report that was read through once and holds nothing unreadable. `results` and `payments` are a JSON file's."""

    open: Opener
    sha256: str
    size_bytes: int
    format: str
    results: Sequence[ResultRow] = ()
    payments: Sequence[Payment] = ()

    @property
    def kind(self) -> str:
        return "payment" if self.payments else "results"

    def rows(self) -> Iterator[ResultRow]:
        """The services of the report, read again from the file where it is one of rows."""
        if self.format == "json":
            yield from self.results
            return
        with self.open() as stream:
            yield from read_csv(stream)


@dataclass(frozen=True)
class TakenIn:
    """A report that is kept; `is_new` is false for a file that had been read in before, which changes nothing."""

    report: ClaimReport
    is_new: bool


def check_report(opened: Opener) -> ReportFile:
    """Read a report through before anything is done with it; a file of rows takes the memory of one row.

    Raises: ReportRefused with the first rows that cannot be used.
    """
    sha256, size, start = _measure(opened)
    try:
        if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
            if size > LARGEST_BYTES:
                raise whole(f"it is larger than {LARGEST_BYTES // 1_000_000} MB; take in fewer reports at a time")
            with opened() as stream:
                results, payments = read_json(stream.read())
            return ReportFile(opened, sha256, size, "json", results, payments)
        with opened() as stream:
            for _ in read_csv(stream):
                pass
    except Unreadable as unreadable:
        problems = [(each.row, each.reason) for each in unreadable.problems]
        raise ReportRefused(problems, more=unreadable.more) from None
    return ReportFile(opened, sha256, size, "csv")


def from_bytes(content: bytes) -> Opener:
    """Open what a browser sent, as often as it is asked for."""
    return lambda: io.BytesIO(content)


def import_report(
    db: WriteSession, file: ReportFile, *, others_too: bool = False, by: Actor | None, now: datetime
) -> TakenIn:
    """Keep what a report says about our lines, or refuse it whole. The newest word about a line says how it stands.

    A file that was read in before changes nothing, unless a claim id was corrected since. `others_too` lets a payment
    run hold claims that were made elsewhere. Locks: other imports. Raises: ReportRefused naming the rows.
    """
    if db.connection().dialect.name == "postgresql":
        db.connection().execute(_ONE_AT_A_TIME)
    if earlier := _taken_in(db, file.sha256):
        return TakenIn(earlier, False)
    number = (db.exec(select(func.max(ClaimReport.number))).one() or 0) + 1
    report = ClaimReport(
        number=number,
        reference=f"R-{number}",
        kind=file.kind,
        format=file.format,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        row_count=0,
        imported_at=now,
        imported_by_id=by.id if by else None,
    )
    db.add(report)
    # The rows below point at it.
    db.flush()
    if file.payments:
        report.row_count, counts = _pay(db, report, file.payments, others_too=others_too)
    else:
        report.row_count, counts = _apply(db, report, file.rows())
    report.counts = dict(counts)
    audit.record(db, by=by, did="import-report", on=report, now=now, kind=file.kind, rows=report.row_count, **counts)
    return TakenIn(report, True)


def _measure(opened: Opener) -> tuple[str, int, bytes]:
    digest, size, start = hashlib.sha256(), 0, b""
    with opened() as stream:
        while piece := stream.read(_PIECE):
            start = start or piece[:64]
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size, start


def _taken_in(db: WriteSession, sha256: str) -> ClaimReport | None:
    newest = select(ClaimReport).where(col(ClaimReport.sha256) == sha256).order_by(col(ClaimReport.number).desc())
    earlier = db.exec(newest.limit(1)).first()
    if earlier is None:
        return None
    corrected = select(ClaimLodgement.id).where(
        col(ClaimLodgement.number) > 1, col(ClaimLodgement.recorded_at) > earlier.imported_at
    )
    # Under a corrected claim id the same file may speak about other lines.
    return None if db.exec(corrected.limit(1)).first() else earlier


class _Refusals:
    """What is wrong by row; enough of it refuses the report at once."""

    def __init__(self) -> None:
        self.problems: list[tuple[int, str]] = []

    def add(self, row: int, reason: str) -> None:
        if len(self.problems) == MOST_PROBLEMS:
            raise ReportRefused(self.problems, more=True)
        self.problems.append((row, reason))

    def settle(self) -> None:
        if self.problems:
            raise ReportRefused(self.problems)


def _apply(db: WriteSession, report: ClaimReport, rows: Iterator[ResultRow]) -> tuple[int, Counter[str]]:
    matcher, refusals = Matcher(db, report.id), _Refusals()
    counts: Counter[str] = Counter()
    waiting: list[dict[str, Any]] = []
    for row in rows:
        try:
            lodged, service = matcher.service(row)
        except Unmatched as reason:
            refusals.add(row.row, str(reason))
            continue
        state = _state(row, service)
        counts[state.value] += 1
        waiting.append(_result(report, row, lodged, service, state))
        if len(waiting) == ROWS_AT_ONCE:
            _write(db, ServiceResult, waiting)
    refusals.settle()
    _write(db, ServiceResult, waiting)
    return counts.total(), counts


def _state(row: ResultRow, service: Service) -> ReturnState:
    codes = load_codes()
    reason = row.reason_code or row.return_code
    pends = codes.pends(row.reason_code, row.return_code)
    # What we charged counts: a charge keyed too low would come back as paid in full.
    return state_of(service.charge_cents, row.benefit_cents, reason=reason, pends=pends)


def _result(
    report: ClaimReport, row: ResultRow, lodged: Lodged, service: Service, state: ReturnState
) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "report_id": report.id,
        "report_number": report.number,
        "row_no": row.row,
        "lodgement_id": lodged.id,
        "batch_id": lodged.batch_id,
        "claim_line_id": service.line_id,
        "claim_id": service.claim_id,
        "claim_reference": row.claim_id,
        "payee_provider_number": row.payee_provider_number or lodged.payee,
        "lodged_on": lodged.lodged_on,
        "voucher_id": service.voucher_id,
        "service_id": row.service_id,
        "item_number": row.item_number,
        "charge_cents": row.charge_cents,
        "benefit_cents": row.benefit_cents,
        "reason_code": row.reason_code,
        "return_code": row.return_code,
        "patients_seen": row.patients_seen,
        "state": state.value,
        "run_on": row.run_on,
        "run_number": row.run_number,
        "payment_reference": row.payment_reference,
        "current_medicare_number": row.current_medicare_number,
        "current_irn": row.current_irn,
    }


def _pay(
    db: WriteSession, report: ClaimReport, payments: Sequence[Payment], *, others_too: bool
) -> tuple[int, Counter[str]]:
    refusals, counts = _Refusals(), Counter[str]()
    for payment in payments:
        run_id = uuid4()
        claims: list[dict[str, Any]] = []
        for row in payment.claims:
            try:
                lodged = paid_claim(db, row)
            except Unmatched as reason:
                refusals.add(row.row, str(reason))
                continue
            if lodged is None and not others_too:
                refusals.add(row.row, f"no batch here is recorded as {row.claim_id} on {row.lodged_on:%d %b %Y}")
                continue
            counts["ours" if lodged else "elsewhere"] += 1
            claims.append(
                {
                    "id": uuid4(),
                    "run_id": run_id,
                    "row_no": row.row,
                    "batch_id": lodged.batch_id if lodged else None,
                    "claim_reference": row.claim_id,
                    "lodged_on": row.lodged_on,
                    "charge_cents": row.charge_cents,
                    "benefit_cents": row.benefit_cents,
                }
            )
        run = {
            "id": run_id,
            "report_id": report.id,
            "report_number": report.number,
            "run_on": payment.run_on,
            "run_number": payment.run_number,
            "payment_reference": payment.payment_reference,
            "deposit_cents": payment.deposit_cents,
        }
        _write(db, PaymentRun, [run])
        _write(db, PaymentRunClaim, claims)
    refusals.settle()
    return counts.total(), counts


def _write(db: WriteSession, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Write rows together, not one by one: a report may have a million."""
    if rows:
        db.connection().execute(insert(model), rows)
        rows.clear()
