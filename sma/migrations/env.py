"""Alembic's environment: one connection, both engines, batch mode where SQLite needs it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine, text
from sqlmodel.sql.sqltypes import AutoString

from sma.core.crypto import Encrypted, EncryptedWords
from sma.core.db import UtcDateTime
from sma.core.settings import Settings
from sma.tables import metadata


def plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what the database holds: a migration must not change when our code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Encrypted | EncryptedWords):
        return "sa.String()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


@contextmanager
def one_at_a_time(url: str) -> Iterator[None]:
    """Let the second of two servers that start on one new folder wait until the first has made the tables.

    Source: flock(2) on the folder; the kernel lets go however the process ends. PostgreSQL locks for itself, below.
    """
    if not url.startswith("sqlite:///"):
        yield
        return
    folder = os.path.dirname(url.removeprefix("sqlite:///"))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


url = context.config.get_main_option("sqlalchemy.url") or Settings().resolved_database_url
engine = create_engine(url)
with one_at_a_time(url), engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # Two servers starting at once must not both create the tables (on SQLite: `one_at_a_time`). Before the limits
        # below: the second waits for as long as the first needs.
        connection.execute(text("SELECT pg_advisory_lock(7264915)"))
        # A migration that waits behind a long transaction would stop every booking behind itself.
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain_types,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_unlock(7264915)"))
        connection.commit()
engine.dispose()
