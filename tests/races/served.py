"""Clinics that race tests meet from outside: `sma serve` on both engines, a real mail server, workers that share."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlmodel import col, select

from sma import tables
from sma.appointments import Invitation, InvitationRevision, places
from sma.core import crypto
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.core.settings import Settings
from sma.identity import Role
from sma.messages import Communication, CommunicationState
from sma.worker import deliver_due
from tests.concurrency.races import at_once
from tests.conftest import NOW
from tests.engines import clinic_database
from tests.factories import make_login
from tests.mailserver import PostOffice, post_office
from tests.races.browser import Browser

START_SECONDS = 60


@dataclass
class Clinic:
    """One database behind any number of servers, and the mailbox of everybody."""

    database: Database
    settings: Settings
    ports: list[int]
    office: PostOffice
    folder: Path

    def empty(self) -> None:
        """Forget everything that an earlier test did; the servers go on."""
        with self.database.write() as db:
            for table in reversed(tables.metadata.sorted_tables):
                db.connection().execute(table.delete())
        self.office.got.clear()

    def sign_in(self, *roles: Role) -> Browser:
        """Open a browser at the first server; by default for somebody at the front desk."""
        with self.database.write() as db:
            _, token = make_login(db, *(roles or (Role.FRONT_DESK,)), username=f"racer-{uuid4().hex[:8]}")
        return Browser(self.ports[0], token)

    def deliver(self, workers: int = 2) -> None:
        """Let several workers empty the outbox at the same time."""

        def work() -> int:
            own = Database(self.settings.resolved_database_url)
            try:
                return deliver_due(own, self.settings, now=lambda: NOW)
            finally:
                own.dispose()

        errors = [result for result in at_once([work] * workers) if isinstance(result, Exception)]
        assert errors == []

    def taken(self, session_id: UUID) -> int:
        with self.database.read() as db:
            return places(db, session_id).taken

    def subjects(self) -> Counter[str]:
        """Count what arrived by the first words of each subject."""
        return Counter(str(mail.message["Subject"]).partition(" – ")[0] for mail in self.office.got)

    def assert_everybody_was_told_once(self) -> None:
        """One message for each change and person, nothing owed, and no calendar entry that steps back."""
        with self.database.read() as db:
            changes = list(db.exec(select(InvitationRevision)))
            log = list(db.exec(select(Communication)))
            uids = dict(db.exec(select(Invitation.id, Invitation.uid)).all())
            owed = db.exec(select(Outbox.kind).where(col(Outbox.finished_at).is_(None))).all()
        assert owed == []
        assert Counter(row.revision_id for row in log) == Counter(change.id for change in changes)
        assert {row.state for row in log} <= {CommunicationState.SENT, CommunicationState.WITHHELD}
        arrived = Counter(str(mail.message["Message-ID"]) for mail in self.office.got)
        assert arrived == Counter(row.message_id for row in log if row.state == CommunicationState.SENT)
        assert set(arrived.values()) <= {1}
        assert len(set(uids.values())) == len(uids)
        for invitation_id in uids:
            own = sorted(
                (each for each in changes if each.invitation_id == invitation_id), key=lambda each: each.number
            )
            assert [each.number for each in own] == list(range(1, len(own) + 1))
            stamps = [each.revised_at for each in own]
            assert stamps == sorted(set(stamps))
        self._assert_sequences_rise()

    def _assert_sequences_rise(self) -> None:
        entries: dict[str, list[tuple[int, str]]] = {}
        for mail in self.office.got:
            if mail.calendar is not None:
                entries.setdefault(mail.line("UID"), []).append((int(mail.line("SEQUENCE")), mail.line("DTSTAMP")))
        for uid, said in entries.items():
            # Two workers may hand two changes to the mail server in either order; calendars go by the number.
            numbers = [number for number, _ in sorted(said)]
            assert numbers == sorted(set(numbers)), (uid, said)
            stamps = [stamp for _, stamp in sorted(said)]
            assert stamps == sorted(set(stamps)), (uid, said)


@contextmanager
def open_clinic(engine: str, folder: Path, *, servers: int, worker: bool = False) -> Iterator[Clinic]:
    """Serve an empty clinic with `sma serve` from several processes, with a worker beside each or without."""
    with ExitStack() as stack:
        face = folder / "clock"
        face.write_text(NOW.isoformat())
        office = stack.enter_context(post_office())
        url = stack.enter_context(clinic_database(engine, folder / "data"))
        settings = Settings(
            data_folder=folder / "data",
            database_url=SecretStr(url) if engine == "postgresql" else None,
            mail_url=SecretStr(office.url),
            test_clock=face,
            _env_file=None,
        )
        ports = [stack.enter_context(_served(settings, folder, number, worker=worker)) for number in range(servers)]
        crypto.install(settings.keyring)
        database = Database(settings.resolved_database_url)
        stack.callback(database.dispose)
        yield Clinic(database, settings, ports, office, folder)


@contextmanager
def _served(settings: Settings, folder: Path, number: int, *, worker: bool) -> Iterator[int]:
    errors = folder / f"server-{number}.log"
    with errors.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sma", "serve", "--worker" if worker else "--no-worker"],
            cwd=folder,
            env=_environment(settings),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("Serving on "), f"the server did not start: {errors.read_text()[-2000:]}"
        yield int(line.split()[2].rpartition(":")[2])
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
    assert '"error"' not in errors.read_text(), f"the server logged faults: {errors.read_text()[-2000:]}"


def _environment(settings: Settings) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMA_")}
    ours = {
        "SMA_DATA_FOLDER": str(settings.data_folder),
        "SMA_TEST_CLOCK": str(settings.test_clock),
        "SMA_PORT": "0",
        "SMA_CLINIC_NAME": "Saltwater clinic",
        "SMA_IDLE_MINUTES": "480",
        "SMA_LOG_LEVEL": "DEBUG",
        "PYTHONUNBUFFERED": "1",
    }
    if settings.mail_url is not None:
        ours["SMA_MAIL_URL"] = settings.mail_url.get_secret_value()
    if settings.database_url is not None:
        ours["SMA_DATABASE_URL"] = settings.database_url.get_secret_value()
    return kept | ours
