"""`sma import report` as an operator types it."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sma.cli import app
from sma.core.db import Database
from tests.sma.claims.factories import YarnUp, propose_now, yarn_up
from tests.sma.claims.returned import freeze, lodge, payment, results, row


@pytest.fixture
def lodged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clinic whose first batch was lodged, and a folder for the files that come back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMA_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.delenv("SMA_DATABASE_URL", raising=False)
    (tmp_path / "data").mkdir()
    assert sma("db", "upgrade").exit_code == 0
    # The keys of this clinic are installed by its first command that needs them.
    sma("import", "report", __file__)
    database = Database(f"sqlite:///{tmp_path / 'data' / 'sma.db'}")
    with database.write() as db:
        day: YarnUp = yarn_up(db)
    propose_now(database, day.session.id)
    lodge(database, day, freeze(database, day, {"P01": "23", "P02": "23"}))
    database.dispose()
    return tmp_path


def sma(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def take_in(folder: Path, content: bytes, *words: str) -> tuple[int, str]:
    file = folder / "back.csv"
    file.write_bytes(content)
    result = sma("import", "report", str(file), *words)
    return result.exit_code, re.sub(r"\s+", " ", result.output)


def test_a_report_is_taken_in_once_and_a_bad_row_is_named(lodged: Path) -> None:
    good = results(row("0001", "01"), row("0002", "02", 0, "208"))

    code, said = take_in(lodged, results(row("0001", "01"), row("0009", "09")))
    assert (code, "row 3: the batch lodged as F3848@ has no service 0009" in said) == (1, True)
    assert take_in(lodged, good) == (0, "Taken in as report R-1: 2 rows (1 paid, 1 rejected). ")
    assert take_in(lodged, good)[1].startswith("This very file was taken in before, as report R-1.")
    assert take_in(lodged, payment(4505, {"A0001@": 4505}))[0] == 1
    assert take_in(lodged, payment(4505, {"A0001@": 4505}), "--others-too")[0] == 0
    assert take_in(lodged, b"PK\x03\x04")[1].strip().endswith("it is a workbook; save the sheet as CSV UTF-8")
