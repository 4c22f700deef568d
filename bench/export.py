"""Item records from their sealed blocks to CSV and XLSX, against a plain table through the driver and a bare writer.

The plain table holds the same cells, open and already formatted. Each run is a process of its own, so that its peak
memory is its own: `python -m bench.export WAY FOLDER URL FORMAT` prints its seconds of processor time and the
megabytes of its peak. Opening the seals is measured by itself and taken off, as the plain table has none.
`BENCH_EXPORT_LINES=1000000` measures at full size.
"""

import csv
import io
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy import delete, text
from sqlalchemy.engine import URL, make_url
from sqlmodel import select
from xlsxwriter import Workbook

from bench.measure import Row
from billing.exports import COLUMNS
from sma import tables
from sma.claims import queries, request_export, write_export
from sma.claims.models import ClaimBlock, Export, ExportChunk
from sma.core import crypto, outbox
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.core.settings import Settings
from sma.identity import CurrentUser, Role
from tests.engines import find_server, postgresql_database
from tests.factories import make_user
from tests.sma.claims.bulk import large_batch
from tests.sma.claims.factories import CLOSED, replace_step_up

LINES, ROUNDS, TABLE = int(os.environ.get("BENCH_EXPORT_LINES", "100000")), 3, "bench_line"
# A workbook costs forty times a line file.
XLSX_LINES = LINES if LINES > 100_000 else 20_000
WORKERS = 4
KINDS = ("text", "flag", "date", "time", "money", "count")
WORKER_LINES = max(LINES // WORKERS, 50_000)


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        found = _compared("SQLite", Path(name), f"sqlite:///{Path(name) / 'sma.db'}", tool="sqlite3 -csv")
    server = find_server()
    if server is not None:
        with tempfile.TemporaryDirectory() as name, postgresql_database(server) as url:
            found += _compared("PostgreSQL", Path(name), url, tool="COPY")
    with tempfile.TemporaryDirectory() as name:
        found.append(_workbook(Path(name), f"sqlite:///{Path(name) / 'sma.db'}"))
    with tempfile.TemporaryDirectory() as name:
        found.append(_shared(Path(name), f"sqlite:///{Path(name) / 'sma.db'}"))
    return found


def _compared(engine: str, folder: Path, url: str, *, tool: str) -> list[Row]:
    database, user = _set_up(folder, url)
    batch_id = large_batch(database, user, LINES)
    _fill_plain(database, _ask(database, batch_id, user, "csv"), folder)
    ways = ["ours", "opening", "driver"] + (["tool"] if tool == "COPY" or shutil.which("sqlite3") else [])
    seconds, peaks = _run_each(database, batch_id, user, ways, "csv", folder, url)
    database.dispose()
    factor = f"{seconds['ours'] / seconds['tool']:.1f} times {tool}" if "tool" in ways else f"no {tool} here"
    return [
        Row(
            f"{engine}: {LINES:,} sealed records to CSV / cursor + csv",
            f"{seconds['ours'] - seconds['opening']:.2f} s",
            f"{seconds['driver']:.2f} s",
            (seconds["ours"] - seconds["opening"]) / seconds["driver"],
            "1.3",
            f"opening seals {seconds['opening']:.2f} s apart; {factor}; "
            f"peak {peaks['ours']:.0f} MB beside {peaks['driver']:.0f} MB",
        )
    ]


def _workbook(folder: Path, url: str) -> Row:
    database, user = _set_up(folder, url)
    batch_id = large_batch(database, user, XLSX_LINES)
    _fill_plain(database, _ask(database, batch_id, user, "csv"), folder)
    seconds, peaks = _run_each(database, batch_id, user, ["ours", "opening", "bare"], "xlsx", folder, url)
    database.dispose()
    return Row(
        f"SQLite: {XLSX_LINES:,} sealed records to XLSX / bare xlsxwriter",
        f"{seconds['ours'] - seconds['opening']:.2f} s",
        f"{seconds['bare']:.2f} s",
        (seconds["ours"] - seconds["opening"]) / seconds["bare"],
        "1.15",
        f"opening seals {seconds['opening']:.2f} s apart; peak {peaks['ours']:.0f} MB beside {peaks['bare']:.0f} MB",
    )


def _shared(folder: Path, url: str) -> Row:
    """Four files by one worker after the other, then by four workers at once, by the clock on the wall.

    The workers run already when the files are asked for, as a clinic's do.
    """
    database, user = _set_up(folder, url)
    batches = [large_batch(database, user, WORKER_LINES + number) for number in range(WORKERS)]
    took = []
    for workers in (1, WORKERS, 1, WORKERS):
        _forget(database)
        with database.write() as db:
            for batch_id in batches:
                request_export(db, batch_id, "csv", by=user, now=CLOSED)
        command = [sys.executable, "-m", "bench.export", "worker", str(folder), url, str(WORKERS // workers)]
        took.append(_by_the_clock([_waiting(command) for _ in range(workers)]))
    database.dispose()
    one, four = min(took[0], took[2]), min(took[1], took[3])
    return Row(
        f"{WORKERS} files of {WORKER_LINES:,} lines: {WORKERS} workers / one",
        f"{four:.2f} s",
        f"{one:.2f} s",
        one / four,
        "1.8 on two cores",
        f"by the clock, from running workers; load {os.getloadavg()[0]:.1f}",
    )


def _waiting(command: list[str]) -> subprocess.Popen[str]:
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    worker.stdout.readline()
    return worker


def _by_the_clock(workers: list[subprocess.Popen[str]]) -> float:
    began = time.perf_counter()
    for each in workers:
        print("begin", file=each.stdin, flush=True)
    if any(each.wait() for each in workers):
        raise RuntimeError("a worker of the measurement failed")
    return time.perf_counter() - began


def _set_up(folder: Path, url: str) -> tuple[Database, CurrentUser]:
    crypto.install(Settings(data_folder=folder).keyring)
    database = Database(url)
    tables.metadata.create_all(database.engine)
    with database.write() as db:
        return database, replace_step_up(make_user(db, Role.BILLING, username="bench"))


def _run_each(
    database: Database, batch_id: UUID, user: CurrentUser, ways: list[str], format: str, folder: Path, url: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Run each way in turn, several rounds: the median seconds and the highest peak of each."""
    runs: dict[str, list[list[float]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            if way == "ours":
                _ask(database, batch_id, user, format)
            runs[way].append(_in_own_process(way, folder, url))
    seconds = {way: median(run[0] for run in found) for way, found in runs.items()}
    return seconds, {way: max(run[1] for run in found) for way, found in runs.items()}


def _ask(database: Database, batch_id: UUID, user: CurrentUser, format: str) -> UUID:
    """Forget the file that was written before, and ask for it again."""
    _forget(database)
    with database.write() as db:
        return request_export(db, batch_id, format, by=user, now=CLOSED).id


def _forget(database: Database) -> None:
    with database.write() as db:
        for model in (ExportChunk, Export, Outbox):
            db.connection().execute(delete(model))


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


def _ours(database: Database, files: int = 1) -> None:
    for _ in range(files):
        with database.write() as db:
            (work,) = outbox.claim(db, now=CLOSED, limit=1)
        write_export(database, work, now=CLOSED)


def _opening(database: Database) -> float:
    """The seconds that opening every seal takes, reading them from the database not counted."""
    with database.read() as db:
        contents = db.exec(select(ClaimBlock.content)).all()
    began = time.process_time()
    for content in contents:
        crypto.keyring().open(content, "claim_block.content")
    return time.process_time() - began


def _bare(url: URL, target: Path) -> None:
    """The same cells from the plain table into one sheet, in constant memory and nothing beside."""
    book = Workbook(str(target), {"constant_memory": True})
    formats = {"date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm", "money": "#,##0.00", "count": "0"}
    styles = {kind: book.add_format({"num_format": formats.get(kind, "@")}) for kind in KINDS}
    page = book.add_worksheet("Lines")
    cells = [(place, column.kind, styles[column.kind]) for place, column in enumerate(COLUMNS)]
    for number, row in enumerate(sqlite3.connect(str(url.database)).execute(f"SELECT * FROM {TABLE}"), 1):
        for place, kind, style in cells:
            value = row[place]
            if not value:
                continue
            if kind in ("money", "count"):
                page.write_number(number, place, float(value), style)
            elif kind in ("date", "time"):
                page.write_datetime(number, place, datetime.fromisoformat(value).replace(tzinfo=None), style)
            else:
                page.write_string(number, place, value, style)
    book.close()


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


def _run(way: str, folder: Path, address: str, files: str = "1") -> None:
    url, target = make_url(address), folder / f"{way}.out"
    crypto.install(Settings(data_folder=folder).keyring)
    began = _processor()
    database = Database(address)
    if way == "worker":
        _opening(database)
        print("ready", flush=True)
        sys.stdin.readline()
    if way in ("ours", "worker"):
        _ours(database, int(files))
    elif way == "opening":
        print(json.dumps([_opening(database), 0]))
        return
    else:
        {"driver": _driver, "tool": _tool, "bare": _bare}[way](url, target)
    print(json.dumps([_processor() - began, _peak()]))


def _processor() -> float:
    """Processor seconds of this process and of those it waited for: the machine may have other work."""
    mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
