"""The closed yarn up as browsers meet it, an hour after closing."""

from dataclasses import dataclass
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.claims import Claim, write_export
from sma.core import clock
from sma.core.audit import AuditEvent
from sma.core.db import Database
from tests.sma.claims.factories import YarnUp, leased

LEVEL_B = ["P01", "P02", "P03", "P04", "P06", "P07", "P08"]


@dataclass
class Clinic:
    """The closed yarn up, its doctor's browser and that of the manager who also bills."""

    database: Database
    day: YarnUp
    doctor: TestClient
    billing: TestClient

    def line(self, name: str) -> Claim:
        with self.database.write() as db:
            return self.day.line(db, name)

    def approve(self, *names: str, item: str = "23") -> None:
        for name in names:
            answer = self.doctor.post(f"/claims/{self.line(name).id}/approval", data={"item_number": item})
            assert answer.status_code == 303

    def batch(self) -> str:
        """Freeze what is approved; returns the batch's address."""
        answer = self.billing.post("/claim-batches", data={"idempotency_key": uuid4().hex})
        return answer.headers["location"]

    def export(self, batch: str, format: str = "csv") -> str:
        address = self.billing.post(f"{batch}/exports", data={"format": format}).headers["location"]
        owed = leased(self.database, now=clock.now())
        for work in (each for each in owed if each.kind == "export.requested"):
            write_export(self.database, work, now=clock.now())
        return address

    def did(self, what: str) -> list[AuditEvent]:
        with self.database.read() as db:
            return list(db.exec(select(AuditEvent).where(col(AuditEvent.did) == what)))
