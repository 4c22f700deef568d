"""Who pays: Medicare, Veterans' Affairs or the patient, as somebody recorded it, and never two of them."""

from datetime import date

import pytest
from sqlmodel import col, select

from sma.assignments import BenefitAssignment
from sma.claims import ClaimStatus, approve, make_batches
from sma.claims.actions.payers import choose_payer, record_payer
from sma.claims.payers import NotPayable, billing_of, cover_of
from sma.claims.queries.payers import payers_of
from sma.claims.rules import BillingType
from sma.core.db import Database
from sma.people import Coverage, Patient, set_coverage
from tests.sma.claims.factories import CLOSED, YarnUp, later, propose_now, yarn_up
from tests.sma.claims.test_accounts import refused


@pytest.fixture
def day(database: Database) -> YarnUp:
    """The yarn up; nothing is approved yet."""
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    return day


def test_who_pays_follows_the_choice_then_the_only_card_then_medicare() -> None:
    both = {"medicare", "dva"}
    assert billing_of(None, {"dva"}, is_assigned=False) == BillingType.DVA
    assert billing_of(None, both, is_assigned=False) == BillingType.BULK
    assert billing_of("dva", both, is_assigned=True) == BillingType.DVA
    assert billing_of("bulk", {"dva"}, is_assigned=False) == BillingType.BULK
    assert billing_of("private", both, is_assigned=False) == BillingType.PRIVATE
    assert billing_of("private", both, is_assigned=True) == BillingType.BULK
    assert cover_of(None, both, is_eligible=True) == "both"
    assert cover_of("dva", both, is_eligible=True) == "dva"
    assert cover_of("bulk", both, is_eligible=True) == "medicare"
    assert cover_of("dva", {"medicare"}, is_eligible=True) == "medicare"
    assert [cover_of(None, set(), is_eligible=known) for known in (True, False)] == ["pending", "none"]


def veteran(database: Database, day: YarnUp, name: str, *, keeps_medicare: bool) -> None:
    """Give somebody a Veteran Card, and judge their session again."""
    with database.write() as db:
        patient_id = day.patients[name]
        if not keeps_medicare:
            for card in db.exec(select(Coverage).where(col(Coverage.patient_id) == patient_id)):
                card.is_current = False
        set_coverage(
            db, patient_id, kind="dva", number="QX144963", irn=None, expires_on=None, by=day.billing, now=CLOSED
        )
        db.get_one(Patient, patient_id).born_on = date(1950, 4, 25)
    propose_now(database, day.session.id, now=later(1))


def test_a_veterans_line_needs_no_assignment_and_goes_in_a_batch_of_its_own(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        for agreement in db.exec(
            select(BenefitAssignment).where(col(BenefitAssignment.patient_id) == day.patients["P03"])
        ):
            agreement.revoked_at = CLOSED
    veteran(database, day, "P03", keeps_medicare=False)
    with database.write() as db:
        line = day.line(db, "P03")
        assert (line.billing_type, line.status) == (BillingType.DVA, ClaimStatus.NEEDS_CHECK)
        assert line.additions == []
        for name in ("P02", "P03"):
            approve(db, day.line(db, name).id, item_number="23", by=day.doctor, now=later(3))
        made = make_batches(db, by=day.billing, now=later(4))
        assert sorted((batch.billing_type, batch.line_count) for batch in made) == [("bulk", 1), ("dva", 1)]


def test_of_two_cards_a_person_chooses_one_and_never_both(database: Database, day: YarnUp) -> None:
    veteran(database, day, "P03", keeps_medicare=True)
    with database.write() as db:
        line = day.line(db, "P03")
        assert line.status == ClaimStatus.BLOCKED
        assert "holds a Medicare card and a Veteran Card" in line.summary
        chosen = choose_payer(db, line.id, billing_type=BillingType.DVA, by=day.billing, now=later(2))
        assert (chosen.billing_type, chosen.status) == (BillingType.DVA, ClaimStatus.NEEDS_CHECK)
        again = choose_payer(db, chosen.id, billing_type=BillingType.BULK, by=day.billing, now=later(2))
        assert (again.billing_type, again.status) == (BillingType.BULK, ClaimStatus.NEEDS_CHECK)
        with refused(NotPayable, "no Veteran Card"):
            choose_payer(db, day.line(db, "P02").id, billing_type=BillingType.DVA, by=day.billing, now=later(2))


def test_somebody_not_eligible_has_no_record_of_an_item(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        for card in db.exec(select(Coverage).where(col(Coverage.patient_id) == day.patients["P03"])):
            card.is_current = False
        db.get_one(Patient, day.patients["P03"]).medicare_state = "not-eligible"
    propose_now(database, day.session.id, now=later(1))
    with database.write() as db:
        line = day.line(db, "P03")
        assert (line.status, line.item_number) == (ClaimStatus.NOT_BILLED, None)
        assert line.summary == "Not billable: not eligible for Medicare."


def test_the_desk_records_it_before_there_is_a_line_and_the_line_follows(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        agreement = db.exec(
            select(BenefitAssignment).where(col(BenefitAssignment.patient_id) == day.patients["P01"])
        ).one()
        agreement.revoked_at = CLOSED
        record_payer(
            db,
            day.session.id,
            day.patients["P01"],
            day.clinician.id,
            billing_type=BillingType.PRIVATE,
            by=day.billing,
            now=CLOSED,
        )
    propose_now(database, day.session.id)
    with database.write() as db:
        line = day.line(db, "P01")
        assert (line.status, line.billing_type) == (ClaimStatus.NEEDS_CHECK, BillingType.PRIVATE)
        by_name = {row.name: row for row in payers_of(db, day.session.id).rows}
        assert by_name["Alan Drum"].billing_type == BillingType.PRIVATE
        assert by_name["Alan Drum"].is_chosen
        assert by_name["Ben Farr"].billing_type == BillingType.BULK
        assert not by_name["Ben Farr"].is_chosen
