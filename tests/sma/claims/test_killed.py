"""An export whose worker is killed, at every gap between two of its writes."""

import hashlib
import multiprocessing
import os
import signal
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from sma.claims import Export, ExportStatus, write_export
from sma.claims.models import ExportChunk
from sma.claims.queries import export_bytes
from sma.core import crypto, outbox
from sma.core.db import Database
from sma.core.outbox import Outbox, Work
from sma.core.settings import Settings
from sma.identity import CurrentUser, Role
from tests.factories import make_user
from tests.sma.claims.bulk import large_batch
from tests.sma.claims.factories import CLOSED, later, leased

# Enough for three chunks of a megabyte.
LINES = 7_000
FORK = multiprocessing.get_context("fork")


def work_until_killed(url: str, settings: Settings, work: Work, commit: int, *, before: bool) -> None:
    """Write an export in this process and kill it just before or after its n-th commit (0: never)."""
    crypto.install(settings.keyring)
    database = Database(url)
    seen = 0

    def die_when_due(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == commit:
            os.kill(os.getpid(), signal.SIGKILL)

    if before:
        event.listen(database.engine, "commit", die_when_due)
    else:
        finish = database.finish

        def finish_and_die(session: object) -> None:
            finish(session)  # type: ignore[arg-type]
            die_when_due()

        database.finish = finish_and_die  # type: ignore[method-assign]
    write_export(database, work, now=CLOSED)
    os._exit(0)


@pytest.fixture
def billing(database: Database) -> CurrentUser:
    with database.write() as db:
        return make_user(db, Role.BILLING)


def asked_for(database: Database, by: CurrentUser, batch_id: UUID, format: str) -> UUID:
    with database.write() as db:
        export = Export(batch_id=batch_id, format=format, requested_by_id=by.id, requested_at=CLOSED)
        db.add(export)
        # The effect names it.
        db.flush()
        outbox.publish(db, "export.requested", export.id, now=CLOSED)
        return export.id


def forget(database: Database) -> None:
    with database.write() as db:
        for table in (ExportChunk, Export, Outbox):
            for row in db.exec(select(table)):
                db.delete(row)
            # Chunks point at their export.
            db.flush()


def run(database_url: str, settings: Settings, work: Work, commit: int, *, before: bool) -> int | None:
    process = FORK.Process(
        target=work_until_killed, args=(database_url, settings, work, commit), kwargs={"before": before}
    )
    process.start()
    process.join(60)
    return process.exitcode


@pytest.mark.timeout(180)
@pytest.mark.parametrize("before", [True, False], ids=["before a commit", "after a commit"])
def test_a_worker_killed_between_any_two_writes_leaves_one_file_with_the_same_bytes(
    database: Database, database_url: str, settings: Settings, billing: CurrentUser, before: bool
) -> None:
    batch_id = large_batch(database, billing, LINES)
    export_id = asked_for(database, billing, batch_id, "csv")
    (work,) = leased(database, now=CLOSED)
    write_export(database, work, now=CLOSED)
    whole = b"".join(export_bytes(database, export_id))
    assert len(whole) > 2_000_000

    killed = 0
    for commit in range(1, 50):
        forget(database)
        export_id = asked_for(database, billing, batch_id, "csv")
        (work,) = leased(database, now=CLOSED)
        # A forked child must not inherit open connections.
        database.dispose()
        if run(database_url, settings, work, commit, before=before) == 0:
            break
        killed += 1
        # After the last commit nothing is owed any more; until then the lease has to run out first.
        for again in leased(database, now=later(30)):
            write_export(database, again, now=later(30))
        with database.read() as db:
            export = db.exec(select(Export)).one()
            chunks = db.exec(select(ExportChunk.attempt)).all()
            assert db.exec(select(Outbox).where(col(Outbox.finished_at).is_(None))).all() == []
        assert export.status == ExportStatus.READY
        assert set(chunks) == {export.attempt}
        assert len(chunks) == 3
        assert b"".join(export_bytes(database, export_id)) == whole
        assert export.sha256 == hashlib.sha256(whole).hexdigest()
    # Beginning, three chunks, the end.
    assert killed == 5
