"""What every test stands on: settings, a fresh database, a signed-in browser."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr

from sma.app import create_app
from sma.core import crypto
from sma.core.db import Database, WriteSession
from sma.core.settings import Settings
from sma.identity import Role
from sma.identity.actions.sign_in import hasher
from tests import factories
from tests.engines import copy_of_sqlite, empty, postgresql_database

pytest_plugins = ["tests.skips"]

SignIn = Callable[..., TestClient]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-what-stands-on-the-engine",
        action="store_true",
        help="leave out what another run on another engine has shown already: tests that open no database of the run",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with browsers, which take longest; when asked, keep only what opens the database of the run."""
    items.sort(key=lambda item: "tests/e2e/" not in item.path.as_posix())
    if not config.getoption("--only-what-stands-on-the-engine"):
        return
    kept = [item for item in items if "_postgresql" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


# Guessing a password is slow on purpose. That shows nothing in a test, and is true of a served clinic all the same.
hasher.current_hasher = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)
hasher.hashers = [hasher.current_hasher]

# The suite's "today": a Monday, with the session of the first scenario the day after.
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a development clinic in a folder of its own."""
    return Settings(data_folder=tmp_path / "data", _env_file=None)  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[str | None]:
    """One database a test process, when the suite runs on PostgreSQL; each test finds it empty."""
    server = os.environ.get("SMA_TEST_DATABASE_URL")
    if server is None:
        yield None
        return
    with postgresql_database(server) as url:
        yield url


@pytest.fixture
def database_url(settings: Settings, _postgresql: str | None) -> str:
    """An empty database: an SQLite file, or one on the server of SMA_TEST_DATABASE_URL."""
    if _postgresql is not None:
        empty(_postgresql)
        return _postgresql
    return f"sqlite:///{copy_of_sqlite(settings.data_folder.resolve() / 'sma.db')}"


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
