"""Logs hold codes, counts and ids; whatever else is given is dropped before a line is written."""

import io
import json
import logging
import sys

import pytest

from sma.core import logs


def test_a_name_given_to_the_log_by_mistake_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    logs.get("test").info("export.written", rows=3, name="Kevin Orr", patient="Kevin Orr", reason="Kevin is away")

    written = json.loads(capsys.readouterr().err)

    assert written["event"] == "export.written"
    assert written["rows"] == 3
    assert "Kevin" not in json.dumps(written)


def test_an_error_is_logged_by_kind_and_place_and_never_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    try:
        raise ValueError("Kevin Orr, 2951201842")
    except ValueError:
        logs.get("test").error("unexpected", exc_info=True)

    written = json.loads(capsys.readouterr().err)

    assert written["error"] == "ValueError"
    assert "test_logs.py" in written["where"]
    assert "Kevin" not in json.dumps(written)


def test_a_librarys_own_line_is_written_without_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    logging.getLogger("some.library").warning("cannot read %s", "Kevin Orr")

    assert "Kevin" not in capsys.readouterr().err


def test_lines_go_to_standard_error_as_it_is_now_not_as_it_was_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    logs.set_up()
    closed.close()
    now = io.StringIO()
    monkeypatch.setattr(sys, "stderr", now)

    logs.get("test").info("went.on", count=1)

    assert "went.on" in now.getvalue()
