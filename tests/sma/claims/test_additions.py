"""One bulk billing incentive beside a bulk-billed service, by the place's area, when its clinician confirms it."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from sma.claims import Claim, ClaimStatus, approve, make_batches, reassess
from sma.claims.actions import approve_many
from sma.claims.judgement import Addition, Choice, Question, choices
from sma.claims.queries import offered_incentives
from sma.core.audit import AuditEvent
from sma.core.db import Database, WriteSession
from sma.people import Location
from tests.sma.claims.factories import CLOSED, YarnUp, correct, later, propose_now, yarn_up

# Item 23 in Modified Monash area 5 from 1 July 2026: fees of the published schedule of that day.
TRIPLE, TRIPLE_CENTS = "75874", 3855


@pytest.fixture
def day(database: Database) -> YarnUp:
    with database.write() as db:
        day = yarn_up(db, place={"modified_monash": 5})
    propose_now(database, day.session.id)
    return day


@pytest.fixture
def work(database: Database, day: YarnUp) -> Iterator[WriteSession]:
    session = database.write_session()
    yield session
    session.rollback()
    session.close()


def first(line: Claim) -> Choice:
    return choices(line.assessment)[0]


def agreed(line: Claim) -> list[str]:
    return [question.key for addition in first(line).additions for question in addition.questions]


def test_the_incentive_is_offered_beside_the_item_and_is_no_choice_of_its_own(work: WriteSession, day: YarnUp) -> None:
    line = day.line(work, "P01")
    (addition,) = first(line).additions

    assert [choice.item_number for choice in choices(line.assessment) if not choice.is_lower] == ["23"]
    assert (addition.item_number, addition.benefit_cents) == (TRIPLE, TRIPLE_CENTS)
    assert "beside item 23" in addition.why
    assert "the place lies in Modified Monash area 5" in addition.why
    assert "bulk billed" in addition.questions[0].facts
    assert (line.item_number, line.additions, line.added_cents) == ("23", [], 0)


def test_it_is_added_only_when_the_clinician_confirms_it(work: WriteSession, day: YarnUp) -> None:
    without = approve(work, day.line(work, "P01").id, item_number="23", by=day.doctor, now=CLOSED)
    line = day.line(work, "P02")
    having = approve(work, line.id, item_number="23", confirmed=agreed(line), by=day.doctor, now=CLOSED)

    assert (without.additions, without.added_cents) == ([], 0)
    assert [each["item"] for each in having.additions] == [TRIPLE]
    assert having.added_cents == TRIPLE_CENTS
    assert "area 5" in having.additions[0]["why"]
    assert having.benefit_cents == 4505
    events = work.exec(select(AuditEvent).where(col(AuditEvent.did) == "approve")).all()
    assert sorted(str(event.details["added"]) for event in events) == [TRIPLE, "None"]


def test_a_clinician_may_change_their_mind_about_it_before_the_batch(work: WriteSession, day: YarnUp) -> None:
    line = day.line(work, "P01")
    for confirmed, cents in (([], 0), (agreed(line), TRIPLE_CENTS), (agreed(line), TRIPLE_CENTS), ([], 0)):
        approve(work, line.id, item_number="23", confirmed=confirmed, by=day.doctor, now=later(1))
        assert day.line(work, "P01").added_cents == cents


def test_a_place_whose_area_nobody_entered_gets_no_incentive(work: WriteSession, day: YarnUp) -> None:
    work.get_one(Location, day.session.location_id).modified_monash = None
    work.flush()
    reassess(work, day.session.id, by=day.doctor, now=later(1))

    assert first(day.line(work, "P01")).additions == ()


def test_an_approval_is_lost_when_the_area_is_corrected(work: WriteSession, day: YarnUp) -> None:
    line = day.line(work, "P01")
    approve(work, line.id, item_number="23", confirmed=agreed(line), by=day.doctor, now=CLOSED)
    work.get_one(Location, day.session.location_id).modified_monash = 1
    work.flush()
    changes = reassess(work, day.session.id, by=day.doctor, now=later(1))

    fresh = day.line(work, "P01")
    assert changes.lost_approval == 1
    assert (fresh.status, fresh.added_cents) == (ClaimStatus.NEEDS_CHECK, 0)
    assert first(fresh).additions[0].item_number != TRIPLE


def test_an_exported_line_is_marked_when_its_incentive_no_longer_fits_the_place(
    work: WriteSession, day: YarnUp
) -> None:
    for name in ("P01", "P02"):
        line = day.line(work, name)
        confirmed = agreed(line) if name == "P01" else []
        approve(work, line.id, item_number="23", confirmed=confirmed, by=day.doctor, now=CLOSED)
    make_batches(work, by=day.billing, now=CLOSED)
    work.get_one(Location, day.session.location_id).modified_monash = 1
    work.flush()
    reassess(work, day.session.id, by=day.doctor, now=later(1))

    had, had_not = day.line(work, "P01"), day.line(work, "P02")
    assert had.outdated_at is not None
    assert [each["item"] for each in had.additions] == [TRIPLE]
    assert had_not.outdated_at is None


def test_other_peoples_corrections_do_not_touch_it(work: WriteSession, day: YarnUp) -> None:
    line = day.line(work, "P01")
    approve(work, line.id, item_number="23", confirmed=agreed(line), by=day.doctor, now=CLOSED)
    correct(work, day, "P05", "10:55-11:02")
    reassess(work, day.session.id, by=day.doctor, now=later(1))

    assert day.line(work, "P01").id == line.id
    assert day.line(work, "P01").added_cents == TRIPLE_CENTS


def test_never_more_than_one_incentive_whatever_is_offered() -> None:
    asked = Question("one", "both are bulk billed")
    offered = tuple(
        Addition(number, "Incentive", "2026-07-01", 100, 85, (), questions)
        for number, questions in (("90001", (asked,)), ("90002", ()), ("90003", ()))
    )
    choice = Choice("23", "B", "2026-07-01", 4505, 4505, None, "high", False, (), (), (), offered)

    assert [each.item_number for each in choice.added([])] == ["90002"]
    assert [each.item_number for each in choice.added(["one"])] == ["90001"]


def test_one_confirmation_adds_the_incentive_to_every_line_approved_in_one_press(
    work: WriteSession, day: YarnUp
) -> None:
    ids = [day.line(work, name).id for name in ("P01", "P02")]

    outcome = approve_many(work, ids, with_incentive=True, by=day.doctor, now=CLOSED)

    lines = [day.line(work, name) for name in ("P01", "P02")]
    assert [[added["item"] for added in line.additions] for line in lines] == [[TRIPLE], [TRIPLE]]
    assert outcome.cents == 2 * (4505 + TRIPLE_CENTS)


def test_without_the_confirmation_lines_approved_in_one_press_carry_no_incentive(
    work: WriteSession, day: YarnUp
) -> None:
    approve_many(work, [day.line(work, "P01").id], by=day.doctor, now=CLOSED)

    line = day.line(work, "P01")
    assert (line.status, line.additions) == (ClaimStatus.READY, [])
    (offered,) = offered_incentives(work, [line.id]).values()
    assert (offered.items, offered.cents) == ((TRIPLE,), TRIPLE_CENTS)
    assert "bulk billed" in offered.questions[0]
