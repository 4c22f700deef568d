"""The history of who did what: chained, so that a changed or missing event shows."""

from datetime import timedelta

from sqlmodel import col, select

from sma.core import audit
from sma.core.audit import AuditEvent, link, seal_chain
from sma.core.db import Database
from tests import factories
from tests.conftest import NOW


def fill(database: Database, count: int) -> None:
    with database.write() as db:
        user = factories.make_user(db)
        for number in range(count):
            audit.record(db, by=user, did="look", on=user, now=NOW + timedelta(seconds=number), number=number)


def chain(database: Database) -> list[AuditEvent]:
    with database.read() as db:
        return list(db.exec(select(AuditEvent).order_by(col(AuditEvent.sealed_as))))


def test_every_event_is_sealed_once_however_often_the_sealing_runs(database: Database) -> None:
    fill(database, 3)
    with database.write() as db:
        assert seal_chain(db, limit=2) == 2
    with database.write() as db:
        assert seal_chain(db) == 1
        assert seal_chain(db) == 0

    assert [event.sealed_as for event in chain(database)] == [1, 2, 3]
    assert [event.details["number"] for event in chain(database)] == [0, 1, 2]


def test_each_seal_follows_from_the_one_before_and_from_the_event_itself(database: Database) -> None:
    fill(database, 3)
    with database.write() as db:
        seal_chain(db)
    events = chain(database)

    assert [event.seal for event in events] == [
        link(before, event) for before, event in zip(["", events[0].seal, events[1].seal], events, strict=True)
    ]
    assert link("", events[1]) != events[1].seal, "an event that came before cannot be left out"
    changed = events[1]
    changed.did = "look-away"
    assert link(events[0].seal or "", changed) != changed.seal


def test_a_note_stays_although_the_act_was_refused(database: Database) -> None:
    audit.note(database, by_id=None, did="sign-in-refused", on_kind="staff_user", now=NOW)

    assert [event.did for event in chain(database)] == ["sign-in-refused"]


def test_a_history_that_nobody_touched_is_whole_and_one_that_was_changed_is_not(database: Database) -> None:
    fill(database, 4)
    with database.write() as db:
        seal_chain(db, limit=3)
    with database.read() as db:
        whole = audit.examine_chain(db)
        third = db.exec(select(AuditEvent).where(AuditEvent.sealed_as == 3)).one()
    with database.write() as db:
        db.get_one(AuditEvent, third.id).details = {"number": 99}
    with database.read() as db:
        changed = audit.examine_chain(db)

    assert (whole.sealed, whole.seal, whole.waiting, whole.wrong_number) == (3, third.seal, 1, None)
    assert (changed.sealed, changed.wrong_number, changed.wrong_id) == (2, 3, third.id)
