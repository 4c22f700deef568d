"""Away from consulting rooms the fee is shared by all who were seen: one record taken out changes it for everybody."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from sma.attendance import ConsultInterval
from sma.claims import ClaimStatus, approve, make_batches, reassess
from sma.claims.actions import void_and_replace
from sma.core.db import Database, WriteSession
from tests.sma.claims.factories import CLOSED, YarnUp, later, propose_now, yarn_up

LEVEL_B = ["P01", "P02", "P03", "P04"]
# $45.05 of item 23, and for up to six seen $31.50 shared, from seven on $2.50 each (schedule of 1 July 2026).
EIGHT, SIX = 4505 + 250, 4505 + 525


@pytest.fixture
def day(database: Database) -> YarnUp:
    """A yarn up in a hall: eight were seen, four of them exported with item 24."""
    with database.write() as db:
        day = yarn_up(db, place={"is_consulting_rooms": False})
    propose_now(database, day.session.id)
    with database.write() as db:
        for name in LEVEL_B:
            approve(db, day.line(db, name).id, item_number="24", by=day.doctor, now=CLOSED)
        make_batches(db, by=day.billing, now=CLOSED)
    return day


@pytest.fixture
def work(database: Database, day: YarnUp) -> Iterator[WriteSession]:
    session = database.write_session()
    yield session
    session.rollback()
    session.close()


def take_out(db: WriteSession, day: YarnUp, name: str) -> None:
    """The consult was entered for the wrong person."""
    row = db.exec(
        select(ConsultInterval).where(
            col(ConsultInterval.encounter_id) == day.encounters[name], col(ConsultInterval.superseded_at).is_(None)
        )
    ).one()
    row.superseded_at, row.withdrawn_reason = CLOSED, "Entered for the wrong person"
    db.flush()


def test_every_line_carries_how_many_were_seen(work: WriteSession, day: YarnUp) -> None:
    lines = [day.line(work, name) for name in LEVEL_B]

    assert {(line.number_of_patients_seen, line.schedule_fee_cents) for line in lines} == {(8, EIGHT)}
    assert {line.status for line in lines} == {ClaimStatus.EXPORTED}


def test_one_record_taken_out_after_export_marks_every_line_that_was_exported(work: WriteSession, day: YarnUp) -> None:
    take_out(work, day, "P08")
    changes = reassess(work, day.session.id, by=day.doctor, now=later(1))

    assert changes.outdated == len(LEVEL_B)
    for name in LEVEL_B:
        line = day.line(work, name)
        assert line.outdated_at is not None
        # What was exported reads as it did.
        assert (line.number_of_patients_seen, line.schedule_fee_cents) == (8, EIGHT)
    assert day.line(work, "P06").number_of_patients_seen == 7
    assert not reassess(work, day.session.id, by=day.doctor, now=later(2))


def test_each_replacement_stores_the_new_head_count_and_its_fee(work: WriteSession, day: YarnUp) -> None:
    take_out(work, day, "P08")
    take_out(work, day, "P07")
    reassess(work, day.session.id, by=day.doctor, now=later(1))
    for name in LEVEL_B:
        fresh = void_and_replace(work, day.line(work, name).id, by=day.doctor, now=later(2))
        assert fresh is not None
        assert (fresh.status, fresh.number_of_patients_seen, fresh.schedule_fee_cents) == (
            ClaimStatus.NEEDS_CHECK,
            6,
            SIX,
        )
        approve(work, fresh.id, item_number="24", by=day.doctor, now=later(3))
    batches = make_batches(work, by=day.billing, now=later(4))

    # Four taken back at the old fee, four claimed at the new one.
    assert sum(batch.line_count for batch in batches) == 8
    assert sum(batch.benefit_cents for batch in batches) == 4 * (SIX - EIGHT)
    assert {day.line(work, name).number_of_patients_seen for name in LEVEL_B} == {6}


def test_putting_the_record_back_takes_the_marks_away(work: WriteSession, day: YarnUp) -> None:
    take_out(work, day, "P08")
    reassess(work, day.session.id, by=day.doctor, now=later(1))
    row = work.exec(select(ConsultInterval).where(col(ConsultInterval.encounter_id) == day.encounters["P08"])).one()
    row.superseded_at = row.withdrawn_reason = None
    work.flush()
    reassess(work, day.session.id, by=day.doctor, now=later(2))

    assert [day.line(work, name).outdated_at for name in LEVEL_B] == [None] * 4
