"""Booking through HTTP, product beside the bare route, on SQLite and PostgreSQL, 32 clients, 800 sessions."""

import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from uuid import UUID, uuid4

from sqlalchemy import event

from bench.load import post, run
from bench.measure import Row, percentile
from bench.servers import serving
from sma import tables
from sma.core import crypto
from sma.core.db import Database
from sma.core.settings import Settings
from sma.identity import Role
from tests import factories
from tests.engines import find_server, postgresql_database

BOOKINGS, SESSIONS, CLIENTS = 3280, 800, 32
ROUNDS, WARM_UP = 5, 40


@dataclass
class Seeded:
    folder: Path
    url: str
    sessions: list[UUID]
    patients: list[UUID]
    user: UUID
    token: str


def rows() -> list[Row]:
    found = []
    for engine in ("SQLite", "PostgreSQL"):
        with _seeded(engine) as seeded:
            if seeded is not None:
                found += _compared(engine, seeded)
    return found


def _compared(engine: str, seeded: Seeded) -> list[Row]:
    """Load the product and the bare route in turn, a slice of the bookings each: the machine's mood hits both."""
    half = BOOKINGS // 2
    pairs = [(seeded.sessions[n % SESSIONS], seeded.patients[n]) for n in range(BOOKINGS)]
    bare_requests, our_requests = _bare(seeded, pairs[:half]), _product(seeded, pairs[half:])
    with (
        serving("bench.bare", seeded.folder, seeded.url) as bare_port,
        serving("bench.product", seeded.folder, seeded.url) as our_port,
    ):
        run(bare_port, bare_requests[:WARM_UP], connections=4)
        run(our_port, our_requests[:WARM_UP], connections=4)
        before = _sent(bare_port)
        bare, ours = [], []
        for n in range(WARM_UP, half, (half - WARM_UP) // ROUNDS):
            chunk = slice(n, n + (half - WARM_UP) // ROUNDS)
            bare.append(run(bare_port, bare_requests[chunk], connections=CLIENTS))
            ours.append(run(our_port, our_requests[chunk], connections=CLIENTS))
        bare_count = (_sent(bare_port) - before) / (half - WARM_UP)
    statuses = sum((Counter(outcome.statuses) for outcome in ours), Counter[int]())
    note = f"{_statements_of_one(seeded):.0f} statements a booking beside {bare_count:.0f}; {dict(statuses)}"
    rates = [median(outcome.rate for outcome in outcomes) for outcomes in (ours, bare)]
    ratio = median(mine.rate / theirs.rate for mine, theirs in zip(ours, bare, strict=True))
    what = f"{engine}: bookings a second, {CLIENTS} clients"
    found = [Row(what, f"{rates[0]:.0f}/s", f"{rates[1]:.0f}/s", ratio, ">= 0.35", note)]
    for share, target in ((0.95, "<= 3"), (0.99, "no tail")):
        mine, theirs = (
            percentile([latency for outcome in outcomes for latency in outcome.latencies], share)
            for outcomes in (ours, bare)
        )
        what = f"{engine}: booking p{share * 100:.0f}"
        found.append(Row(what, f"{mine * 1000:.0f} ms", f"{theirs * 1000:.0f} ms", mine / theirs, target))
    return found


def _bare(seeded: Seeded, pairs: list[tuple[UUID, UUID]]) -> list[bytes]:
    return [
        post(f"/sessions/{session}/appointments", urlencode({"patient_id": patient, "user_id": seeded.user}))
        for session, patient in pairs
    ]


def _product(seeded: Seeded, pairs: list[tuple[UUID, UUID]]) -> list[bytes]:
    cookie = f"sma_session={seeded.token}"
    return [
        post(
            f"/sessions/{session}/appointments",
            urlencode({"patient_id": patient, "idempotency_key": uuid4().hex, "waiting": "on"}),
            cookie,
        )
        for session, patient in pairs
    ]


def _sent(bare_port: int) -> int:
    """How many statements the bare route has sent so far."""
    return int(urllib.request.urlopen(f"http://127.0.0.1:{bare_port}/statements").read())


def _statements_of_one(seeded: Seeded) -> float:
    """Count what one booking sends to the database, identity included, in this process."""
    from fastapi.testclient import TestClient

    from sma.app import create_app

    app = create_app(Settings(data_folder=seeded.folder, database_url=seeded.url))
    counted: list[str] = []
    event.listen(app.state.database.engine, "after_cursor_execute", lambda *args: counted.append(args[2]))
    with TestClient(app, follow_redirects=False) as client:
        client.cookies.set("sma_session", seeded.token)
        client.headers["sec-fetch-site"] = "same-origin"
        with app.state.database.write() as db:
            patient = factories.make_patient(db)
        counted.clear()
        data = {"patient_id": str(patient.id), "idempotency_key": uuid4().hex}
        client.post(f"/sessions/{seeded.sessions[-1]}/appointments", data=data)
    return float(len(counted))


@contextmanager
def _seeded(engine: str) -> Iterator[Seeded | None]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if engine == "SQLite":
            yield _fill(folder, f"sqlite:///{folder / 'sma.db'}", create=True)
            return
        server = find_server()
        if server is None:
            yield None
            return
        with postgresql_database(server) as url:
            yield _fill(folder, url, create=False)


def _fill(folder: Path, url: str, *, create: bool) -> Seeded:
    crypto.install(Settings(data_folder=folder).keyring)
    database = Database(url)
    if create:
        tables.metadata.create_all(database.engine)
    with database.write() as db:
        user, token = factories.make_login(db, Role.FACILITATOR, username="bench")
        location, program = factories.make_location(db), factories.make_program(db)
        clinician = factories.make_practitioner(db, location)
        sessions = [
            factories.make_session(db, location=location, program=program, clinician=clinician).id
            for _ in range(SESSIONS)
        ]
        patients = [factories.make_patient(db).id for _ in range(BOOKINGS)]
    database.dispose()
    return Seeded(folder, url, sessions, patients, user.id, token)
