"""Each race runs on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.races.served import Clinic, open_clinic


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clinic(engine: str, tmp_path: Path) -> Iterator[Clinic]:
    """An empty clinic behind one server."""
    with open_clinic(engine, tmp_path) as clinic:
        yield clinic


@pytest.fixture
def two_servers(engine: str, tmp_path: Path) -> Iterator[Clinic]:
    """An empty clinic behind two servers."""
    with open_clinic(engine, tmp_path, servers=2) as clinic:
        yield clinic
