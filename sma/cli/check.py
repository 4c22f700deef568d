"""`sma check`: what is configured, with secrets hidden, and whether each part works."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy
import typer
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from billing import load_rulebook
from sma import fees, tables
from sma.cli.common import open_keys, read_settings
from sma.core import audit, clock, crypto
from sma.core.crypto import Encrypted, EncryptedWords
from sma.core.db import Database
from sma.core.settings import Settings
from sma.messages.transports import knock
from sma.migrations import is_current
from sma.worker import create_worker

BROKER_SECONDS = 5


@dataclass(frozen=True)
class Found:
    """One thing that was looked at, in words; when it is not well they say what to do.

    What is not urgent is said, and lets the command end well: bookings, messages and claims go on.
    """

    sentence: str
    is_well: bool = True
    is_urgent: bool = True


def check() -> None:
    """Print the settings, then try the database, the history, the mail server, the broker and the fees. Sends nothing.

    Ends with 1 when something needs a hand.
    """
    settings = read_settings()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        shown = "(set, hidden)" if isinstance(value, SecretStr) else "(not set)" if value is None else value
        typer.echo(f"SMA_{name.upper():26} {shown}")
    typer.echo(f"People reach it at {settings.address}")
    all_well = True
    for found in _look(settings):
        typer.secho(found.sentence, err=not found.is_well, fg=None if found.is_well else "red")
        all_well = all_well and (found.is_well or not found.is_urgent)
    if not all_well:
        raise typer.Exit(1)


def _look(settings: Settings) -> Iterator[Found]:
    yield from _database(settings)
    yield _mail(settings)
    yield _broker(settings)
    yield _schedule(settings)


def _database(settings: Settings) -> Iterator[Found]:
    database = Database(settings.resolved_database_url)
    try:
        if not is_current(database):
            yield Found("The database is not up to date. Run: sma db upgrade", is_well=False)
            return
        yield Found("The database answers and is up to date.")
        yield _keys(settings, database)
        yield _history(database)
    except SQLAlchemyError as error:
        yield Found(
            f"The database does not answer ({type(error).__name__}). Check SMA_DATABASE_URL and that it runs.",
            is_well=False,
        )
    finally:
        database.dispose()


def _keys(settings: Settings, database: Database) -> Found:
    """Open one sealed value of each kind: keys may be well made and still not be this clinic's."""
    crypto.install(open_keys(settings))
    opened = 0
    with database.read() as db:
        for column in (each for table in tables.metadata.sorted_tables for each in table.columns):
            if not isinstance(column.type, Encrypted | EncryptedWords):
                continue
            try:
                opened += db.scalar(sqlalchemy.select(column).where(column.is_not(None)).limit(1)) is not None
            except (InvalidTag, KeyError, ValueError):
                return Found(
                    f"The keys do not open what is sealed in {column}. Put back the keys it was sealed with "
                    "(SMA_KEYS and SMA_INDEX_KEY, or the file keys in the data folder).",
                    is_well=False,
                )
    return Found("The keys open what is sealed." if opened else "The keys are in place; nothing is sealed yet.")


def _history(database: Database) -> Found:
    with database.read() as db:
        chain = audit.examine_chain(db)
    if chain.wrong_number is not None:
        return Found(
            f"The history does not fit together: entry {chain.wrong_number:,} (row {chain.wrong_id} of audit_event) "
            f"was changed or added, or one before it was taken out; the {chain.sealed:,} before are whole. "
            "Keep this database as it is, and compare it with your backups.",
            is_well=False,
        )
    newest = f"; the newest seal is {chain.seal}" if chain.seal else ""
    return Found(
        f"The history is whole: {chain.sealed:,} entries sealed, {chain.waiting:,} waiting for the worker{newest}."
    )


def _mail(settings: Settings) -> Found:
    if settings.mail_url is None:
        return Found(f"Mail goes into a folder, to nobody: {settings.data_folder / 'mail'}")
    url = settings.mail_url.get_secret_value()
    host = urlsplit(url).hostname
    try:
        knock(url)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Found(f"No mail can leave: {_what_to_do(error, str(host))}", is_well=False)
    return Found(f"The mail server {host} answers and lets us in.")


def _what_to_do(error: Exception, host: str) -> str:
    """Turn what the mail server did into the next step. Its own words are left out: they can quote a password."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"{host} refuses the user name or password in SMA_MAIL_URL."
        case smtplib.SMTPNotSupportedError():
            return f"{host} offers neither what SMA_MAIL_URL asks for (STARTTLS, or a password). Ask who runs it."
        case smtplib.SMTPResponseException(smtp_code=code):
            return f"{host} answers with refusal {code}. Ask who runs it whether this machine may send."
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {host} is not one this machine trusts for that name. Use the name it was made for."
            )
        case ssl.SSLError():
            return f"{host} does not speak TLS there. smtps:// is usual on port 465, smtp+starttls:// on port 587."
        case socket.gaierror():
            return f"there is no machine called {host}. Check the name in SMA_MAIL_URL."
        case ValueError():
            return "SMA_MAIL_URL must look like smtp+starttls://user:password@host:587"
        case _:
            return f"{host} does not answer. Check host and port in SMA_MAIL_URL, and that no firewall is in between."


def _broker(settings: Settings) -> Found:
    if settings.broker_url is None:
        return Found("Wake-ups are files in the data folder: the worker runs on this machine.")
    host = urlsplit(settings.broker_url.get_secret_value()).hostname
    try:
        with create_worker(settings).connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    except Exception as error:
        # Each kind of broker has errors of its own, and some quote the address with its password.
        return Found(
            f"The broker {host} does not let us in ({type(error).__name__}). Check SMA_BROKER_URL and that it runs. "
            "Until then work is done up to 30 seconds late, not lost.",
            is_well=False,
        )
    return Found(f"The broker {host} answers.")


def _schedule(settings: Settings) -> Found:
    """Say which schedule the fees come from. The seal lets several machines be compared: each has files of its own."""
    try:
        fees.use_accepted(settings)
    except fees.BadFees as error:
        return Found(str(error), is_well=False)
    clock.use_test_clock(settings.test_clock)
    stands = fees.standing_now(clock.now())
    seal = f"The rulebook in use is {load_rulebook().content_hash[:12]}."
    if not stands.is_late:
        return Found(f"{stands.sentence} {seal}")
    todo = "Download the newest XML file from MBS Online and run: sma mbs import FILE"
    return Found(f"{stands.sentence} {todo} {seal}", is_well=False, is_urgent=False)
