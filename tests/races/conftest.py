"""Each race runs on both engines, against two servers that are started once for all of them."""

from collections.abc import Iterator

import pytest

from tests.races.served import Clinic, open_clinic


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def _served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with open_clinic(request.param, tmp_path_factory.mktemp("races"), servers=2) as clinic:
        yield clinic


@pytest.fixture
def clinic(_served: Clinic) -> Clinic:
    """An empty clinic behind two servers, with a mail server that keeps what it gets."""
    _served.empty()
    return _served
