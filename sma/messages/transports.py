"""How bytes leave: over SMTP to the clinic's mail server, or into a Maildir where there is none.

A transport takes one finished message and either hands it over or raises TransportError, which says whether trying
again can help.
"""

import contextlib
import hashlib
import os
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, unquote, urlsplit

from sma.core.settings import Settings

# For one answer of the mail server; a whole message must be through before the worker's time limit.
TIMEOUT_SECONDS = 15.0
# A server that did not answer is left alone for a moment, so that a pile of messages does not hold up everything else.
DOWN_SECONDS = 10.0

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Parcel:
    """One message ready to leave: envelope and bytes."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


Transport: TypeAlias = Callable[[Parcel], None]


class TransportError(Exception):
    """The message did not leave. `code` is safe to show and log; `permanent` means that a person has to look."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        self.code = code
        self.permanent = permanent
        super().__init__(code)


def transport_for(settings: Settings) -> Transport:
    """Return the way out that the settings name. Raises ValueError for an address we cannot use."""
    if settings.mail_url is None:
        return maildir(settings.data_folder / "mail")
    return smtp(settings.mail_url.get_secret_value())


def maildir(folder: Path) -> Transport:
    """Write each message into a Maildir; a second delivery of the same Message-ID replaces the first."""

    def put(parcel: Parcel) -> None:
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        name = hashlib.sha256(parcel.message_id.encode()).hexdigest()[:32] + ".sma"
        partial = folder / "tmp" / f"{name}.{os.getpid()}"
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(parcel.content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / "new" / name)

    return put


def smtp(url: str) -> Transport:
    """Send over `smtp://`, `smtp+starttls://` or `smtps://`, with `user:password@` where the server asks for it."""
    server = urlsplit(url)
    if server.scheme not in _PORTS or not server.hostname or server.port == 0:
        raise ValueError("SMA_MAIL_URL must look like smtp+starttls://user:password@host:587")
    down_until = 0.0

    def send(parcel: Parcel) -> None:
        nonlocal down_until
        if time.monotonic() < down_until:
            raise TransportError("unreachable", permanent=False)
        client = None
        try:
            client = _connect(server)
            _hand_over(client, server, parcel)
        except smtplib.SMTPResponseException as refused:
            # A greeting, a password or a sender refused: the clinic's settings are wrong, or the server has a bad day,
            # not this message. Keep it until that is mended.
            raise TransportError(f"not-accepted-{refused.smtp_code}", permanent=False) from None
        except (smtplib.SMTPException, OSError) as error:
            if client is None:
                down_until = time.monotonic() + DOWN_SECONDS
            raise TransportError(f"unreachable-{type(error).__name__}", permanent=False) from None
        finally:
            if client is not None:
                _part(client)

    return send


def knock(url: str) -> None:
    """Do everything a delivery does but send: connect, greet, secure the line, sign in, part.

    Raises: smtplib.SMTPException, OSError (ssl.SSLError among them), whichever the mail server gives cause for.
    """
    server = urlsplit(url)
    client = _connect(server)
    try:
        client.ehlo_or_helo_if_needed()
        _sign_in(client, server)
    finally:
        _part(client)


def _connect(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    client = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if server.scheme == "smtp+starttls":
            client.starttls(context=ssl.create_default_context())
    except BaseException:
        client.close()
        raise
    return client


def _sign_in(client: smtplib.SMTP, server: SplitResult) -> None:
    if server.username:
        client.login(unquote(server.username), unquote(server.password or ""))


def _hand_over(client: smtplib.SMTP, server: SplitResult, parcel: Parcel) -> None:
    try:
        _sign_in(client, server)
        client.sendmail(parcel.sender, [parcel.recipient], parcel.content)
    except smtplib.SMTPRecipientsRefused as refused:
        code, _ = next(iter(refused.recipients.values()))
        raise TransportError(f"recipient-refused-{code}", permanent=_is_final(code)) from None
    except smtplib.SMTPDataError as refused:
        raise TransportError(f"refused-{refused.smtp_code}", permanent=_is_final(refused.smtp_code)) from None


def _part(client: smtplib.SMTP) -> None:
    """Say goodbye. Whatever the server makes of that, the message is its own by now, or was refused before."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        client.quit()
    client.close()


def _is_final(code: int) -> bool:
    return 500 <= code < 600
