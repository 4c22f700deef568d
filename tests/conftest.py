"""What every test stands on: settings, a fresh database, a signed-in browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from sma import tables
from sma.app import create_app
from sma.core import crypto
from sma.core.db import Database, WriteSession
from sma.core.settings import Settings
from sma.identity import Role
from tests import factories
from tests.engines import empty, postgresql_schema

pytest_plugins = ["tests.skips"]

SignIn = Callable[..., TestClient]

# The suite's "today": a Monday, with the session of the first scenario the day after.
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def _empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    database = Database(f"sqlite:///{path}")
    tables.metadata.create_all(database.engine)
    database.dispose()
    with_no_wal = path.with_suffix(".copy")
    import sqlite3

    source, target = sqlite3.connect(path), sqlite3.connect(with_no_wal)
    source.backup(target)
    source.close()
    target.close()
    return with_no_wal


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a development clinic in a folder of its own."""
    return Settings(data_folder=tmp_path / "data", _env_file=None)  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def _postgresql_schema() -> Iterator[str | None]:
    """One schema a test process, when the suite runs on PostgreSQL; each test finds it empty."""
    server = os.environ.get("SMA_TEST_DATABASE_URL")
    if server is None:
        yield None
        return
    with postgresql_schema(server) as url:
        yield url


@pytest.fixture
def database_url(settings: Settings, _empty_sqlite: Path, _postgresql_schema: str | None) -> str:
    """An empty database: an SQLite file, or a schema in SMA_TEST_DATABASE_URL."""
    if _postgresql_schema is not None:
        empty(_postgresql_schema)
        return _postgresql_schema
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    path = settings.data_folder.resolve() / "sma.db"
    shutil.copy(_empty_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(settings: Settings, database_url: str) -> Iterator[Database]:
    """An empty clinic."""
    crypto.install(settings.keyring)
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def db(database: Database) -> Iterator[WriteSession]:
    """An open transaction; what a test reads back through another session it commits itself first."""
    session = database.write_session()
    yield session
    session.rollback()
    session.close()


@pytest.fixture
def app(settings: Settings, database_url: str) -> Iterator[FastAPI]:
    """The whole application over the test's database."""
    settings = settings.model_copy(update={"database_url": SecretStr(database_url)})
    app = create_app(settings)
    yield app
    app.state.database.dispose()


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    """A browser in which nobody is signed in."""
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as client:
        client.headers["sec-fetch-site"] = "same-origin"
        yield client


@pytest.fixture
def sign_in(app: FastAPI) -> Iterator[SignIn]:
    """Make a browser that is signed in as somebody with the given roles: `sign_in(Role.FRONT_DESK)`.

    The signed-in user's row is `client.user` (a CurrentUser).
    """
    clients: list[TestClient] = []

    def enter(*roles: Role, username: str | None = None) -> TestClient:
        database: Database = app.state.database
        with database.write() as db:
            user, token = factories.make_login(db, *roles, username=username or f"user-{uuid4().hex[:8]}")
        client = TestClient(app, base_url="http://testserver", follow_redirects=False)
        client.__enter__()
        clients.append(client)
        client.headers["sec-fetch-site"] = "same-origin"
        client.cookies.set("sma_session", token)
        client.user = user  # type: ignore[attr-defined]
        return client

    yield enter
    for client in clients:
        client.__exit__(None, None, None)
