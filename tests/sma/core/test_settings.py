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
