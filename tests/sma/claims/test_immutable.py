"""An exported line stays as it was, whatever form is sent at it; only a void takes it back, and in the open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.appointments.models import Appointment
from sma.assignments import BenefitAssignment
from sma.attendance import ClinicianPresence, ConsultInterval
from sma.claims import Claim, ClaimBatch, ClaimStatus, Export
from sma.claims.models import ClaimBlock, ClaimLine
from sma.core.db import Database
from sma.identity import Role
from sma.people import Practitioner
from sma.scheduling import SessionRole
from tests.conftest import SignIn
from tests.house.routes import routes_of
from tests.sma.claims.clinic import Clinic
from tests.sma.claims.factories import correct

# These are about who is at the keyboard, and would end the test's own sign-in.
NOT_ABOUT_RECORDS = ("/sign-", "/step-up", "/account/", "/users")
VOID = "/claims/{claim_id}/void"
# What may come to stand beside an exported line: that it no longer holds.
BESIDE = {"outdated_at", "outdated_summary", "version"}
# One answer for every field that any form asks for, so that as many as can be go through.
ANSWERS: Mapping[str, Any] = {
    "item_number": "3",
    "reason": "It was typed wrong",
    "format": "xlsx",
    "presence": "absent",
    "status": "ready",
    "schedule_fee_cents": "1",
    "billing_type": "private",
    "payer": "patient",
    "number": "2954541041",
    "irn": "2",
    "kind": "medicare",
    "state": "not-eligible",
    "starts": "10:26",
    "ends": "10:30",
    "starts_at": "10:26",
    "ends_at": "10:30",
    "sure": ["no-consult"],
    "cancel_reason": "clinic",
}


@dataclass(frozen=True)
class Frozen:
    """Everything that is kept of what was exported."""

    claim: dict[str, Any]
    lines: list[dict[str, Any]]
    blocks: list[bytes]
    batch: dict[str, Any]
    file: bytes


@pytest.fixture
def exported(clinic: Clinic) -> UUID:
    """Two lines in a batch with its file; returns the first, Alan's."""
    clinic.approve("P01", "P02")
    clinic.export(clinic.batch())
    return clinic.line("P01").id


@pytest.fixture
def everybody(clinic: Clinic, exported: UUID, sign_in: SignIn) -> TestClient:
    """One person with every role, who from now on is the clinician of the session too."""
    client = sign_in(*Role)
    with clinic.database.write() as db:
        db.get_one(Practitioner, clinic.day.clinician.id).user_id = client.user.id  # type: ignore[attr-defined]
    return client


def test_no_form_of_the_clinic_changes_an_exported_line(
    app: FastAPI, clinic: Clinic, everybody: TestClient, exported: UUID
) -> None:
    before, ids = kept(clinic, everybody, exported), ids_of(clinic, exported)
    answers, tried = {}, 0
    for path in sorted(posts(app)):
        if path == VOID or path.startswith(NOT_ABOUT_RECORDS):
            continue
        address = re.sub(r"{(\w+)}", lambda found: str(ids.get(found[1], UUID(int=1))), path)
        answers[path] = everybody.post(address, data=form(clinic, exported)).status_code
        tried += 1

        assert kept(clinic, everybody, exported) == before, path

    assert tried > 60
    assert answers["/claims/{claim_id}/approval"] == 409
    assert answers["/claims/{claim_id}/not-billed"] == 409
    assert 500 not in answers.values(), answers


def test_claims_are_changed_by_forms_only(app: FastAPI) -> None:
    methods = {method for route in routes_of(app) for method in route.methods}
    assert methods <= {"GET", "HEAD", "POST"}


def test_correcting_the_record_marks_the_exported_line_and_leaves_it(
    clinic: Clinic, everybody: TestClient, exported: UUID
) -> None:
    before = kept(clinic, everybody, exported)
    with clinic.database.write() as db:
        correct(db, clinic.day, "P01", "10:26-10:29")
    everybody.post(f"/sessions/{clinic.day.session.id}/reassessment")

    assert kept(clinic, everybody, exported) == before
    assert "no longer holds" in everybody.get(f"/claims/{exported}").text


