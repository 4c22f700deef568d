"""The queue of record: each effect once, on both engines, whoever dies."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import col, select

from sma.core import outbox
from sma.core.db import Database
from sma.core.outbox import LEASE, MOST_ATTEMPTS, Outbox, Work
from tests.conftest import NOW
from tests.engines import postgresql_database, postgresql_server

_CLAIMER = """
import sys, time
from datetime import datetime
from sma.core import outbox
from sma.core.db import Database
url, now, start = sys.argv[1], datetime.fromisoformat(sys.argv[2]), sys.argv[3]
database = Database(url)
print("ready", flush=True)
sys.stdin.readline()
while True:
    with database.write() as db:
        works = outbox.claim(db, now=now, limit=7)
    if not works:
        break
    for work in works:
        with database.write() as db:
            assert outbox.finish(db, work, now=now)
        print(work.subject_id, flush=True)
"""


@pytest.fixture
def url(request: pytest.FixtureRequest, database_url: str) -> Iterator[str]:
    if request.param == "sqlite":
        yield database_url
        return
    with postgresql_database(postgresql_server()) as found:
        yield found


@pytest.mark.concurrency
@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_four_workers_share_the_effects_and_nobody_does_one_twice(url: str) -> None:
    database = Database(url)
    owed = [uuid4() for _ in range(120)]
    with database.write() as db:
        for subject in owed:
            outbox.publish(db, "invitation.revised", subject, now=NOW)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _CLAIMER, url, NOW.isoformat(), ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    done = [worker.communicate("go\n", timeout=60)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert Counter(subject for one in done for subject in one) == Counter(map(str, owed))
    with database.read() as db:
        assert db.exec(select(Outbox.id).where(col(Outbox.finished_at).is_(None))).all() == []
    database.dispose()


def owe(database: Database, count: int = 1, kind: str = "invitation.revised") -> list[Outbox]:
    with database.write() as db:
        for number in range(count):
            outbox.publish(db, kind, uuid4(), now=NOW - timedelta(minutes=count - number))
    with database.read() as db:
        return list(db.exec(select(Outbox).order_by(col(Outbox.due_at))).all())


def take(database: Database, *, after: timedelta = timedelta(), limit: int = 10) -> list[Work]:
    with database.write() as db:
        return outbox.claim(db, now=NOW + after, limit=limit)


def row_of(database: Database, work: Work) -> Outbox:
    with database.read() as db:
        return db.get_one(Outbox, work.id)


def test_a_leased_effect_is_nobody_elses_until_the_lease_runs_out(database: Database) -> None:
    owe(database)
    (first,) = take(database)
    assert take(database) == []
    assert take(database, after=LEASE - timedelta(seconds=1)) == []
    (second,) = take(database, after=LEASE)
    assert (first.attempts, second.attempts) == (1, 2)


def test_a_worker_that_overslept_changes_nothing(database: Database) -> None:
    owe(database)
    (late,) = take(database)
    (present,) = take(database, after=LEASE)
    with database.write() as db:
        assert not outbox.finish(db, late, now=NOW)
        assert not outbox.postpone(db, late, now=NOW, error="x")
        assert not outbox.bury(db, late, now=NOW, error="x")
        assert not outbox.renew(db, late, now=NOW)
        assert not outbox.give_back(db, late, now=NOW)
        assert outbox.finish(db, present, now=NOW)


def test_a_renewed_lease_lasts_longer(database: Database) -> None:
    owe(database)
    (work,) = take(database)
    with database.write() as db:
        assert outbox.renew(db, work, now=NOW + timedelta(minutes=4))
    assert take(database, after=LEASE) == []
    assert len(take(database, after=LEASE + timedelta(minutes=4))) == 1


def test_the_pauses_double_from_half_a_minute_to_six_hours_and_then_a_person_looks(database: Database) -> None:
    owe(database)
    now, pauses = NOW, []
    for _ in range(MOST_ATTEMPTS):
        (work,) = take(database, after=now - NOW)
        with database.write() as db:
            outbox.postpone(db, work, now=now, error="no")
        due = row_of(database, work).due_at
        if due is not None:
            pauses.append((due - now).total_seconds())
            now = due
    assert pauses == [30.0 * 2**n for n in range(9)]
    assert row_of(database, work).buried_at == now
    assert take(database, after=timedelta(days=30)) == []


def test_what_kills_its_worker_is_tried_alone_and_holds_up_nobody(database: Database) -> None:
    poison, *_ = owe(database, 5)
    assert len(take(database)) == 5  # and the worker dies
    after, taken = LEASE, []
    while works := take(database, after=after):
        assert len(works) == 1
        taken += works
    assert len(taken) == 5
    # From now on only the poisoned one dies with its worker; the others were finished.
    for work in taken:
        if work.id != poison.id:
            with database.write() as db:
                outbox.finish(db, work, now=NOW)
    owe(database, 3)
    after += LEASE
    fresh, alone = take(database, after=after), take(database, after=after)
    assert poison.id not in {work.id for work in fresh}
    assert len(fresh) == 3
    assert [work.id for work in alone] == [poison.id]


def test_what_was_tried_before_takes_no_fresh_neighbour_along(database: Database) -> None:
    (tried,) = owe(database)
    take(database)  # and the worker dies
    with database.write() as db:
        outbox.publish(db, "fresh", uuid4(), now=NOW + LEASE + timedelta(seconds=1))
    after = LEASE + timedelta(minutes=1)
    assert [work.id for work in take(database, after=after)] == [tried.id]
    assert [work.kind for work in take(database, after=after)] == ["fresh"]


def test_what_kills_ten_workers_is_buried_without_a_word(database: Database) -> None:
    owe(database)
    after = timedelta()
    for _ in range(MOST_ATTEMPTS):
        (work,) = take(database, after=after)
        after += LEASE
    assert take(database, after=after) == []
    row = row_of(database, work)
    assert (row.buried_at, row.last_error) == (NOW + after, "worker-died")


def test_what_is_given_back_is_due_at_once_and_did_not_count(database: Database) -> None:
    owe(database)
    (work,) = take(database)
    with database.write() as db:
        outbox.give_back(db, work, now=NOW)
    (again,) = take(database)
    assert again.attempts == 1


def test_asking_again_leaves_a_worker_that_is_at_it_alone(database: Database) -> None:
    owe(database)
    (work,) = take(database)
    with database.write() as db:
        outbox.ask_again(db, work.kind, work.subject_id, now=NOW)
    assert take(database) == []


def test_asking_for_what_was_done_owes_it_anew(database: Database) -> None:
    owe(database)
    (work,) = take(database)
    with database.write() as db:
        outbox.finish(db, work, now=NOW)
        outbox.ask_again(db, work.kind, work.subject_id, now=NOW)
    (again,) = take(database)
    assert (again.subject_id, again.id != work.id) == (work.subject_id, True)


def test_the_oldest_owed_effect_is_what_readiness_watches(database: Database, tmp_path: Path) -> None:
    with database.read() as db:
        assert outbox.oldest_due(db, now=NOW) is None
    rows = owe(database, 3)
    with database.read() as db:
        assert outbox.oldest_due(db, now=NOW) == rows[0].created_at
