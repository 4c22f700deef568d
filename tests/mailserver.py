"""A real mail server on loopback that can be told to misbehave."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Mail:
    """One accepted message as it came over the wire."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=default).parsebytes(self.content)  # type: ignore[return-value]

    @property
    def calendar(self) -> bytes | None:
        """The calendar part inside the alternatives, decoded."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                return payload
        return None

    def line(self, name: str) -> str:
        """One property of the event by name, with its parameters."""
        assert self.calendar is not None
        event = self.calendar.decode().replace("\r\n ", "").partition("BEGIN:VEVENT")[2]
        found = [line for line in event.split("\r\n") if line.startswith((f"{name}:", f"{name};"))]
        assert len(found) == 1, (name, found)
        return found[0].partition(":")[2]


@dataclass
class PostOffice:
    """What arrived, and the answers still to be given instead of a plain yes.

    An answer is an SMTP line, or "drop": take the message, then cut the line without a word.
    """

    port: int = 0
    got: list[Mail] = field(default_factory=list)
    at_recipient: list[str] = field(default_factory=list)
    at_sender: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    at_goodbye: list[str] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def letters(self) -> list[bytes]:
        return [mail.content for mail in self.got]

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.at_sender.pop(0) if self.at_sender else "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.at_recipient:
            return self.at_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.at_data.pop(0) if self.at_data else "250 queued"
        if answer == "drop" or answer.startswith("2"):
            (recipient,) = envelope.rcpt_tos
            assert envelope.original_content is not None
            self.got.append(Mail(envelope.mail_from or "", recipient, envelope.original_content))
            self.secured.append(session.ssl is not None)
        if answer == "drop":
            assert server.transport is not None
            server.transport.abort()
        return answer

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        return self.at_goodbye.pop(0) if self.at_goodbye else "221 Bye"


@contextmanager
def post_office(*, tls: ssl.SSLContext | None = None, port: int | None = None) -> Iterator[PostOffice]:
    """Open a post office on loopback; with `tls` it insists on STARTTLS."""
    office = PostOffice(port=port or free_port())
    options: dict[str, Any] = {"tls_context": tls, "require_starttls": True} if tls else {}
    controller = Controller(office, hostname="127.0.0.1", port=office.port, ident="post office", **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
