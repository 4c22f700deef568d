"""What the commands share: settings read once, and errors that say what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError

from sma import fees
from sma.core import clock, crypto, logs
from sma.core.db import Database
from sma.core.settings import Settings
from sma.migrations import is_current


def fail(message: str) -> typer.Exit:
    """Say what is wrong and return the exit with status 1, to be raised."""
    typer.secho(message, err=True, fg="red")
    return typer.Exit(1)


def read_settings() -> Settings:
    """Read the settings, or say which one is wrong. Values are not printed: some are secrets."""
    # Every command begins here: the database and whatever else it writes is for the clinic's own account only.
    os.umask(0o077)
    try:
        settings = Settings()
    except ValidationError as error:
        problems = [
            (f"SMA_{'_'.join(map(str, each['loc'])).upper()}: " if each["loc"] else "")
            + each["msg"].removeprefix("Value error, ")
            for each in error.errors(include_input=False, include_url=False)
        ]
        raise fail("The settings do not fit:\n  " + "\n  ".join(problems)) from None
    except UnicodeDecodeError:
        raise fail("The settings do not fit:\n  the file .env is not UTF-8 text") from None
    logs.set_up(settings.log_level)
    return settings


def open_keys(settings: Settings) -> crypto.Keyring:
    """Return the keys that seal, or say that their file is not what was written there."""
    try:
        return settings.keyring
    except (OSError, ValueError):
        raise fail(
            f"The keys in {settings.data_folder / 'keys'} cannot be read. Put back that file from your backup: "
            "what was sealed opens with those keys only."
        ) from None


def take_fees(settings: Settings) -> None:
    """Use the fees that were accepted, or say which file of them cannot be used."""
    try:
        fees.use_accepted(settings)
    except fees.BadFees as error:
        raise fail(str(error)) from None


@contextmanager
def open_database() -> Iterator[Database]:
    """Open the clinic's database for one command; refuses one that has not been brought up to date."""
    settings = read_settings()
    crypto.install(open_keys(settings))
    clock.use_test_clock(settings.test_clock)
    take_fees(settings)
    database = Database(settings.resolved_database_url)
    try:
        if not is_current(database):
            raise fail("The database is not up to date. Run: sma db upgrade")
        yield database
    finally:
        database.dispose()
