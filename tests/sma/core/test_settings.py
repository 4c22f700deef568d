"""What an operator may choose, and what production refuses."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sma.core.settings import Settings

KEY = base64.b64encode(b"k" * 32).decode()
FIT: dict[str, Any] = {
    "environment": "production",
    "keys": f"k1:{KEY}",
    "index_key": KEY,
    "mail_url": "smtps://mail.clinic.example",
    "base_url": "https://clinic.example",
}


def make(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


def test_production_starts_with_its_own_keys_mail_server_and_https() -> None:
    assert make(**FIT).is_production


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ({"keys": None}, "SMA_KEYS"),
        ({"index_key": None}, "SMA_INDEX_KEY"),
        ({"mail_url": None}, "SMA_MAIL_URL"),
        ({"base_url": "http://clinic.example"}, "SMA_BASE_URL"),
        ({"test_clock": Path("/tmp/clock")}, "SMA_TEST_CLOCK"),  # noqa: S108 - never opened
    ],
)
def test_production_refuses_what_is_fit_for_a_demonstration_only(left_out: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        make(**FIT | left_out)


def test_secrets_are_not_shown_when_settings_are_printed() -> None:
    printed = repr(make(**FIT | {"mail_url": "smtps://post:pa55word@mail.clinic.example"}))

    assert KEY not in printed
    assert "pa55word" not in printed


@pytest.mark.parametrize("given", ["postgres://clinic@db/sma", "postgresql://clinic@db/sma"])
def test_a_postgresql_address_gets_the_driver_that_is_installed(given: str) -> None:
    assert make(database_url=given).resolved_database_url == "postgresql+psycopg://clinic@db/sma"


def test_secrets_are_read_from_files_and_a_variable_of_that_name_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sma_mail_url").write_text("smtps://post:pa55word@mail.clinic.example\n")
    (tmp_path / "sma_broker_url").write_text("amqp://from-the-file")
    monkeypatch.setenv("SMA_SECRETS_FOLDER", str(tmp_path))
    monkeypatch.setenv("SMA_BROKER_URL", "amqp://from-the-variable")

    settings = make()

    assert settings.mail_url is not None
    assert settings.mail_url.get_secret_value() == "smtps://post:pa55word@mail.clinic.example"
    assert settings.broker_url is not None
    assert settings.broker_url.get_secret_value() == "amqp://from-the-variable"


def test_a_folder_of_secrets_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMA_SECRETS_FOLDER", str(tmp_path / "not-mounted"))

    with pytest.raises(ValidationError, match="no such folder"):
        make()


def test_without_an_address_of_its_own_the_system_is_reached_where_it_listens() -> None:
    assert make(port=8123).address == "http://127.0.0.1:8123"
    assert make(host="0.0.0.0", port=81).address == "http://127.0.0.1:81"  # noqa: S104
    assert make(host="::1").address == "http://[::1]:8000"
    assert make(base_url="https://clinic.example", port=8123).address == "https://clinic.example"


def test_production_answers_to_its_own_names_and_a_demonstration_to_any() -> None:
    own = {"localhost", "127.0.0.1", "::1", "clinic.example"}

    assert make().known_hosts is None
    assert make(**FIT).known_hosts == own
    assert make(**FIT | {"allowed_hosts": "10.0.0.7, Desk.clinic.example"}).known_hosts == own | {
        "10.0.0.7",
        "desk.clinic.example",
    }
    assert make(**FIT | {"allowed_hosts": "*"}).known_hosts is None
    assert make(allowed_hosts="desk").known_hosts == {"localhost", "127.0.0.1", "::1", "desk"}
