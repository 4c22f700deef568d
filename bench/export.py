"""100,000 item records from their sealed blocks to CSV, against a plain table through the driver and csv.writer.

The plain table holds the same cells, open and already formatted. Each run is a process of its own, so that its peak
memory is its own: `python -m bench.export ours|driver|tool FOLDER URL` prints its seconds and the megabytes that its
peak rose above what the imports had taken.
"""

import csv
import io
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy import delete, text
from sqlalchemy.engine import URL, make_url

from bench.measure import Row
from sma import tables
from sma.claims import queries, request_export, write_export
from sma.claims.models import Export, ExportChunk
from sma.core import crypto
from sma.core.db import Database
from sma.core.settings import Settings
from sma.identity import CurrentUser, Role
from tests.engines import find_server, postgresql_database
from tests.factories import make_user
from tests.sma.claims.bulk import large_batch
from tests.sma.claims.factories import CLOSED, leased, replace_step_up

LINES, ROUNDS, TABLE = 100_000, 3, "bench_line"


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        found = _compared("SQLite", Path(name), f"sqlite:///{Path(name) / 'sma.db'}", tool="sqlite3 -csv")
    server = find_server()
    if server is not None:
        with tempfile.TemporaryDirectory() as name, postgresql_database(server) as url:
            found += _compared("PostgreSQL", Path(name), url, tool="COPY")
    return found


def _compared(engine: str, folder: Path, url: str, *, tool: str) -> list[Row]:
    crypto.install(Settings(data_folder=folder).keyring)
    database = Database(url)
    tables.metadata.create_all(database.engine)
    with database.write() as db:
        user = replace_step_up(make_user(db, Role.BILLING, username="bench"))
    batch_id = large_batch(database, user, LINES)
    _fill_plain(database, _ask(database, batch_id, user), folder)
    ways = ["ours", "driver"] + (["tool"] if tool == "COPY" or shutil.which("sqlite3") else [])
    runs: dict[str, list[list[float]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            if way == "ours":
                _ask(database, batch_id, user)
            runs[way].append(_in_own_process(way, folder, url))
    database.dispose()
    seconds = {way: median(run[0] for run in found) for way, found in runs.items()}
    peaks = {way: max(run[1] for run in found) for way, found in runs.items()}
    factor = f"{seconds['ours'] / seconds['tool']:.1f} times {tool}" if "tool" in ways else f"no {tool} here"
    return [
        Row(
            f"{engine}: {LINES:,} sealed records to CSV / cursor + csv",
            f"{seconds['ours']:.2f} s",
            f"{seconds['driver']:.2f} s",
            seconds["ours"] / seconds["driver"],
            "stated",
            f"{factor}; memory +{peaks['ours']:.0f} MB beside +{peaks['driver']:.0f} MB",
        )
    ]


def _ask(database: Database, batch_id: UUID, user: CurrentUser) -> UUID:
    """Forget the file that was written before, and ask for it again."""
    with database.write() as db:
        for model in (ExportChunk, Export):
            db.connection().execute(delete(model))
    with database.write() as db:
        return request_export(db, batch_id, "csv", by=user, now=CLOSED).id


def _fill_plain(database: Database, export_id: UUID, folder: Path) -> None:
    """Write the export once and put its cells into a table of plain text."""
    _ours(database)
    content = b"".join(queries.export_bytes(database, export_id))
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    names = next(reader)
    columns = ", ".join(f'"{name}" TEXT' for name in names)
    insert = f"INSERT INTO {TABLE} VALUES ({', '.join(f':c{n}' for n in range(len(names)))})"
    with database.write() as db:
        db.connection().execute(text(f"CREATE TABLE {TABLE} ({columns})"))
        cells = [{f"c{n}": value for n, value in enumerate(row)} for row in reader if len(row) == len(names)]
        db.connection().execute(text(insert), cells)


def _in_own_process(way: str, folder: Path, url: str) -> list[float]:
    command = [sys.executable, "-m", "bench.export", way, str(folder), url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    run: list[float] = json.loads(done.stdout.splitlines()[-1])
    return run


def _ours(database: Database) -> None:
    (work,) = leased(database, now=CLOSED)
    write_export(database, work, now=CLOSED)


def _driver(url: URL, target: Path) -> None:
    """Read by the driver's own cursor, without loading all of it, and write with csv.writer."""
    query = f"SELECT * FROM {TABLE}"
    with target.open("w", newline="", encoding="utf-8") as file:
        if url.get_backend_name() == "sqlite":
            csv.writer(file).writerows(sqlite3.connect(str(url.database)).execute(query))
            return
        with psycopg.connect(_dsn(url)) as connection, connection.cursor("bench") as cursor:
            cursor.itersize = 2000
            csv.writer(file).writerows(cursor.execute(query))


def _tool(url: URL, target: Path) -> None:
    """The least there is: the engine writes the CSV itself."""
    query = f"SELECT * FROM {TABLE}"
    with target.open("wb") as file:
        if url.get_backend_name() == "sqlite":
            subprocess.run(["sqlite3", "-csv", str(url.database), query], check=True, stdout=file)
            return
        command = f"COPY {TABLE} TO STDOUT (FORMAT csv)"
        with psycopg.connect(_dsn(url)) as connection, connection.cursor().copy(command) as copy:
            file.writelines(bytes(block) for block in copy)


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(way: str, folder: Path, address: str) -> None:
    url, target = make_url(address), folder / f"{way}.csv"
    crypto.install(Settings(data_folder=folder).keyring)
    loaded, began = _peak(), time.perf_counter()
    if way == "ours":
        _ours(Database(address))
    else:
        {"driver": _driver, "tool": _tool}[way](url, target)
    took = time.perf_counter() - began
    print(json.dumps([took, _peak() - loaded]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