def test_a_void_changes_the_lines_state_and_nothing_else(clinic: Clinic, everybody: TestClient, exported: UUID) -> None:
    before = kept(clinic, everybody, exported)
    assert everybody.post(f"/claims/{exported}/void", data={"idempotency_key": uuid4().hex}).status_code == 303
    after = kept(clinic, everybody, exported)

    assert after.claim == {**before.claim, "status": ClaimStatus.VOID}
    assert (after.lines, after.blocks, after.batch, after.file) == (
        before.lines,
        before.blocks,
        before.batch,
        before.file,
    )


def test_void_and_replacement_are_both_to_be_seen_and_the_totals_are_right(clinic: Clinic, exported: UUID) -> None:
    replacement = clinic.doctor.post(f"/claims/{exported}/void", data={"idempotency_key": uuid4().hex})
    address = replacement.headers["location"]
    clinic.doctor.post(f"{address}/approval", data={"item_number": "3"})
    second = clinic.batch()

    with clinic.database.read() as db:
        batches = db.exec(select(ClaimBatch).order_by(col(ClaimBatch.reference))).all()
    # Two of item 23; then one of them taken back, and item 3 in its place.
    assert [(each.line_count, each.charge_cents) for each in batches] == [(2, 9010), (2, 2055 - 4505)]
    assert f'href="{address}"' in clinic.doctor.get(f"/claims/{exported}").text
    assert "Takes back" in clinic.billing.get(second).text
    page = BeautifulSoup(clinic.billing.get("/claims?tab=exported").text, "html.parser")
    states = sorted(badge.get_text(strip=True) for badge in page.select("ul.work-list .badge"))
    assert states == ["Exported", "Exported", "Exported", "Takes back", "Void"]
    assert "No longer stands; kept as it went out." in page.get_text()
    assert "$65.60" in clinic.billing.get("/claim-batches").text


def posts(app: FastAPI) -> set[str]:
    return {route.path for route in routes_of(app) if "POST" in route.methods}


def form(clinic: Clinic, exported: UUID) -> dict[str, Any]:
    """What is sent: every answer, and the line's own id wherever one could be put."""
    return {
        **ANSWERS,
        "idempotency_key": uuid4().hex,
        "lines": [str(exported)],
        "sessions": [str(clinic.day.session.id)],
        "session_id": str(clinic.day.session.id),
        "patient_id": str(clinic.day.patients["P01"]),
        "practitioner_id": str(clinic.day.clinician.id),
        "claim_id": str(exported),
        "id": str(exported),
    }


def ids_of(clinic: Clinic, exported: UUID) -> dict[str, UUID]:
    """An id for every kind that an address may hold, each of what stands under the line."""
    encounter, patient = clinic.day.encounters["P01"], clinic.day.patients["P01"]
    session = clinic.day.session.id

    def one(query: Any) -> UUID:
        found: UUID = db.exec(query).first()
        return found

    with clinic.database.read() as db:
        return {
            "claim_id": exported,
            "session_id": session,
            "patient_id": patient,
            "practitioner_id": clinic.day.clinician.id,
            "batch_id": one(select(ClaimBatch.id)),
            "location_id": clinic.day.session.location_id,
            "program_id": clinic.day.session.program_id,
            "appointment_id": one(select(Appointment.id).where(col(Appointment.patient_id) == patient)),
            "consult_id": one(select(ConsultInterval.id).where(col(ConsultInterval.encounter_id) == encounter)),
            "presence_id": one(select(ClinicianPresence.id)),
            "session_role_id": one(select(SessionRole.id)),
            "assignment_id": one(select(BenefitAssignment.id).where(col(BenefitAssignment.patient_id) == patient)),
        }


def kept(clinic: Clinic, reader: TestClient, exported: UUID) -> Frozen:
    database: Database = clinic.database
    with database.read() as db:
        claim = db.get_one(Claim, exported)
        batch = db.get_one(ClaimBatch, claim.batch_id)
        lines = db.exec(select(ClaimLine).where(col(ClaimLine.batch_id) == batch.id).order_by(col(ClaimLine.line_no)))
        blocks = db.exec(select(ClaimBlock.content).where(col(ClaimBlock.batch_id) == batch.id))
        export = db.exec(select(Export.id).where(col(Export.format) == "csv")).first()
        return Frozen(
            claim=claim.model_dump(exclude=BESIDE),
            lines=[each.model_dump() for each in lines],
            blocks=list(blocks),
            batch=batch.model_dump(),
            file=reader.get(f"/exports/{export}/file").content,
        )
