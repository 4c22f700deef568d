"""A period's files: one for each provider number and month, shared by workers, the same bytes whoever writes them."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from sqlmodel import col, select

from sma.claims import Export, approve, make_batches, request_export, write_export
from sma.claims.actions import request_period
from sma.claims.models import ClaimBatch
from sma.claims.queries import batch_view, export_bytes, export_view, manifest_of, periods
from sma.claims.rules import NothingInPeriod, StepUpNeeded
from sma.core.db import Database
from tests.sma.claims.clinic import Clinic
from tests.sma.claims.factories import CLOSED, YarnUp, later, leased, propose_now, replace_step_up, yarn_up

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def day(database: Database) -> YarnUp:
    """Two batches in November and one in December, all of one provider."""
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    for name, days in (("P01", 0), ("P02", 1), ("P03", 20)):
        with database.write() as db:
            approve(db, day.line(db, name).id, item_number="23", by=day.doctor, now=CLOSED)
        with database.write() as db:
            make_batches(db, by=day.billing, now=CLOSED + timedelta(days=days))
    return day


def ask(database: Database, day: YarnUp, format: str = "csv") -> None:
    with database.write() as db:
        request_period(db, NOVEMBER, DECEMBER, format, by=day.billing, now=CLOSED)


def work_off(database: Database) -> None:
    for work in leased(database, now=later(1)):
        if work.kind == "export.requested":
            write_export(database, work, now=later(1))


def test_each_provider_and_month_is_a_row_of_its_own_for_whoever_is_free(database: Database, day: YarnUp) -> None:
    ask(database, day)
    works = [work for work in leased(database, now=later(1)) if work.kind == "export.requested"]
    assert len(works) == 2
    write_export(database, works[1], now=later(1))
    with database.read() as db:
        (asked,) = periods(db)
        assert [(part.export.month, part.state) for part in asked.parts] == [(NOVEMBER, "queued"), (DECEMBER, "ready")]
        assert asked.is_under_way


@pytest.mark.parametrize("format", ["csv", "json", "xlsx", "fhir", "pdf"])
def test_a_part_holds_the_very_files_of_its_batches(database: Database, day: YarnUp, format: str) -> None:
    ask(database, day, format)
    with database.write() as db:
        first = db.exec(select(ClaimBatch).order_by(col(ClaimBatch.reference))).first()
        assert first is not None
        alone = request_export(db, first.id, format, by=day.billing, now=CLOSED).id
    work_off(database)
    with database.read() as db:
        november, _ = periods(db)[0].parts
        part, facts = november.export, json.loads(manifest_of(november))
    content = b"".join(export_bytes(database, part.id))
    archive = ZipFile(io.BytesIO(content))
    ending = {"fhir": "fhir.json"}.get(format, format)
    assert [name for name in archive.namelist() if "manifest" not in name] == [
        f"proposed-items-B20261124-01.{ending}",
        f"proposed-items-B20261125-01.{ending}",
    ]
    assert archive.read(archive.namelist()[0]) == b"".join(export_bytes(database, alone))
    assert (part.row_count, part.charge_cents, part.sha256) == (2, 9010, hashlib.sha256(content).hexdigest())
    assert (facts["file"], facts["benefit_cents"]) == (f"proposed-items-B20261124-01-and-1-more.{ending}.zip", 9010)


def test_asked_again_the_same_batches_give_the_same_bytes(database: Database, day: YarnUp) -> None:
    for _ in range(2):
        ask(database, day, "xlsx")
    work_off(database)
    with database.read() as db:
        seals = [[part.export.sha256 for part in each.parts] for each in periods(db)]
    assert seals[0] == seals[1]
    assert None not in seals[0]


def test_a_batch_shows_only_its_own_files_and_can_still_be_asked_for_alone(database: Database, day: YarnUp) -> None:
    ask(database, day)
    with database.write() as db:
        batch_id = db.exec(select(ClaimBatch.id)).first()
        assert batch_id is not None
        assert batch_view(db, batch_id).exports == []
        export = request_export(db, batch_id, "csv", by=day.billing, now=CLOSED)
        assert export_view(db, export.id).file_name.endswith("-01.csv")
        assert db.exec(select(Export).where(col(Export.period_id).is_not(None))).all() != []


def test_without_proof_or_a_batch_nothing_is_asked_for(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        with pytest.raises(StepUpNeeded):
            request_period(db, NOVEMBER, DECEMBER, "csv", by=replace(day.billing, stepped_up_at=None), now=CLOSED)
        with pytest.raises(NothingInPeriod):
            request_period(db, date(2026, 1, 1), date(2026, 2, 1), "csv", by=replace_step_up(day.billing), now=CLOSED)
        assert db.exec(select(Export)).all() == []


def test_the_page_asks_lists_and_refuses_as_it_should(clinic: Clinic) -> None:
    clinic.approve("P01")
    clinic.batch()
    wanted = {"first_month": "2026-11", "last_month": "2026-11", "format": "csv"}
    backwards = clinic.billing.post("/claim-periods", data={**wanted, "last_month": "2026-10"})
    nothing = clinic.billing.post("/claim-periods", data={**wanted, "first_month": "2026-01", "last_month": "2026-02"})
    asked = clinic.billing.post("/claim-periods", data=wanted)
    page = clinic.billing.get("/claim-periods").text

    assert backwards.status_code == nothing.status_code == 422
    assert "not before the first" in backwards.text
    assert "No batch was frozen in these months" in nothing.text
    assert asked.headers["location"].startswith("/claim-periods")
    assert "2447781L" in page
    assert "Queued" in page
    assert 'hx-trigger="every 2s"' in page
    assert clinic.doctor.get("/claim-periods").status_code == 403
