"""Which way a line may go, how many lines a batch holds, and what odd clinics get as an answer."""

from datetime import date

import pytest
from sqlmodel import col, select

from billing.exports import Line, voiding
from sma.attendance import ConsultInterval
from sma.claims import Claim, ClaimStatus, approve, make_batches, reassess
from sma.claims.freezing import LINES_IN_BLOCK, blocks, thaw
from sma.claims.judgement import choices
from sma.claims.limits import load_limits
from sma.claims.models import ClaimBatch, ClaimBlock
from sma.claims.rules import NotApprovable, may_become
from sma.core.db import Database
from sma.people import Location, Patient, PractitionerRole
from tests.billing.exports.batches import make_line
from tests.sma.claims.factories import CLOSED, later, propose_now, yarn_up

DAY = date(2026, 11, 24)


def test_withdrawn_and_void_are_ends_and_an_exported_line_can_only_be_voided() -> None:
    for wanted in ClaimStatus:
        assert not may_become(ClaimStatus.WITHDRAWN, wanted)
        assert not may_become(ClaimStatus.VOID, wanted)
        assert may_become(ClaimStatus.EXPORTED, wanted) is (wanted is ClaimStatus.VOID)


def test_a_blocked_line_cannot_become_ready_without_a_new_assessment() -> None:
    assert not may_become(ClaimStatus.BLOCKED, ClaimStatus.READY)


def test_a_thawed_line_is_the_frozen_one_to_the_letter(database: Database) -> None:
    lines = [make_line(number % 7)._replace(line_no=number) for number in range(1, LINES_IN_BLOCK + 3)]
    lines[3] = voiding(lines[3], "B20261123-01")._replace(line_no=4, patient_family_name="O'=Brien, \u014b")
    thawed: list[Line] = [line for _, _, content in blocks(lines) for line in thaw(content)]

    assert thawed == lines
    assert [line.session_start.isoformat() for line in thawed] == [line.session_start.isoformat() for line in lines]
    assert [type(value) for value in thawed[3] if not hasattr(value, "tzinfo")] == [
        type(value) for value in lines[3] if not hasattr(value, "tzinfo")
    ]


def test_a_place_nobody_has_described_blocks_its_lines_instead_of_guessing(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        db.get_one(Location, day.session.location_id).is_consulting_rooms = None
    propose_now(database, day.session.id)
    with database.write() as db:
        line = day.line(db, "P01")
        assert (line.status, line.item_number) == (ClaimStatus.BLOCKED, None)
        assert "consulting rooms" in line.summary
        assert day.line(db, "P10").status == ClaimStatus.NOT_BILLED


def test_in_a_hall_the_fee_is_shared_by_the_eight_who_were_seen(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        db.get_one(Location, day.session.location_id).is_consulting_rooms = False
    propose_now(database, day.session.id)
    with database.write() as db:
        line = day.line(db, "P01")
        assert (line.item_number, line.number_of_patients_seen) == ("24", 8)
        approve(db, line.id, item_number="24", by=day.doctor, now=CLOSED)
        make_batches(db, by=day.billing, now=CLOSED)
        (frozen,) = thaw(db.exec(select(ClaimBlock.content)).one())
        assert (frozen.number_of_patients_seen, frozen.schedule_fee_cents) == (8, None)
        assert frozen.charge_cents == line.benefit_cents


def test_an_interrupted_consult_stands_only_if_its_clinician_says_so(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        consult = db.exec(
            select(ConsultInterval).where(col(ConsultInterval.encounter_id) == day.encounters["P08"])
        ).one()
        consult.interrupted = True
    propose_now(database, day.session.id)
    with database.write() as db:
        line = day.line(db, "P08")
        (question,) = choices(line.assessment)[0].questions
        assert line.status == ClaimStatus.NEEDS_CHECK
        assert question.facts == "interrupted: 11:19 am to 11:26 am (7:00)"
        with pytest.raises(NotApprovable):
            approve(db, line.id, item_number="23", by=day.doctor, now=CLOSED)
        approve(db, line.id, item_number="23", confirmed=[question.key], by=day.doctor, now=CLOSED)
        assert line.status == ClaimStatus.READY


def test_somebody_with_one_name_stands_as_medicare_writes_them(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
        patient = db.get_one(Patient, day.patients["P01"])
        patient.family_name, patient.given_names = None, "Bluey"
    propose_now(database, day.session.id)
    with database.write() as db:
        approve(db, day.line(db, "P01").id, item_number="23", by=day.doctor, now=CLOSED)
        make_batches(db, by=day.billing, now=CLOSED)
        (frozen,) = thaw(db.exec(select(ClaimBlock.content)).one())
    assert (frozen.patient_family_name, frozen.patient_given_name) == ("Bluey", "Onlyname")


def test_another_provider_number_means_another_approval(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    with database.write() as db:
        approve(db, day.line(db, "P01").id, item_number="23", by=day.doctor, now=CLOSED)
        for role in db.exec(select(PractitionerRole)):
            role.provider_number = "2448261H"
        db.flush()
        assert reassess(db, day.session.id, by=day.doctor, now=later(1)).lost_approval == 1
        assert day.line(db, "P01").provider_number == "2448261H"


def test_a_voucher_is_one_person_and_each_claim_points_to_its_batch(database: Database) -> None:
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    with database.write() as db:
        for name in ("P01", "P02"):
            approve(db, day.line(db, name).id, item_number="23", by=day.doctor, now=CLOSED)
        make_batches(db, by=day.billing, now=CLOSED)
        batch = db.exec(select(ClaimBatch)).one()
        exported = db.exec(select(Claim.batch_id).where(col(Claim.status) == ClaimStatus.EXPORTED)).all()
        frozen = list(thaw(db.exec(select(ClaimBlock.content)).one()))
    assert set(exported) == {batch.id}
    assert [(line.voucher_id, line.service_id) for line in frozen] == [("01", "0001"), ("02", "0002")]


def test_the_limits_come_with_the_package() -> None:
    limits = load_limits()
    assert (limits.vouchers, limits.services_per_voucher, limits.medicare.days) == (80, 14, 365)
