"""Pages while the worker is busy: `sma serve` as it is started in a clinic, at rest and under mail and exports."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sqlmodel import col, func, select

from bench.load import get, run
from bench.measure import Row, percentile
from bench.pages import fill
from bench.servers import free_port
from sma.appointments import book
from sma.claims import request_export
from sma.core import clock
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.core.settings import Settings
from sma.identity import Role
from sma.worker import Waker, create_worker
from tests import factories
from tests.sma.claims.bulk import large_batch
from tests.sma.claims.factories import replace_step_up

PAGES, CLIENTS, ROUNDS = 150, 2, 3
LINES, MAILS = 100_000, 200


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(data_folder=folder)
        with _served(folder) as port:
            cookie = f"sma_session={fill(folder, settings.resolved_database_url, sessions=50, create=False)}"
            database = Database(settings.resolved_database_url, Waker(create_worker(settings)))
            run(port, [get("/today", cookie)] * 50, connections=CLIENTS)
            idle = [_p95(port, cookie) for _ in range(ROUNDS)]
            _give_work(database)
            _until_begun(database)
            busy = [_p95(port, cookie) for _ in range(ROUNDS)]
            left = _unfinished(database)
            database.dispose()
    mine, theirs = median(busy), median(idle)
    note = f"{left} effects still owed at the end" if left else "the worker ran out of work: add some"
    return [
        Row(
            "/today p95, worker busy / idle",
            f"{mine * 1000:.1f} ms",
            f"{theirs * 1000:.1f} ms",
            mine / theirs,
            "<= 3",
            note,
        )
    ]


def _p95(port: int, cookie: str) -> float:
    return percentile(run(port, [get("/today", cookie)] * PAGES, connections=CLIENTS).latencies, 0.95)


def _give_work(database: Database) -> None:
    """Owe a CSV and a workbook of a large batch, and a message to each of many people."""
    now = clock.now()
    with database.write() as db:
        user = replace_step_up(factories.make_user(db, Role.BILLING, Role.FACILITATOR, username="busy"), now)
        session = factories.make_session(db, most=MAILS, target=MAILS, least=1)
        patients = [factories.make_patient(db).id for _ in range(MAILS)]
    batch_id = large_batch(database, user, LINES)
    with database.write() as db:
        for format in ("csv", "xlsx"):
            request_export(db, batch_id, format, by=user, now=now)
        for patient_id in patients:
            book(db, session.id, patient_id, waiting_ok=True, by=user, now=now)


def _until_begun(database: Database) -> None:
    for _ in range(400):
        with database.read() as db:
            if db.exec(select(func.count()).where(col(Outbox.attempts) > 0)).one():
                return
        time.sleep(0.1)
    raise SystemExit("the worker did not begin")


def _unfinished(database: Database) -> int:
    with database.read() as db:
        return db.exec(select(func.count()).where(col(Outbox.finished_at).is_(None))).one()


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    """Run `sma serve` with its worker child; both are gone afterwards."""
    port = free_port()
    environment = {**os.environ, "SMA_DATA_FOLDER": str(folder), "SMA_LOG_LEVEL": "ERROR"}
    environment.pop("SMA_DATABASE_URL", None)
    command = [sys.executable, "-m", "sma", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _until_ready(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _until_ready(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("sma serve did not start")
