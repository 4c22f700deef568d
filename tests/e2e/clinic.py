"""A clinic that really runs: `sma serve` with its worker, in a folder of its own, on a clock that the test moves."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select

from sma.core import crypto
from sma.core.db import Database, ReadSession, WriteSession
from sma.core.outbox import Outbox
from sma.core.settings import Settings
from sma.identity import User
from sma.identity.current import COOKIE, hash_token
from sma.identity.models import LoginSession
from sma.worker import Waker, create_worker
from tests.engines import copy_of_sqlite

SERVE = (sys.executable, "-m", "sma", "serve")
MONDAY = "2026-11-23T09:00:00"
SYDNEY = ZoneInfo("Australia/Sydney")
START_SECONDS = 40
SETTLE_SECONDS = 20


def sydney(wall: str) -> datetime:
    """Read an ISO time as the clock on a wall in Sydney shows it: `sydney("2026-11-24T10:05")`."""
    return datetime.fromisoformat(wall).replace(tzinfo=SYDNEY).astimezone(UTC)


class Clinic:
    """One server, one worker, one database file, one clock."""

    def __init__(self, folder: Path, *, starts: datetime | None = None) -> None:
        self.folder = folder
        self._clock = folder / "clock"
        self.address = ""
        self._process: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.at(starts or sydney(MONDAY))
        self.settings = Settings(data_folder=folder / "data", test_clock=self._clock, _env_file=None)  # type: ignore[call-arg]
        self._database: Database | None = None
        copy_of_sqlite(self.settings.data_folder / "sma.db")

    # the clock

    def at(self, when: datetime | str) -> None:
        """Move the clinic's clock: an instant, or an ISO time as a wall clock in Sydney shows it."""
        self.now = sydney(when) if isinstance(when, str) else when
        fresh = self._clock.with_suffix(".fresh")
        fresh.write_text(self.now.isoformat())
        # Replaced in one step, so that the server never reads half a time.
        fresh.replace(self._clock)

    # the processes

    def run(self, *arguments: str) -> str:
        """Run one `sma` command to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "sma", *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"sma {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Serve on a free port; returns when pages are answered."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                SERVE,
                cwd=self.folder,
                env=self._environment() | {"SMA_PORT": "0"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("Serving on "), f"the server did not start: {line}\n{self.log()}"
        self.address = line.split()[2]

    def stop(self) -> None:
        """Stop the server, and with it its worker."""
        if self._database is not None:
            self._database.dispose()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def log(self) -> str:
        """What server and worker complained about."""
        return (self.folder / "server.log").read_text()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SMA_")}
        return kept | {
            "SMA_DATA_FOLDER": str(self.folder / "data"),
            "SMA_TEST_CLOCK": str(self._clock),
            "SMA_IDLE_MINUTES": "480",
            "PYTHONUNBUFFERED": "1",
        }

    # the database

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """One transaction beside the running server."""
        with self.database.write() as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        with self.database.read() as db:
            yield db

    def settle(self) -> None:
        """Wait until the worker has done everything that is due."""
        ends = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < ends:
            with self.read() as db:
                owed = db.exec(
                    select(Outbox.kind).where(
                        col(Outbox.finished_at).is_(None),
                        col(Outbox.buried_at).is_(None),
                        or_(col(Outbox.due_at) <= self.now, col(Outbox.attempts) > 0),
                    )
                ).all()
            if not owed:
                return
            time.sleep(0.05)
        raise AssertionError(f"the worker still owes {sorted(set(owed))}\n{self.log()[-3000:]}")

    def cookie(self, username: str) -> dict[str, str]:
        """Return the cookie of a fresh sign-in, for Playwright; it has not stepped up."""
        token = secrets.token_urlsafe(32)
        with self.write() as db:
            user = db.exec(select(User).where(col(User.username) == username)).one()
            db.add(
                LoginSession(
                    token_hash=hash_token(token),
                    user_id=user.id,
                    device="Chrome on Linux",
                    created_at=self.now,
                    # Ahead of time: a test that jumps to the next day goes on as the same person.
                    last_seen_at=self.now + timedelta(days=365),
                    expires_at=self.now + timedelta(days=365),
                )
            )
        return {"name": COOKIE, "value": token, "url": self.address}

    @property
    def database(self) -> Database:
        """The database itself, for what opens its own transactions; it shows no time but the one it is handed."""
        # Other tests in this process install keys of their own.
        crypto.install(self.settings.keyring)
        if self._database is None:
            wake = Waker(create_worker(self.settings))
            self._database = Database(self.settings.resolved_database_url, wake)
        return self._database
