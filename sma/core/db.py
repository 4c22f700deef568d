"""Engines, the two session types, and the one place where a transaction ends.

A page that only reads is handed a ReadSession, a verb a WriteSession: different types, so one cannot be passed
for the other. A write begins at the first statement (SQLite: BEGIN IMMEDIATE) and is committed by `EdgeRoute` in the
handler's own thread, before the response leaves; raising rolls back.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy import DateTime, Executable, Insert, MetaData, TypeDecorator, create_engine, event, insert
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata: MetaData = SQLModel.metadata

_PATIENCE_MS = 30_000
_LITTLE_PATIENCE_MS = 100


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, UTC at rest on both engines, aware UTC coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ReadSession(Session):
    """For pages and exports: never committed."""


class WriteSession(ReadSession):
    """For verbs: committed at the edge of the request or task. Every write session can also read."""


def insert_row(db: WriteSession, model: type[SQLModel], **values: Any) -> None:
    """Write one new row at once, every value given: for rows that nobody changes in the same transaction.

    A seventh of the cost of an object that the session watches, which matters where each act writes several. Pending
    objects are not flushed first: a row that refers to one needs a flush before.
    """
    db.connection().execute(_insert_into(model), values)


@functools.cache
def _insert_into(model: type[SQLModel]) -> Insert:
    # Inline: keys are ours, so there is nothing to fetch back.
    return insert(metadata.tables[str(model.__tablename__)]).inline()


class Database:
    """One database, its pool, and the two ways into it."""

    def __init__(self, url: str, waker: Callable[[], None] | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.waker = waker
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._writing = self.engine.execution_options(sma_write=True)

    def read_session(self) -> ReadSession:
        return ReadSession(self.engine, expire_on_commit=False, autoflush=False, info={"database": self})

    def write_session(self) -> WriteSession:
        return WriteSession(self._writing, expire_on_commit=False, info={"database": self})

    def finish(self, session: ReadSession) -> None:
        """Commit a write (and wake the worker if it published anything); end a read."""
        if not isinstance(session, WriteSession):
            session.close()
            return
        session.commit()
        published = session.info.pop("published", False)
        session.close()
        if published and self.waker is not None:
            self.waker()

    def abandon(self, session: ReadSession) -> None:
        """Undo whatever was not committed."""
        session.rollback()
        session.close()

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """Read outside a request."""
        session = self.read_session()
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """One transaction outside a request: commits on leaving, rolls back on raising."""
        session = self.write_session()
        try:
            yield session
        except BaseException:
            self.abandon(session)
            raise
        self.finish(session)

    def write_unless_busy(self, statement: Executable) -> None:
        """Make one small change that may as well be left out: not when another writer keeps us waiting.

        For what the reader of a page must not wait for. A tenth of a second is its whole patience.
        """
        with self._writing.connect() as connection, suppress(OperationalError):
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LITTLE_PATIENCE_MS}")
                connection.execute(statement)
                connection.commit()
                return
            with _patience(connection, _LITTLE_PATIENCE_MS):
                connection.execute(statement)
                connection.commit()

    def dispose(self) -> None:
        self.engine.dispose()


@contextmanager
def _patience(connection: Connection, milliseconds: int) -> Iterator[None]:
    """Let one connection to SQLite wait this long for the write lock, then as long as before."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
    try:
        yield
    finally:
        connection.rollback()
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        cursor.close()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": _PATIENCE_MS / 1000, "check_same_thread": False},
        pool_size=20,
        max_overflow=60,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={_PATIENCE_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once with "database is locked", however long
        # the timeout; IMMEDIATE waits its turn.
        writes = connection.get_execution_options().get("sma_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _read_db(request: Request) -> ReadSession:
    return _database(request).read_session()


async def _write_db(request: Request) -> WriteSession:
    session = _database(request).write_session()
    # Which form this is, for whoever must know it again (`sma.core.idempotency`).
    session.info["form"] = f"{request.method} {request.url.path}"
    return session


ReadDb = Annotated[ReadSession, Depends(_read_db)]
WriteDb = Annotated[WriteSession, Depends(_write_db)]


class EdgeRoute(APIRoute):
    """A route whose sessions end inside the handler's own thread, before the response is sent.

    FastAPI finishes `yield` dependencies after the response has gone (a failed commit then answers 200), and
    each one costs two thread changes; on SQLite, where one thread serves all requests, a transaction that waits for a
    second thread to commit would hold up the next writer. So the route, not a dependency, commits.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _at_the_edge(endpoint), **options)


def _at_the_edge(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(endpoint) or getattr(endpoint, "_at_the_edge", False):
        return endpoint

    @functools.wraps(endpoint)
    def run(**values: Any) -> Any:
        sessions = [value for value in values.values() if isinstance(value, ReadSession)]
        try:
            response = endpoint(**values)
            for session in sessions:
                session.info["database"].finish(session)
        except BaseException:
            for session in sessions:
                session.info["database"].abandon(session)
            raise
        return response

    run._at_the_edge = True  # type: ignore[attr-defined]
    return run
