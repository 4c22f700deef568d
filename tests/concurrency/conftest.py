"""One clinic on each engine, empty, for tests of what happens at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sma.core.db import Database
from tests.engines import clinic_database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with clinic_database(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def clinic(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()
