"""`sma check`: what is wrong is named, with what to do about it."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from sma.core import audit, crypto
from sma.core.db import Database
from tests.conftest import NOW
from tests.factories import make_user
from tests.mailserver import free_port, post_office
from tests.sma.test_cli import folder, sma

__all__ = ["folder"]  # pytest finds the fixture here


KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


@pytest.fixture
def clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clinic with a sealed history of five entries; returns its database's file."""
    sma("db", "upgrade")
    crypto.install(crypto.Keyring.kept_in(folder / "keys"))
    database = Database(f"sqlite:///{folder / 'sma.db'}")
    with database.write() as db:
        user = make_user(db)
        for number in range(5):
            audit.record(db, by=user, did="look", on=user, now=NOW + timedelta(seconds=number), number=number)
    with database.write() as db:
        audit.seal_chain(db)
    database.dispose()
    return folder / "sma.db"


def tamper(file: Path, statement: str) -> str:
    """Change the history behind the program's back; returns the id of its third entry."""
    with sqlite3.connect(file) as raw:
        (third,) = raw.execute("SELECT id FROM audit_event WHERE sealed_as = 3").fetchone()
        raw.execute(statement)
    raw.close()
    return str(third)


def test_a_clinic_that_is_well_is_told_so_in_words(clinic: Path) -> None:
    checked = sma("check")

    assert checked.exit_code == 0
    assert "The database answers and is up to date." in checked.output
    assert "The history is whole: 5 entries sealed, 0 waiting" in checked.output
    assert "Mail goes into a folder, to nobody" in checked.output


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET did = 'look-away' WHERE sealed_as = 3",
        "UPDATE audit_event SET by_id = NULL WHERE sealed_as = 3",
        "UPDATE audit_event SET at = '2026-01-01 00:00:00.000000' WHERE sealed_as = 3",
        "UPDATE audit_event SET details = '{\"number\": 7}' WHERE sealed_as = 3",
        "DELETE FROM audit_event WHERE sealed_as = 2",
    ],
)
def test_a_history_that_somebody_changed_names_the_first_entry_that_does_not_fit(clinic: Path, statement: str) -> None:
    third = tamper(clinic, statement)

    checked = sma("check")

    assert checked.exit_code == 1
    assert "does not fit together: entry 3 " in checked.output
    assert third.replace("-", "") in checked.output.replace("-", "")


def test_the_beginning_of_the_history_is_missed_too(clinic: Path) -> None:
    tamper(clinic, "DELETE FROM audit_event WHERE sealed_as = 1")

    assert "does not fit together: entry 2 " in sma("check").output


def test_a_mail_server_that_answers_is_greeted_and_gets_no_letter(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office() as office:
        monkeypatch.setenv("SMA_MAIL_URL", office.url)
        checked = sma("check")

    assert checked.exit_code == 0
    assert "The mail server 127.0.0.1 answers" in checked.output
    assert office.letters == []


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        ("smtp+starttls://", "offers neither what SMA_MAIL_URL asks for"),
        ("smtps://", "does not speak TLS there"),
        ("smtp://desk:pa55word@", "offers neither"),
    ],
)
def test_a_mail_server_that_cannot_do_what_the_settings_ask_for_is_named_with_the_next_step(
    clinic: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, said: str
) -> None:
    with post_office() as office:
        monkeypatch.setenv("SMA_MAIL_URL", f"{scheme}127.0.0.1:{office.port}")
        checked = sma("check")

    assert checked.exit_code == 1
    assert said in checked.output
    assert "The history is whole" in checked.output, "one trouble does not hide the rest"


def test_a_mail_server_and_a_broker_that_are_away_are_both_said(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMA_MAIL_URL", f"smtp://127.0.0.1:{free_port()}")
    monkeypatch.setenv("SMA_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")

    checked = sma("check")

    assert checked.exit_code == 1
    assert "127.0.0.1 does not answer. Check host and port in SMA_MAIL_URL" in checked.output
    assert "The broker 127.0.0.1 does not let us in" in checked.output


def test_a_broker_that_answers_is_said(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMA_BROKER_URL", "memory://here")

    assert "The broker here answers." in sma("check").output


def test_a_database_that_is_not_there_is_said_without_its_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMA_DATABASE_URL", f"postgresql://desk:pa55word@127.0.0.1:{free_port()}/clinic")

    checked = sma("check")

    assert checked.exit_code == 1
    assert "The database does not answer" in checked.output
    assert "pa55word" not in checked.output


def seal_something(clinic: Path) -> None:
    database = Database(f"sqlite:///{clinic}")
    with database.write() as db:
        make_user(db, totp_secret="JBSWY3DPEHPK3PXP")
    database.dispose()


def test_the_keys_that_sealed_are_said_to_open_and_others_are_not(clinic: Path) -> None:
    seal_something(clinic)
    right = sma("check")

    (clinic.parent / "keys").unlink()
    wrong = sma("check")

    assert right.exit_code == 0
    assert "The keys open what is sealed." in right.output
    assert wrong.exit_code == 1
    assert "The keys do not open what is sealed in staff_user.totp_secret." in wrong.output
    assert "The history is whole" in wrong.output


def test_keys_of_another_name_do_not_open_either(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seal_something(clinic)
    monkeypatch.setenv("SMA_KEYS", f"k2:{KEY}")
    monkeypatch.setenv("SMA_INDEX_KEY", KEY)

    assert "The keys do not open what is sealed" in sma("check").output


@pytest.mark.parametrize("command", [["check"], ["serve", "--port", "0", "--no-worker"], ["worker"]])
@pytest.mark.parametrize(
    ("keys", "index_key"), [("k1:abc", KEY), (KEY, KEY), (f"k1:{KEY}", "abc"), (f"k1:{KEY}ß", KEY), (f"k1:{KEY}", None)]
)
def test_malformed_keys_are_said_in_a_sentence_and_not_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], keys: str, index_key: str | None
) -> None:
    monkeypatch.setenv("SMA_KEYS", keys)
    if index_key is not None:
        monkeypatch.setenv("SMA_INDEX_KEY", index_key)

    refused = sma(*command)

    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert "The settings do not fit" in refused.output
    assert "SMA_INDEX_KEY" in refused.output
    assert KEY not in refused.output


@pytest.mark.parametrize("command", [["check"], ["serve", "--port", "0", "--no-worker"], ["worker"]])
@pytest.mark.parametrize("content", [b"", b"k1:abc\nabc", b"\xff\xfe"])
def test_a_key_file_that_was_damaged_is_said_in_a_sentence(clinic: Path, command: list[str], content: bytes) -> None:
    (clinic.parent / "keys").write_bytes(content)

    refused = sma(*command)

    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert "from your backup" in refused.output
