"""The clinic's morning, and short ways to read what a person was told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from sma.core import clock
from tests.conftest import NOW


@pytest.fixture
def morning(app: FastAPI, tmp_path: Path) -> Iterator[FastAPI]:
    """The application on Monday 23 November 2026, 9:00 am in Sydney."""
    face = tmp_path / "clock"
    face.write_text(NOW.isoformat())
    clock.use_test_clock(face)
    yield app
    clock.use_test_clock(None)
