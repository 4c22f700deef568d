"""Who declined to assign the benefit gets an itemised account, and nothing of theirs goes out in bulk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import col, select

from sma.assignments import BenefitAssignment, revoke_assignment
from sma.claims import Claim, ClaimStatus, approve, make_batches, void_and_replace
from sma.claims.actions.accounts import credit_account, issue_account, record_payment
from sma.claims.actions.payers import choose_payer
from sma.claims.models import ClaimLine, PrivateAccount
from sma.claims.papers import AccountItem, AccountPaper, Payment, account_pdf
from sma.claims.payers import (
    BulkBilled,
    NotOnAccount,
    NotPayable,
    PayerFixed,
    PaymentWay,
    cents_of,
)
from sma.claims.queries.accounts import account_rows, account_totals, account_view, opened
from sma.claims.rules import BillingType, LineDecided, NotExported, NothingToBatch, NotYourLine
from sma.core.audit import AuditEvent
from sma.core.db import Database, WriteSession
from sma.core.errors import DomainError, Invalid
from sma.entitlements import ReferralRecord
from sma.people import Patient
from tests.sma.claims.factories import CARDS, CLOSED, DAY, YarnUp, follow_assignments, later, propose_now, yarn_up

PAPER = AccountPaper(
    number="A261124-001",
    issued_on=date(2026, 11, 24),
    practice="Saltwater Clinic",
    practice_address="1 Sandy Track, Ballina NSW 2478",
    practice_phone="02 5550 0000",
    patient="Alan Drum",
    day=date(2026, 11, 24),
    items=(
        AccountItem(
            item="23",
            description="Level B attendance",
            practitioner="Dr Sam Okafor",
            provider_number="2447781L",
            is_locum=True,
            times=(),
            referral="Referred by Dr Ada Field, provider number 2448261H, 2/11/2026, 6 months",
            charge_cents=9000,
        ),
    ),
)


@contextmanager
def refused(kind: type[DomainError], words: str) -> Iterator[None]:
    """The act is refused, and the person at the desk reads these words."""
    with pytest.raises(kind) as caught:
        yield
    assert words in caught.value.message


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


@pytest.fixture
def day(database: Database) -> YarnUp:
    """The yarn up; P01 declined to assign, and nothing is approved yet."""
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    decline(database, day, "P01")
    return day


def decline(database: Database, day: YarnUp, name: str) -> None:
    with database.write() as db:
        agreement = db.exec(
            select(BenefitAssignment).where(
                col(BenefitAssignment.patient_id) == day.patients[name], col(BenefitAssignment.revoked_at).is_(None)
            )
        ).one()
        revoke_assignment(db, agreement.id, by=day.doctor, now=CLOSED)
    follow_assignments(database)
    with database.write() as db:
        choose_payer(db, day.line(db, name).id, billing_type=BillingType.PRIVATE, by=day.billing, now=later(1))


def issued(db: WriteSession, day: YarnUp, cents: int = 9000) -> PrivateAccount:
    approve(db, day.line(db, "P01").id, item_number="23", by=day.doctor, now=later(2))
    line = day.line(db, "P01")
    return issue_account(db, line.id, charges={line.id: cents}, by=day.billing, now=later(3))


def test_declining_is_answered_with_an_account_and_the_clinician_still_approves(
    database: Database, day: YarnUp
) -> None:
    with database.write() as db:
        line = day.line(db, "P01")
        assert (line.status, line.billing_type) == (ClaimStatus.NEEDS_CHECK, BillingType.PRIVATE)
        assert line.additions == []
        assert line.added_cents == 0
        with refused(NotOnAccount, "The clinician approves the line first"):
            issue_account(db, line.id, charges={line.id: 4505}, by=day.billing, now=later(2))


def test_a_declined_service_stands_on_its_account_and_in_no_batch(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        account = issued(db, day)
        approve(db, day.line(db, "P02").id, item_number="23", by=day.doctor, now=later(3))
    with database.write() as db:
        assert day.line(db, "P01").status == ClaimStatus.EXPORTED
        make_batches(db, by=day.billing, now=later(4))
    with database.write() as db:
        in_batches = set(db.exec(select(ClaimLine.claim_id)))
        assert in_batches == {day.line(db, "P02").id}
        assert day.line(db, "P01").batch_id is None
        assert account_view(db, account.id).claim_ids == [day.line(db, "P01").id]


def test_a_private_line_alone_makes_no_batch(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        approve(db, day.line(db, "P01").id, item_number="23", by=day.doctor, now=later(2))
        with pytest.raises(NothingToBatch):
            make_batches(db, by=day.billing, now=later(3))


def test_the_account_shows_everything_asked_for_and_nothing_else_of_anybody(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        patient = db.get_one(Patient, day.patients["P01"])
        patient.given_names, patient.born_on = "Alan James", date(1970, 2, 3)
        account = issued(db, day)
        record_payment(db, account.id, cents=3000, way=PaymentWay.CARD, paid_on=DAY, by=day.billing, now=later(5))
        text = text_of(account_pdf(account_view(db, account.id).paper))
    for shown in ("Alan James Drum", "24 November 2026", "Item", "23", "$90.00", "Total paid $30.00"):
        assert shown in text
    assert "Outstanding $60.00" in text
    assert day.clinician.family_name
    assert day.clinician.family_name in text
    assert "2447781L" in text
    assert "Time of service" not in text
    for hidden in (CARDS[0][0], "1970", "Farr", day.session.neutral_label, day.session.code, "Medicare number"):
        assert hidden not in text


def test_times_stand_on_the_account_where_a_person_had_two_attendances(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        line = day.line(db, "P01")
        day.line(db, "P09").status = ClaimStatus.WITHDRAWN
        db.flush()
        another = line.model_dump(exclude={"id", "encounter_id", "status"})
        db.add(Claim(**another, encounter_id=day.encounters["P09"], status=ClaimStatus.READY))
        db.flush()
        approve(db, line.id, item_number="23", by=day.doctor, now=later(2))
        lines = db.exec(
            select(Claim).where(col(Claim.billing_type) == "private", col(Claim.status) == ClaimStatus.READY)
        ).all()
        account = issue_account(db, line.id, charges={each.id: 4505 for each in lines}, by=day.billing, now=later(3))
        paper = opened(account)
    assert [item.times_words for item in paper.items] == ["10:26 am to 10:33 am"] * 2


def test_a_referral_and_a_locum_are_named_on_the_account(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        referral = ReferralRecord(
            patient_id=day.patients["P01"],
            profession=day.clinician.profession,
            referrer_name="Dr Ada Field",
            referrer_provider_number="2448261H",
            issued_on=date(2026, 11, 2),
            period="months",
            months=6,
            recorded_by_id=day.billing.id,
            recorded_at=CLOSED,
        )
        db.add(referral)
    with database.write() as db:
        choose_payer(db, day.line(db, "P01").id, billing_type=BillingType.BULK, by=day.billing, now=later(1))
        line = choose_payer(db, day.line(db, "P01").id, billing_type=BillingType.PRIVATE, by=day.billing, now=later(1))
        approve(db, line.id, item_number="23", by=day.doctor, now=later(2))
        account = issue_account(db, line.id, charges={line.id: 4505}, locums=[line.id], by=day.billing, now=later(3))
        (item,) = opened(account).items
    assert item.referral == "Referred by Dr Ada Field, provider number 2448261H, 2/11/2026, 6 months"
    assert item.is_locum


def test_a_bulk_billed_patient_is_charged_nothing(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        approve(db, day.line(db, "P02").id, item_number="23", by=day.doctor, now=later(2))
        line = day.line(db, "P02")
        with refused(BulkBilled, "may not be charged anything"):
            issue_account(db, line.id, charges={line.id: 500}, by=day.billing, now=later(3))
        make_batches(db, by=day.billing, now=later(4))
    with database.write() as db:
        with refused(BulkBilled, "Take the exported line back first"):
            choose_payer(db, day.line(db, "P02").id, billing_type=BillingType.PRIVATE, by=day.billing, now=later(5))
        assert db.exec(select(PrivateAccount)).all() == []


def test_a_service_taken_back_from_bulk_is_charged_only_after_that_went_out(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        approve(db, day.line(db, "P02").id, item_number="23", by=day.doctor, now=later(2))
        make_batches(db, by=day.billing, now=later(3))
    with database.write() as db:
        void_and_replace(db, day.line(db, "P02").id, by=day.doctor, now=later(4))
    decline(database, day, "P02")
    with database.write() as db:
        line = day.line(db, "P02")
        approve(db, line.id, item_number="23", by=day.doctor, now=later(5))
        with refused(BulkBilled, "not taken back yet"):
            issue_account(db, line.id, charges={line.id: 4505}, by=day.billing, now=later(6))
    with database.write() as db:
        make_batches(db, by=day.billing, now=later(7))
    with database.write() as db:
        line = day.line(db, "P02")
        account = issue_account(db, line.id, charges={line.id: 4505}, by=day.billing, now=later(8))
        assert db.exec(select(PrivateAccount)).all() == [account]


def test_who_has_assigned_cannot_also_have_declined(database: Database, day: YarnUp) -> None:
    with database.write() as db, refused(NotPayable, "An assignment of this benefit is on record"):
        choose_payer(db, day.line(db, "P02").id, billing_type=BillingType.PRIVATE, by=day.billing, now=later(1))


def test_an_issued_account_is_changed_by_nobody(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        account = issued(db, day)
        line = day.line(db, "P01")
        with pytest.raises(LineDecided):
            approve(db, line.id, item_number="23", by=day.doctor, now=later(4))
        with refused(NotExported, "stands on an account"):
            void_and_replace(db, line.id, by=day.doctor, now=later(4))
        with refused(PayerFixed, "Take that back with a credit"):
            choose_payer(db, line.id, billing_type=BillingType.BULK, by=day.billing, now=later(4))
        with refused(NotOnAccount, f"account {account.number} already"):
            issue_account(db, line.id, charges={line.id: 1}, by=day.billing, now=later(4))


def test_credit_and_new_account_are_both_visible_and_the_totals_right(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        first = issued(db, day, 9000)
        before = account_pdf(opened(first))
        record_payment(db, first.id, cents=9000, way=PaymentWay.CASH, paid_on=DAY, by=day.billing, now=later(4))
    with database.write() as db:
        credit = credit_account(db, first.id, reason="Wrong amount", by=day.billing, now=later(5))
        with refused(NotOnAccount, "taken back already"):
            credit_account(db, first.id, reason="Again", by=day.billing, now=later(5))
    with database.write() as db:
        line = day.line(db, "P01")
        assert line.status == ClaimStatus.READY  # judged as before, so its approval stands
        second = issue_account(db, line.id, charges={line.id: 4505}, by=day.billing, now=later(6))
    with database.write() as db:
        numbers = [(row.account.number, row.outstanding_cents) for row in account_rows(db, page=1, size=9)]
        assert (second.number, 4505) in numbers
        assert (first.number, -9000) in numbers  # what was paid on it goes back
        assert credit.number == "C261124-001"
        assert account_totals(db) == (4505, 9000)
        assert account_pdf(opened(db.get_one(PrivateAccount, first.id))) == before
        assert "TAKEN BACK" in text_of(account_pdf(account_view(db, first.id).paper))
        assert opened(second).replaces == first.number
        record_payment(
            db, first.id, cents=9000, way=PaymentWay.CASH, paid_on=DAY, is_refund=True, by=day.billing, now=later(7)
        )
        assert account_totals(db) == (4505, 0)


def test_payments_are_refused_beyond_what_is_owed_or_was_paid(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        account = issued(db, day, 5000)
        pay: dict[str, Any] = {"way": PaymentWay.CARD, "paid_on": DAY, "by": day.billing, "now": later(4)}
        with refused(NotOnAccount, "more than is owed"):
            record_payment(db, account.id, cents=5001, **pay)
        with refused(NotOnAccount, "more than was paid"):
            record_payment(db, account.id, cents=1, is_refund=True, **pay)
        with refused(NotOnAccount, "has not come yet"):
            record_payment(db, account.id, cents=1, **{**pay, "paid_on": date(2026, 11, 25)})
        with refused(NotOnAccount, "long before the service"):
            record_payment(db, account.id, cents=1, **{**pay, "paid_on": date(2025, 11, 24)})
        record_payment(db, account.id, cents=5000, **pay)
        assert account_view(db, account.id).paper.outstanding_cents == 0


def test_the_same_account_is_the_same_bytes() -> None:
    paid = replace(PAPER, payments=(Payment(paid_on=date(2026, 11, 25), way="Card", cents=4000),))
    assert account_pdf(PAPER) == account_pdf(PAPER)
    assert account_pdf(paid) != account_pdf(PAPER)
    text = text_of(account_pdf(paid))
    assert "LT: locum" in text
    assert "2448261H" in text
    assert "Paid 25 November 2026, card $40.00" in text
    assert "Outstanding $50.00" in text


def test_amounts_are_read_as_people_type_them_and_nothing_is_not_an_amount() -> None:
    assert [cents_of(text) for text in ("45", "45.05", "$1,045.05", " 0.01 ")] == [4500, 4505, 104505, 1]
    for wrong in ("", "0", "0.00", "-5", "45.5", "4,5,0.005", "1e3", "100000", "free"):
        with pytest.raises(Invalid):
            cents_of(wrong)


def test_what_is_kept_of_an_account_names_nobody_and_no_amount_in_words(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        account = issued(db, day)
        credit_account(db, account.id, reason="Alan was charged twice", by=day.billing, now=later(5))
        kept = [
            (event.did, event.details)
            for event in db.exec(select(AuditEvent).where(col(AuditEvent.on_kind) == "private_account"))
        ]
        assert {did for did, _ in kept} == {"issue-account", "credit-account"}
        assert "Alan" not in str(kept)
        assert b"Drum" not in account.content


def test_only_the_clinician_who_gave_it_approves_a_private_line(database: Database, day: YarnUp) -> None:
    with database.write() as db, pytest.raises(NotYourLine):
        approve(db, day.line(db, "P01").id, item_number="23", by=day.billing, now=later(2))
