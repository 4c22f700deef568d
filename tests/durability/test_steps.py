"""The worker is killed at every step of its work, one after the other; what comes out is what an undisturbed run gives.

The steps are listed by the test itself: a run dies at step 1, the next at step 2, until one lives to its end.
"""

import hashlib
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from sma import appointments
from sma.claims import Claim, Export, approve, make_batches, request_export
from sma.claims.models import ExportChunk
from sma.claims.queries import export_bytes
from sma.core import outbox
from sma.core.db import Database
from sma.core.outbox import LEASE, Outbox
from sma.core.settings import Settings
from sma.identity import Role
from sma.messages import Communication
from sma.scheduling import GroupSession
from sma.worker import deliver_due
from tests import factories
from tests.conftest import NOW
from tests.durability.dying import run_until
from tests.mailserver import PostOffice, post_office
from tests.sma.claims.factories import CLOSED, YarnUp, yarn_up

pytestmark = [pytest.mark.slow, pytest.mark.concurrency]

MOST_STEPS = 300
LEVEL_B = ("P01", "P02", "P03", "P04", "P06", "P07", "P08")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


def each_death(
    settings: Settings, database: Database, *, now: datetime, judge: Callable[[Database, list[str]], None]
) -> list[str]:
    """Kill a run at each of its steps on a fresh copy of the database, recover, and judge. Returns the steps' names."""
    database.dispose()
    path = Path(database.url.database or "")
    before = path.with_suffix(".before")
    shutil.copy(path, before)
    for die_at in range(1, MOST_STEPS):
        for rest in ("-wal", "-shm"):
            path.with_name(path.name + rest).unlink(missing_ok=True)
        shutil.copy(before, path)
        code, steps = run_until(settings, now, die_at, settings.data_folder / "steps")
        assert code in (0, -9), steps[-1:]
        again = Database(settings.resolved_database_url)
        later = now + LEASE + timedelta(minutes=1)
        deliver_due(again, settings, now=lambda later=later: later)
        with again.read() as db:
            assert db.exec(select(Outbox).where(col(Outbox.finished_at).is_(None))).all() == [], steps[-1]
        judge(again, steps)
        assert deliver_due(again, settings, now=lambda later=later: later + timedelta(days=1)) == 0
        again.dispose()
        if code == 0:
            return steps
    raise AssertionError("a run takes more steps than expected")


CROWD = {"Alan": "alan@p.example", "Bea": None, "Cam": "cam@p.example"}


def booked_clinic(database: Database, *names: str) -> GroupSession:
    """A session with two places: Alan has one, Bea has no address, Cam waits."""
    with database.write() as db:
        desk = factories.make_user(db, Role.FRONT_DESK)
        session = factories.make_session(db, most=2, clinician_minutes=600)
        for name in names or CROWD:
            patient = factories.make_patient(db, preferred_name=name, email=CROWD[name])
            appointments.book(db, session.id, patient.id, waiting_ok=True, by=desk, now=NOW)
        return session


def states(database: Database) -> list[tuple[str, str]]:
    with database.read() as db:
        rows = db.exec(select(Communication)).all()
    assert len({row.revision_id for row in rows}) == len(rows)
    return sorted((row.kind, row.state) for row in rows)


def test_each_message_of_a_mail_run_arrives_once_or_again_with_the_same_bytes(
    settings: Settings, database: Database, office: PostOffice
) -> None:
    settings = settings.model_copy(update={"mail_url": SecretStr(office.url)})
    booked_clinic(database)
    repeated = 0

    def judge(again: Database, steps: list[str]) -> None:
        nonlocal repeated
        assert states(again) == [("invitation", "call-task"), ("invitation", "sent"), ("waiting", "sent")]
        got = by_recipient(office)
        assert {person: len(set(mails)) for person, mails in got.items()} == {"alan@p.example": 1, "cam@p.example": 1}
        twice = sum(len(mails) for mails in got.values()) - 2
        # A mail is repeated exactly when the death came between the server's yes and our note of it.
        since = (
            steps[len(steps) - steps[::-1].index("after sending") :] if "after sending" in steps else ["after commit"]
        )
        assert twice == (0 if "after commit" in since else 1), steps
        repeated += twice
        office.got.clear()

    steps = each_death(settings, database, now=NOW, judge=judge)
    assert steps.count("after sending") == 2
    assert steps.count("after commit") == 7
    assert repeated >= 2


