"""What freezing would come to is seen before anything is frozen."""

from sqlmodel import col, select

from sma.claims import ClaimBatch, ClaimStatus
from tests.sma.claims.clinic import LEVEL_B, Clinic
from tests.sma.claims.test_work_list import forget, press


def test_a_dry_run_names_the_batches_to_come_and_what_would_be_held_back_and_freezes_nothing(clinic: Clinic) -> None:
    press(clinic.doctor, clinic, *LEVEL_B)
    forget(clinic, "P01", card=True)

    page = clinic.billing.get("/claim-batches/dry-run").text

    assert "Freeze 1 batch" in page
    assert "$270.30" in page  # six times item 23
    assert "The Medicare number or its IRN is missing." in page.split("What would be held back")[1]
    with clinic.database.read() as db:
        assert db.exec(select(col(ClaimBatch.id))).all() == []
    assert {clinic.line(name).status for name in LEVEL_B} == {ClaimStatus.READY}


def test_freezing_does_what_the_dry_run_said(clinic: Clinic) -> None:
    press(clinic.doctor, clinic, *LEVEL_B)
    assert "$315.35" in clinic.billing.get("/claim-batches/dry-run").text

    clinic.billing.post("/claim-batches")

    with clinic.database.read() as db:
        assert [batch.charge_cents for batch in db.exec(select(ClaimBatch))] == [31535]
    assert "Nothing would be frozen" in clinic.billing.get("/claim-batches/dry-run").text
