"""The whole product as a clinic starts it: `sma serve` with its worker, watched and killed from outside."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlmodel import col, func, select

from sma import appointments
from sma.core import crypto
from sma.core.db import Database
from sma.core.outbox import LEASE, Outbox
from sma.core.settings import Settings
from sma.identity import CurrentUser, Role
from sma.messages import Communication
from sma.scheduling import GroupSession
from sma.worker import create_worker
from sma.worker.wake import look
from tests import factories
from tests.engines import copy_of_sqlite
from tests.mailserver import PostOffice, free_port

START_SECONDS = 40.0


@dataclass
class Served:
    """One running `sma serve`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def family(self) -> set[int]:
        """The pids of everything that descends from the server."""
        return descendants(self.process.pid)

    @property
    def worker(self) -> int:
        """The pid of Celery's main process: the server's own child."""
        (pid,) = [pid for pid in self.family() if parent_of(pid) == self.process.pid]
        return pid

    def has_worker(self) -> bool:
        """Whether the worker is up, with its pool and its timetable."""
        return len(self.family()) >= 3

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> float:
        """End it kindly. Returns the seconds that took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began


@dataclass
class Clinic:
    """A clinic's data folder, its clock, and the servers started on it."""

    folder: Path
    office: PostOffice
    broker_url: str | None = None
    queue_name: str = "sma"
    database_url: str | None = None
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 22, 0, tzinfo=UTC))
    started: list[Served] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.wait()
        if self.database_url is None:
            copy_of_sqlite(self.folder / "sma.db")
        crypto.install(self.settings.keyring)
        self.database = Database(self.settings.resolved_database_url)
        with self.database.write() as db:
            self.user: CurrentUser = factories.make_user(db, Role.FRONT_DESK)
            self.session: GroupSession = factories.make_session(db, most=400, clinician_minutes=9000)

    @property
    def settings(self) -> Settings:
        return Settings(
            data_folder=self.folder,
            mail_url=SecretStr(self.office.url),
            broker_url=SecretStr(self.broker_url) if self.broker_url else None,
            queue_name=self.queue_name,
            database_url=SecretStr(self.database_url) if self.database_url else None,
            _env_file=None,
        )  # type: ignore[call-arg]

    def wait(self, span: timedelta = timedelta()) -> None:
        """Let time pass for every process of the clinic."""
        self.now += span
        part = self.folder / "clock.part"
        part.write_text(self.now.isoformat())
        part.replace(self.folder / "clock")

    def environment(self) -> dict[str, str]:
        found = {name: value for name, value in os.environ.items() if not name.startswith("SMA_")}
        found |= {
            "SMA_DATA_FOLDER": str(self.folder),
            "SMA_MAIL_URL": self.office.url,
            "SMA_QUEUE_NAME": self.queue_name,
            "SMA_TEST_CLOCK": str(self.folder / "clock"),
        }
        # Where nobody may write beside the sources, each start would compile the whole program again.
        found.pop("PYTHONDONTWRITEBYTECODE", None)
        found["PYTHONPYCACHEPREFIX"] = str(self.folder.parent.parent / "compiled")
        chosen = {"SMA_BROKER_URL": self.broker_url, "SMA_DATABASE_URL": self.database_url}
        return found | {name: value for name, value in chosen.items() if value}

    def serve(self, *, port: int | None = None) -> Served:
        """Start `sma serve` and wait until it answers and its worker is up."""
        port = port or free_port()
        log = self.folder / f"log-{len(self.started)}"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "sma", "serve", "--port", str(port)],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        served = Served(process, port, log)
        self.started.append(served)
        until(lambda: answers(port) or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, log.read_text()
        until(served.has_worker, START_SECONDS)
        return served

    def book(self, people: int, **changes: Any) -> None:
        """Book people, each in a transaction of their own as pages do, and wake the worker."""
        wake = create_worker(self.settings)
        for _ in range(people):
            with self.database.write() as db:
                patient = factories.make_patient(db, **changes)
                appointments.book(db, self.session.id, patient.id, waiting_ok=False, by=self.user, now=self.now)
            look(wake)

    def owed(self) -> int:
        with self.database.read() as db:
            return db.exec(select(func.count()).select_from(Outbox).where(col(Outbox.finished_at).is_(None))).one()

    def sent(self) -> int:
        with self.database.read() as db:
            rows = db.exec(select(Communication.revision_id, Communication.state)).all()
        assert len({revision for revision, _ in rows}) == len(rows)
        return sum(state == "sent" for _, state in rows)

    def after_the_lease(self) -> None:
        """Let the leases of the dead run out, and ask for a look."""
        self.wait(LEASE + timedelta(minutes=1))
        look(create_worker(self.settings))


@contextmanager
def clinic(folder: Path, office: PostOffice, **options: Any) -> Iterator[Clinic]:
    """Open a clinic; whatever was started on it is gone afterwards."""
    opened = Clinic(folder, office, **options)
    try:
        yield opened
    finally:
        family = [pid for served in opened.started for pid in served.family()]
        for served in opened.started:
            if served.process.poll() is None:
                served.stop()
        for pid in family:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        opened.database.dispose()


def until(holds: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds. Returns how long that took; fails when it does not."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not come to pass"
        time.sleep(0.02)
    return time.monotonic() - began


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits to be collected does not)."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent_of(pid: int) -> int:
    try:
        return int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def descendants(pid: int) -> set[int]:
    """Every living process below another."""
    parents = {int(entry.name): parent_of(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found: set[int] = set()
    layer = {pid}
    while layer:
        layer = {child for child, parent in parents.items() if parent in layer and alive(child)}
        found |= layer
    return found


def cpu_seconds(pids: set[int]) -> float:
    """How long processes have computed so far."""
    ticks = 0
    for pid in pids:
        words = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")
