"""How bytes leave: over SMTP to the clinic's mail server, or into a Maildir where there is none.

A transport takes one finished message and either hands it over or raises TransportError, which says whether trying
again can help.
"""

import hashlib
import os
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from sma.core.settings import Settings

# Ten slow messages in a row must end before the lease on them does.
TIMEOUT_SECONDS = 15.0


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
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtp+starttls", "smtps") or not parts.hostname:
        raise ValueError("SMA_MAIL_URL must look like smtp+starttls://user:password@host:587")
    host = parts.hostname
    default = 465 if parts.scheme == "smtps" else 587 if parts.scheme == "smtp+starttls" else 25
    port = parts.port or default

    def connect() -> smtplib.SMTP:
        if parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        client = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        if parts.scheme == "smtp+starttls":
            client.starttls(context=ssl.create_default_context())
        return client

    def send(parcel: Parcel) -> None:
        try:
            with connect() as client:
                if parts.username:
                    client.login(unquote(parts.username), unquote(parts.password or ""))
                client.sendmail(parcel.sender, [parcel.recipient], parcel.content)
        except smtplib.SMTPRecipientsRefused as refused:
            code, _ = next(iter(refused.recipients.values()))
            raise TransportError(f"recipient-refused-{code}", permanent=500 <= code < 600) from None
        except smtplib.SMTPAuthenticationError as refused:
            # The clinic's own settings are wrong, not this message: keep it until they are mended.
            raise TransportError(f"sign-in-refused-{refused.smtp_code}", permanent=False) from None
        except smtplib.SMTPResponseException as refused:
            raise TransportError(f"refused-{refused.smtp_code}", permanent=500 <= refused.smtp_code < 600) from None
        except (smtplib.SMTPException, OSError, socket.gaierror) as error:
            raise TransportError(f"unreachable-{type(error).__name__}", permanent=False) from None

    return send
