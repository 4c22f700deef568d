"""The `sma` command as an operator types it."""

import socket
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sma.cli import app
from tests.mailserver import free_port

PASSWORD = "a short sentence"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and no settings but its place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMA_DATA_FOLDER", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def sma(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def let_in(username: str, password: str = PASSWORD) -> Result:
    return sma("user", "add", username, "--name", "Tahlia", "--role", "front-desk", "--password", password)


def test_nothing_works_on_a_database_that_was_not_set_up_and_the_message_says_what_to_do(folder: Path) -> None:
    refused = let_in("tahlia")

    assert refused.exit_code == 1
    assert "sma db upgrade" in refused.output


def test_the_first_person_is_let_in_from_the_terminal_and_the_same_name_only_once(folder: Path) -> None:
    sma("db", "upgrade")

    assert let_in("tahlia").exit_code == 0
    again = let_in("Tahlia")

    assert again.exit_code == 1
    assert "user name is in use" in again.output
    assert sma("user", "password", "nobody", "--password", PASSWORD).exit_code == 1


def test_the_only_administrators_lost_phone_is_mended_at_the_terminal(folder: Path) -> None:
    sma("db", "upgrade")
    let_in("tahlia")
    with sqlite3.connect(folder / "sma.db") as raw:
        raw.execute("UPDATE staff_user SET totp_confirmed_at = '2026-11-22 00:00:00', totp_secret = NULL")

    before = sma("user", "lost-phone", "nobody")
    mended = sma("user", "lost-phone", "Tahlia")

    assert (before.exit_code, mended.exit_code) == (1, 0)
    with sqlite3.connect(folder / "sma.db") as raw:
        assert raw.execute("SELECT totp_confirmed_at FROM staff_user").fetchall() == [(None,)]
        assert raw.execute("SELECT count(*) FROM audit_event WHERE did = 'take-off-second-factor'").fetchone() == (1,)


def test_the_check_hides_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sma("db", "upgrade")
    monkeypatch.setenv("SMA_MAIL_URL", f"smtps://post:pa55word@127.0.0.1:{free_port()}")
    monkeypatch.setenv("SMA_BROKER_URL", f"redis://:br0ken@127.0.0.1:{free_port()}/0")

    checked = sma("check")

    assert "SMA_MAIL_URL" in checked.output
    assert "pa55word" not in checked.output
    assert "br0ken" not in checked.output


def test_a_wrong_setting_is_named_without_its_value(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMA_IDLE_MINUTES", "soon")

    refused = sma("check")

    assert refused.exit_code == 1
    assert "SMA_IDLE_MINUTES" in refused.output
    assert "soon" not in refused.output


def test_a_secret_that_is_no_text_or_no_file_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "of-another-program").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("SMA_SECRETS_FOLDER", str(secrets))
    (secrets / "sma_mail_url").write_bytes(b"\xff\xfe")
    no_text = sma("check")
    (secrets / "sma_mail_url").unlink()
    (secrets / "sma_mail_url").mkdir()
    no_file = sma("check")

    for refused in (no_text, no_file):
        assert refused.exit_code == 1
        assert isinstance(refused.exception, SystemExit)
        assert "The settings do not fit" in refused.output
        assert "sma_mail_url in it must be a file of UTF-8 text" in refused.output


def test_a_settings_file_that_is_no_text_is_named(folder: Path) -> None:
    Path(".env").write_bytes(b"SMA_CLINIC_NAME=\xff")

    refused = sma("check")

    assert refused.exit_code == 1
    assert "the file .env is not UTF-8 text" in refused.output


def test_a_backup_is_a_whole_database_for_its_owner_and_never_overwrites(folder: Path) -> None:
    sma("db", "upgrade")
    let_in("tahlia")
    target = folder.parent / "copy.db"

    assert sma("db", "backup", str(target)).exit_code == 0
    again = sma("db", "backup", str(target))

    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT username FROM staff_user").fetchall() == [("tahlia",)]
    assert target.stat().st_mode & 0o077 == 0
    assert again.exit_code == 1
    assert "exists already" in again.output


def test_a_file_that_is_no_schedule_is_refused_by_name(folder: Path) -> None:
    file = folder / "MBS-XML-20250701.XML"
    file.write_text("<not-xml")

    refused = sma("mbs", "check", str(file))

    assert refused.exit_code == 1
    assert "MBS-XML-20250701.XML cannot be used" in refused.output


def test_the_demonstration_is_not_for_production(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    for name, value in {
        "ENVIRONMENT": "production",
        "KEYS": f"k1:{key}",
        "INDEX_KEY": key,
        "MAIL_URL": "smtps://mail.clinic.example",
        "BASE_URL": "https://clinic.example",
    }.items():
        monkeypatch.setenv(f"SMA_{name}", value)

    refused = sma("demo", "reset", "--yes")

    assert refused.exit_code == 1
    assert "not for production" in refused.output


def test_a_port_in_use_is_said_in_one_sentence_with_the_way_on(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = sma("serve", "--port", str(port), "--no-worker")

    assert refused.exit_code == 1
    assert f"Port {port} on 127.0.0.1 is in use." in refused.output
    assert f"make run PORT={port + 1}" in refused.output
    assert not (folder / "sma.db").exists(), "nothing was begun"
