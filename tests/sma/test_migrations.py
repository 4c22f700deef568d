"""The database's history: up, equal to the models, down and up again, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command

from sma import migrations
from sma.core.db import Database
from tests.engines import empty_postgresql_database, postgresql_server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'history.db'}"
        return
    with empty_postgresql_database(postgresql_server()) as address:
        yield address


def test_the_newest_revision_equals_the_models_and_can_be_undone(url: str) -> None:
    migrations.upgrade(url)
    command.check(migrations.config(url))
    command.downgrade(migrations.config(url), "base")
    migrations.upgrade(url)

    database = Database(url)
    assert migrations.is_current(database)
    database.dispose()


def test_a_database_that_was_never_set_up_is_not_current(url: str) -> None:
    database = Database(url)
    assert not migrations.is_current(database)
    database.dispose()