def test_a_maildir_holds_each_message_once_wherever_the_worker_died(settings: Settings, database: Database) -> None:
    booked_clinic(database, "Alan")
    mail = settings.data_folder / "mail"

    def judge(again: Database, steps: list[str]) -> None:
        assert states(again) == [("invitation", "sent")]
        assert len(list((mail / "new").iterdir())) == 1
        shutil.rmtree(mail)

    assert "before os.rename in the Maildir" in each_death(settings, database, now=NOW, judge=judge)


def test_people_hear_of_a_changed_session_once_wherever_the_worker_died(
    settings: Settings, database: Database, office: PostOffice
) -> None:
    settings = settings.model_copy(update={"mail_url": SecretStr(office.url)})
    session = booked_clinic(database, "Alan", "Bea")
    deliver_due(database, settings, now=lambda: NOW)
    office.got.clear()
    with database.write() as db:
        row = db.get_one(GroupSession, session.id)
        row.starts_at, row.ends_at = row.starts_at + timedelta(hours=1), row.ends_at + timedelta(hours=1)
        row.version += 1
        outbox.publish(db, "session.changed", session.id, now=NOW, key=str(row.version))

    def judge(again: Database, steps: list[str]) -> None:
        told = ["call-task", "sent"]
        assert states(again) == [(kind, state) for kind in ("invitation", "update") for state in told]
        assert len(set(office.letters)) == 1
        assert 1 <= len(office.letters) <= 2
        office.got.clear()

    each_death(settings, database, now=NOW, judge=judge)


def test_closing_a_session_proposes_each_line_once_wherever_the_worker_died(
    settings: Settings, database: Database
) -> None:
    with database.write() as db:
        day = yarn_up(db)
        outbox.publish(db, "session.closed", day.session.id, now=CLOSED)

    def judge(again: Database, _steps: list[str]) -> None:
        with again.read() as db:
            lines = db.exec(select(Claim)).all()
        assert len({line.encounter_id for line in lines}) == len(lines) == 10

    each_death(settings, database, now=CLOSED, judge=judge)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_has_the_same_bytes_wherever_the_worker_died(
    settings: Settings, database: Database, format: str
) -> None:
    with database.write() as db:
        day = yarn_up(db)
        outbox.publish(db, "session.closed", day.session.id, now=CLOSED)
    deliver_due(database, settings, now=lambda: CLOSED)
    export = ask_for_file(database, day, format)
    seen = set()

    def judge(again: Database, _steps: list[str]) -> None:
        content = b"".join(export_bytes(again, export.id))
        seen.add(content)
        with again.read() as db:
            row = db.exec(select(Export)).one()
            assert set(db.exec(select(ExportChunk.attempt))) == {row.attempt}
        assert row.sha256 == hashlib.sha256(content).hexdigest()
        assert (row.row_count, row.charge_cents, row.size_bytes) == (7, 31535, len(content))

    steps = each_death(settings, database, now=CLOSED, judge=judge)
    assert steps.count("before INSERT claim_export_chunk") >= 2
    assert len(seen) == 1


def ask_for_file(database: Database, day: YarnUp, format: str) -> Export:
    with database.write() as db:
        for name in LEVEL_B:
            approve(db, day.line(db, name).id, item_number="23", by=day.doctor, now=CLOSED)
    with database.write() as db:
        (batch,) = make_batches(db, by=day.billing, now=CLOSED)
        return request_export(db, batch.id, format, by=day.billing, now=CLOSED)


def by_recipient(office: PostOffice) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for mail in office.got:
        found[mail.recipient].append(mail.content)
    return found
