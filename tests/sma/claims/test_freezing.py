"""What is held back when approved lines are frozen, and how the rest is dealt into batches."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from billing.exports import Line
from sma.claims import Claim, ClaimStatus, approve, make_batches, void_and_replace
from sma.claims.freezing import read_beside, thaw
from sma.claims.models import ClaimBatch, ClaimBlock, ClaimLine
from sma.claims.queries import effective_totals
from sma.claims.rules import BillingType
from sma.core.db import Database, WriteSession
from sma.entitlements import ReferralRecord
from sma.people import Coverage, Patient, Practitioner, PractitionerRole, set_coverage
from sma.people.rules import CoverageKind
from tests.sma.claims.factories import CLOSED, DAY, YarnUp, later, propose_now, yarn_up

INCENTIVE = {
    "item": "10990",
    "title": "Bulk billing incentive",
    "fee_cents": 860,
    "benefit_cents": 735,
    "from": "2026-07-01",
    "why": "Holds a concession card",
}


@pytest.fixture
def day(database: Database) -> YarnUp:
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    with database.write() as db:
        for name in ("P01", "P02"):
            approve(db, day.line(db, name).id, item_number="23", by=day.doctor, now=CLOSED)
    return day


def frozen(db: WriteSession, batch: ClaimBatch) -> list[Line]:
    contents = db.exec(select(ClaimBlock.content).where(col(ClaimBlock.batch_id) == batch.id)).all()
    return [line for content in contents for line in thaw(content)]


def card(db: WriteSession, day: YarnUp, name: str) -> Coverage:
    return db.exec(select(Coverage).where(col(Coverage.patient_id) == day.patients[name])).one()


def person(db: WriteSession, day: YarnUp, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(db.get_one(Patient, day.patients["P01"]), name, value)


def spoil_card(db: WriteSession, day: YarnUp) -> None:
    card(db, day, "P01").number = "4951651681"


def expire_card(db: WriteSession, day: YarnUp) -> None:
    card(db, day, "P01").expires_on = DAY - timedelta(days=1)


def be_born_later(db: WriteSession, day: YarnUp) -> None:
    person(db, day, born_on=DAY + timedelta(days=1))


def lengthen_name(db: WriteSession, day: YarnUp) -> None:
    person(db, day, family_name="A" * 41)


def sign_in_name(db: WriteSession, day: YarnUp) -> None:
    person(db, day, family_name="=Drum")


def no_charge(db: WriteSession, day: YarnUp) -> None:
    day.line(db, "P01").benefit_cents = 0


def head_count(db: WriteSession, day: YarnUp) -> None:
    day.line(db, "P01").number_of_patients_seen = 8


def allied_without_referral(db: WriteSession, day: YarnUp) -> None:
    db.get_one(Practitioner, day.clinician.id).profession = "dietitian"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoil_card, "A digit of the Medicare number is wrong. Compare it with the card."),
        (expire_card, "The card had expired on the date of service."),
        (be_born_later, "The date of birth is after the date of service."),
        (lengthen_name, "The family name is longer than 40 letters."),
        (sign_in_name, "The family name holds a sign that a card cannot."),
        (no_charge, "The charge is not above zero."),
        (head_count, "This item is claimed without a number of patients seen."),
        (allied_without_referral, "This kind of service needs a referral with its provider number and date."),
    ],
)
def test_a_line_that_medicare_would_send_back_is_held_back_with_the_reason(
    database: Database, day: YarnUp, spoil: Any, reason: str
) -> None:
    with database.write() as db:
        spoil(db, day)
        db.flush()
        batches = make_batches(db, by=day.billing, now=CLOSED)
        held = day.line(db, "P01")
        assert (held.status, held.approved_at) == (ClaimStatus.BLOCKED, None)
        assert held.summary.startswith(reason)
        assert held.summary != reason
        assert sum(batch.line_count for batch in batches) == (0 if spoil is allied_without_referral else 1)


@pytest.mark.parametrize(("now", "goes"), [(CLOSED + timedelta(days=365), True), (CLOSED + timedelta(days=366), False)])
def test_a_service_can_be_frozen_for_365_days(database: Database, day: YarnUp, now: Any, goes: bool) -> None:
    with database.write() as db:
        assert bool(make_batches(db, by=day.billing, now=now)) is goes
        assert goes or day.line(db, "P01").summary.startswith("The service is too old to be claimed.")


def test_a_service_of_tomorrow_is_held_back(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        assert make_batches(db, by=day.billing, now=CLOSED - timedelta(days=1)) == []
        assert day.line(db, "P01").summary.startswith("The date of service is in the future.")


def test_what_stayed_out_stands_in_the_batch_of_its_provider(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        expire_card(db, day)
        db.flush()
        (batch,) = make_batches(db, by=day.billing, now=CLOSED)
        assignments, left_out = read_beside(batch.beside)
        assert [(row.patient_family_name, row.mbs_item) for row in left_out] == [("Drum", "23")]
        assert [(row.patient_family_name, row.type) for row in assignments] == [("Farr", "enduring")]


def test_a_referral_goes_onto_the_line_of_an_allied_health_professional(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        allied_without_referral(db, day)
        db.add(
            ReferralRecord(
                patient_id=day.patients["P01"],
                profession="dietitian",
                referrer_name="Dr Chen",
                referrer_provider_number="2448261H",
                issued_on=date(2026, 9, 1),
                recorded_by_id=day.doctor.id,
                recorded_at=CLOSED,
            )
        )
        db.flush()
        (batch,) = make_batches(db, by=day.billing, now=CLOSED)
        (line,) = frozen(db, batch)
        assert (batch.service_type_code, line.service_type_code) == ("S", "S")
        assert (line.referral_provider_number, line.referral_issue_date) == ("2448261H", date(2026, 9, 1))
        assert line.referral_period_code == "S"


def test_the_same_item_twice_on_a_day_is_held_back(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        make_batches(db, by=day.billing, now=CLOSED)
        day.line(db, "P01").patient_id = day.patients["P03"]
        second = day.line(db, "P03")
        approve(db, second.id, item_number="23", by=day.doctor, now=CLOSED)
        db.flush()
        assert make_batches(db, by=day.billing, now=CLOSED) == []
        db.refresh(second)
        assert second.summary.startswith("This item is already claimed for this person, day and provider.")


def test_a_payee_stands_on_each_line_and_makes_a_batch_of_its_own(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        for role in db.exec(select(PractitionerRole)):
            role.payee_provider_number = "2452951L"
        db.flush()
        (batch,) = make_batches(db, by=day.billing, now=CLOSED)
        assert batch.payee_provider_number == "2452951L"
        assert {line.payee_provider_number for line in frozen(db, batch)} == {"2452951L"}


def test_veterans_stand_in_a_batch_of_their_own_and_private_services_in_none(database: Database, day: YarnUp) -> None:
    with database.write() as db:
        for name, kind in (("P03", BillingType.DVA), ("P04", BillingType.PRIVATE)):
            line = day.line(db, name)
            approve(db, line.id, item_number="23", by=day.doctor, now=CLOSED)
            line.billing_type = kind
        dva = {"kind": CoverageKind.DVA, "number": "NX5A", "irn": None, "expires_on": None}
        set_coverage(db, day.patients["P03"], **dva, by=day.billing, now=CLOSED)
        db.flush()
        batches = {batch.billing_type: frozen(db, batch) for batch in make_batches(db, by=day.billing, now=CLOSED)}
        assert {kind: len(lines) for kind, lines in batches.items()} == {"bulk": 2, "dva": 1}
        (veteran,) = batches["dva"]
        assert (veteran.dva_file_number, veteran.medicare_number, veteran.patient_family_name) == ("NX5A", None, "Hale")
        assert day.line(db, "P04").status == ClaimStatus.READY


def test_an_incentive_is_a_service_of_its_own_in_the_voucher_and_is_taken_back_with_it(
    database: Database, day: YarnUp
) -> None:
    with database.write() as db:
        line = day.line(db, "P01")
        line.additions, line.added_cents = [INCENTIVE], 735
        db.flush()
        (batch,) = make_batches(db, by=day.billing, now=CLOSED)
        assert [(each.voucher_id, each.service_id, each.mbs_item, each.charge_cents) for each in frozen(db, batch)] == [
            ("01", "0001", "10990", 735),
            ("01", "0002", "23", 4505),
            ("02", "0003", "23", 4505),
        ]
        assert (batch.line_count, batch.charge_cents) == (3, 735 + 2 * 4505)
        assert effective_totals(db) == (3, batch.charge_cents, batch.benefit_cents)
        assert {each.service_id for each in db.exec(select(ClaimLine))} == {"0001", "0002", "0003"}
    with database.write() as db:
        void_and_replace(db, day.line(db, "P01").id, by=day.doctor, now=later(1))
    with database.write() as db:
        (second,) = make_batches(db, by=day.billing, now=later(2))
        assert [(each.kind, each.mbs_item, each.replaces_line_no) for each in frozen(db, second)] == [
            ("void", "10990", 1),
            ("void", "23", 2),
        ]
        assert second.charge_cents == -(735 + 4505)
        assert effective_totals(db) == (1, 4505, 4505)
        assert db.exec(select(Claim.status).where(col(Claim.kind) == "void")).all() == [ClaimStatus.EXPORTED]
