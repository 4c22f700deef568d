"""What came back about the demonstration's batch: most of it paid, one line short, one rejected, one still open."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from sma.claims import ClaimBatch, ClaimLine, check_report, from_bytes, import_report, record_lodgement
from sma.claims.rules import LineKind
from sma.core.clock import local_date
from sma.core.db import Database
from sma.demo.ground import Ground

CLAIM_ID = "F3848@"
# How the last lines came back: what was paid of the charge, in hundredths, and the reason given.
NOT_PAID = ((88, "161"), (0, "208"), (0, "254"))


def bring_back(database: Database, ground: Ground, *, now: datetime) -> None:
    """Record that the practice lodged its newest batch, and take in both reports about it. Without one, do nothing."""
    karen = ground.users["karen"]
    with database.write() as db:
        batch = db.exec(select(ClaimBatch).order_by(col(ClaimBatch.made_at).desc()).limit(1)).first()
        if batch is None:
            return
        day = local_date(now, batch.timezone)
        record_lodgement(db, batch.id, claim_reference=CLAIM_ID, lodged_on=day, by=karen, now=now)
        in_order = select(ClaimLine).where(col(ClaimLine.batch_id) == batch.id).order_by(col(ClaimLine.line_no))
        lines = [line for line in db.exec(in_order) if line.kind == LineKind.SERVICE]
    came = [(100, "250")] * max(0, len(lines) - len(NOT_PAID)) + list(NOT_PAID)
    services = [
        (line, line.charge_cents * share // 100, reason) for line, (share, reason) in zip(lines, came, strict=False)
    ]
    for report in (_processing(batch, services), _payment(services, day)):
        file = check_report(from_bytes(json.dumps(report).encode()))
        with database.write() as db:
            import_report(db, file, by=karen, now=now + timedelta(days=2))


def _processing(batch: ClaimBatch, services: Sequence[tuple[ClaimLine, int, str]]) -> dict[str, Any]:
    events = [
        {
            "id": line.voucher_id,
            "service": [
                {
                    "id": line.service_id,
                    "itemNumber": line.item_number,
                    "chargeAmount": str(line.charge_cents),
                    "benefitPaid": str(cents),
                    "assessmentCode": reason,
                }
            ],
        }
        for line, cents, reason in services
    ]
    provider = {"providerNumber": batch.provider_number}
    return {"claimAssessment": {"claimId": CLAIM_ID, "serviceProvider": provider, "medicalEvent": events}}


def _payment(services: Sequence[tuple[ClaimLine, int, str]], lodged_on: date) -> dict[str, Any]:
    paid = str(sum(cents for _, cents, _ in services))
    charged = str(sum(line.charge_cents for line, *_ in services))
    claim = {"claimId": CLAIM_ID, "lodgementDate": lodged_on.isoformat(), "chargeAmount": charged, "benefit": paid}
    return {
        "paymentRun": {"runDate": (lodged_on + timedelta(days=1)).isoformat(), "runNumber": "331"},
        "paymentInfo": {"depositAmount": paid, "paymentReference": "MC-331"},
        "claimSummary": [claim],
    }
