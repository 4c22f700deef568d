"""What came back about each side's one exported line: it was lodged, and rejected."""

import json

from sqlmodel import col, select

from sma.claims import ClaimBatch, ClaimLine, check_report, from_bytes, import_report, record_lodgement
from sma.core.clock import local_date
from sma.identity import Role
from tests.conftest import NOW
from tests.house.role_scene import Scene, Side


def bring_back(scene: Scene, side: Side, batch: ClaimBatch) -> None:
    billing, claim_id = scene.users[Role.BILLING], "F3848@"
    with scene.database.write() as db:
        day = local_date(NOW, batch.timezone)
        record_lodgement(db, batch.id, claim_reference=claim_id, lodged_on=day, by=billing, now=NOW)
        lines = db.exec(select(ClaimLine).where(col(ClaimLine.batch_id) == batch.id)).all()
    events = [
        {
            "id": line.voucher_id,
            "service": [
                {
                    "id": line.service_id,
                    "itemNumber": line.item_number,
                    "chargeAmount": str(line.charge_cents),
                    "benefitPaid": "0",
                    "assessmentCode": "208",
                }
            ],
        }
        for line in lines
    ]
    provider = {"providerNumber": batch.provider_number}
    report = {"claimAssessment": {"claimId": claim_id, "serviceProvider": provider, "medicalEvent": events}}
    file = check_report(from_bytes(json.dumps(report).encode()))
    with scene.database.write() as db:
        side.ids["report_id"] = import_report(db, file, by=billing, now=NOW).report.id
