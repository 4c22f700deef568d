"""A batch of the yarn up that the practice has lodged elsewhere, and the reports that come back about it."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from billing.returns import HEADER
from sma.claims import Claim, ClaimBatch, approve, make_batches
from sma.claims.actions.responses import TakenIn, check_report, from_bytes, import_report
from sma.claims.actions.responses_lodging import record_lodgement
from sma.claims.judgement import choice_of
from sma.claims.models import ClaimLine
from sma.core.db import Database
from tests.sma.claims.factories import CLOSED, DAY, PROVIDER_NUMBER, YarnUp, later

LODGED = later(60)
CLAIM_ID = "F3848@"


def freeze(database: Database, day: YarnUp, items: Mapping[str, str], *, now: datetime = CLOSED) -> ClaimBatch:
    """Approve lines, every question answered, and freeze them into one batch."""
    with database.write() as db:
        for name, item in items.items():
            claim = day.line(db, name)
            choice = choice_of(claim.assessment, item)
            assert choice is not None
            answered = [question.key for question in choice.questions]
            approve(db, claim.id, item_number=item, confirmed=answered, by=day.doctor, now=now)
    with database.write() as db:
        (batch,) = make_batches(db, by=day.billing, now=now)
    return batch


def lodge(
    database: Database, day: YarnUp, batch: ClaimBatch, claim_id: str = CLAIM_ID, on: date = DAY, **changes: Any
) -> None:
    with database.write() as db:
        given = {"claim_reference": claim_id, "lodged_on": on, "by": day.billing, "now": LODGED, **changes}
        record_lodgement(db, batch.id, **given)


def services(database: Database, batch: ClaimBatch) -> list[tuple[Claim, ClaimLine]]:
    """The services of a batch in file order."""
    with database.read() as db:
        return list(
            db.exec(
                select(Claim, ClaimLine)
                .join(ClaimLine, col(ClaimLine.claim_id) == col(Claim.id))
                .where(col(ClaimLine.batch_id) == batch.id, col(ClaimLine.kind) == "service")
                .order_by(col(ClaimLine.line_no))
            )
        )


def row(service_id: str, voucher_id: str, benefit: int | str = 4505, reason: str = "", **changes: str) -> str:
    cells = {
        "claim_id": CLAIM_ID,
        "payee_provider_number": PROVIDER_NUMBER,
        "lodgement_date": DAY.isoformat(),
        "voucher_id": voucher_id,
        "service_id": service_id,
        "mbs_item": "23",
        "charge_cents": "4505",
        "benefit_cents": str(benefit),
        "reason_code": reason,
        **changes,
    }
    return ",".join(cells.get(name, "") for name in HEADER)


def results(*rows: str) -> bytes:
    return "\r\n".join((",".join(HEADER), *rows)).encode()


def payment(deposit: int, claims: Mapping[str, int], on: date = DAY) -> bytes:
    return json.dumps(
        {
            "paymentRun": {"payerName": "Medicare", "runDate": "2026-11-26", "runNumber": "331"},
            "paymentInfo": {"accountInfo": {"accountNumber": "12345678"}, "depositAmount": str(deposit)},
            "claimSummary": [
                {
                    "claimId": claim_id,
                    "lodgementDate": on.isoformat(),
                    "chargeAmount": str(benefit),
                    "benefit": str(benefit),
                }
                for claim_id, benefit in claims.items()
            ],
        }
    ).encode()


def take_in(database: Database, day: YarnUp, content: bytes, *, minutes: float = 90, **changes: Any) -> TakenIn:
    file = check_report(from_bytes(content))
    with database.write() as db:
        return import_report(db, file, by=day.billing, now=later(minutes), **changes)
