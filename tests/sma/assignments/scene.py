"""A session of today with a doctor and two people, and what the desk does there."""

import io
import json
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlmodel import col, select

from sma.assignments import (
    AssignmentMethod,
    BenefitAssignment,
    Plan,
)
from sma.core.db import Database
from sma.identity import CurrentUser
from sma.people import Patient, Practitioner
from sma.scheduling import GroupSession

WAVE = json.dumps([[[20 + 5 * step, 90 + step % 7] for step in range(40)]])


@dataclass
class Room:
    """A session of today with a doctor, and two people who have a place in it."""

    database: Database
    desk: TestClient
    by: CurrentUser
    session: GroupSession
    doctor: Practitioner
    alan: Patient
    ben: Patient

    @property
    def address(self) -> str:
        return f"/sessions/{self.session.id}/people/{self.alan.id}/assignment"

    def plan(self, **changes: Any) -> Plan:
        return Plan(
            **{
                "session_id": self.session.id,
                "patient_id": self.alan.id,
                "practitioner_id": self.doctor.id,
                "method": AssignmentMethod.BEFORE,
                "assigned_on": self.session.held_on,
                "descriptions": ("gp",),
                **changes,
            }
        )

    def prepare(self, **answers: Any) -> str:
        """Fill in the form as the desk does; returns where it leads."""
        given = {"practitioner_id": self.doctor.id, "method": "pre", "descriptions": "gp", "assignor": "patient"}
        answer = self.desk.post(self.address, data={**given, **answers})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def one(self) -> BenefitAssignment:
        with self.database.read() as db:
            return db.exec(select(BenefitAssignment).where(col(BenefitAssignment.patient_id) == self.alan.id)).one()


def pdf_text(content: bytes) -> str:
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())
