"""A browser in front of the sample app; it says where its requests come from, as browsers do."""

import pytest
from fastapi.testclient import TestClient

from tests.sma.web.sample import make_app


@pytest.fixture
def browser() -> TestClient:
    return TestClient(make_app(), headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
