"""Booking through HTTP, product beside the bare route, on SQLite and PostgreSQL, 32 clients, 800 sessions."""

import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

from sqlalchemy import event

from bench.load import Outcome, get, post, run
from bench.measure import Row, percentile
from bench.servers import serving
from sma import tables
from sma.core import crypto
from sma.core.db import Database
from sma.core.settings import Settings
from sma.identity import Role
from tests import factories
from tests.engines import find_server, postgresql_schema

BOOKINGS, SESSIONS, CLIENTS = 1600, 400, 32


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
            if seeded is None:
                continue
            half = BOOKINGS // 2
            pairs = [(seeded.sessions[n % SESSIONS], seeded.patients[n]) for n in range(BOOKINGS)]
            bare, bare_count = _bare(seeded, pairs[:half])
            ours, count = _product(seeded, pairs[half:])
            note = f"{count:.0f} statements a booking beside {bare_count:.0f}; {ours.statuses}"
            found.append(
                Row(
                    f"{engine}: bookings a second, {CLIENTS} clients",
                    f"{ours.rate:.0f}/s",
                    f"{bare.rate:.0f}/s",
                    ours.rate / bare.rate,
                    ">= 0.35",
                    note,
                )
            )
            for share, target in ((0.95, "<= 3"), (0.99, "no tail")):
                mine, theirs = percentile(ours.latencies, share), percentile(bare.latencies, share)
                found.append(
                    Row(
                        f"{engine}: booking p{share * 100:.0f}",
                        f"{mine * 1000:.0f} ms",
                        f"{theirs * 1000:.0f} ms",
                        mine / theirs,
                        target,
                    )
                )
    return found


def _bare(seeded: Seeded, pairs: list[tuple[UUID, UUID]]) -> tuple[Outcome, float]:
    requests = [
        post(f"/sessions/{session}/appointments", urlencode({"patient_id": patient, "user_id": seeded.user}))
        for session, patient in pairs
    ]
    with serving("bench.bare", seeded.folder, seeded.url) as port:
        run(port, requests[:40], connections=4)
        before = int(urllib.request.urlopen(f"http://127.0.0.1:{port}/statements").read())
        outcome = run(port, requests[40:], connections=CLIENTS)
        after = int(urllib.request.urlopen(f"http://127.0.0.1:{port}/statements").read())
    return outcome, (after - before) / len(requests[40:])


def _product(seeded: Seeded, pairs: list[tuple[UUID, UUID]]) -> tuple[Outcome, float]:
    cookie = f"sma_session={seeded.token}"
    requests = [
        post(
            f"/sessions/{session}/appointments",
            urlencode({"patient_id": patient, "idempotency_key": uuid4().hex, "waiting_ok": "on"}),
            cookie,
        )
        for session, patient in pairs
    ]
    with serving("bench.product", seeded.folder, seeded.url) as port:
        run(port, [get("/health/live")] * 20, connections=2)
        run(port, requests[:40], connections=4)
        outcome = run(port, requests[40:], connections=CLIENTS)
    return outcome, _statements_of_one(seeded)


def _statements_of_one(seeded: Seeded) -> float:
    """Count what one booking sends to the database, identity included, in this process."""
    from fastapi.testclient import TestClient

    from sma.app import create_app

    app = create_app(Settings(data_folder=seeded.folder, database_url=seeded.url))  # type: ignore[arg-type]
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
        with postgresql_schema(server) as url:
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
