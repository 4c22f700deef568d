"""Writes the mail that carries one person's invitation or notice, as the bytes that leave.

Headers are written here rather than by the email package's folding, which loses quotes around some names in
the Python versions that Debian ships. Everything is decided by the arguments: the same call gives the same
bytes, so that a second delivery after a crash is the same mail. Source: RFC 5322, RFC 2047, RFC 6047.
"""

import hashlib
import re
from datetime import UTC, datetime
from email.header import Header
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime

from calendars import mailto, plain_address

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")
_MESSAGE_IDS = re.compile(rf"{_MESSAGE_ID.pattern}( {_MESSAGE_ID.pattern})*")
_QUOTED = re.compile(r'(["\\])')
# Longer ASCII is written as encoded words too: a name without blanks could not be folded otherwise.
_LONGEST_PLAIN = 60
_FILENAME = "appointment.ics"


class NotAMessage(ValueError):
    """A mail that must not leave. `message` names the part at fault and never repeats what it held."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def build_message(
    *,
    sender_name: str,
    sender_address: str,
    recipient_name: str,
    recipient_address: str,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    references: str | None,
    date: datetime,
    calendar: bytes | None,
    method: str | None,
) -> bytes:
    """Put one person's message together: letter in two forms and, with `calendar`, the invitation twice.

    Mail programs show answer buttons only for the calendar part inside the alternatives, some Android ones
    only for the attached file; both hold the bytes of `calendar` unchanged. `message_id` and `references`
    (the first invitation's) are written with their angle brackets; `date` is the stored revision's moment.

    Raises: NotAMessage for a line break or control in a header, for a calendar that names another person,
    another sender or another method; NotAnAddress.
    """
    sender, recipient = plain_address(sender_address), plain_address(recipient_address)
    if (calendar is None) != (method is None):
        raise NotAMessage("a calendar part and its method come together")
    if calendar is not None and method is not None:
        _check_calendar(calendar, method, sender=sender, recipient=recipient)
    if date.tzinfo is None:
        raise NotAMessage("the date must be an instant")
    headers = [
        ("From", _mailbox(sender_name, sender, "From")),
        ("To", _mailbox(recipient_name, recipient, "To")),
        ("Subject", _words(_safe(subject, "Subject"), "Subject")),
        ("Date", format_datetime(date.astimezone(UTC))),
        ("Message-ID", _ids(message_id, _MESSAGE_ID, "Message-ID")),
    ]
    if references is not None:
        known = _ids(references, _MESSAGE_IDS, "References")
        headers += [("In-Reply-To", known.split()[-1]), ("References", known.replace(" ", "\r\n "))]
    headers += [("Auto-Submitted", "auto-generated"), ("MIME-Version", "1.0")]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    return head + _body(text, html, calendar, method, message_id).as_bytes()


def _body(text: str, html: str, calendar: bytes | None, method: str | None, message_id: str) -> MIMEPart:
    # No part's encoding holds "=_", so a boundary can never turn up inside a letter.
    seed = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    letter = MIMEPart(policy=SMTP)
    letter.set_content(_encodable(text), cte="quoted-printable")
    letter.add_alternative(_encodable(html), subtype="html", cte="quoted-printable")
    letter.set_boundary(f"=_a_{seed}")
    if calendar is None or method is None:
        return letter
    # Bytes, never str: the email package would change the line ends of a str.
    parameters = {"charset": "UTF-8", "method": method}
    letter.add_alternative(calendar, maintype="text", subtype="calendar", params=parameters)
    attachment = MIMEPart(policy=SMTP)
    attachment.set_content(
        calendar, maintype="application", subtype="ics", disposition="attachment", filename=_FILENAME
    )
    mail = MIMEPart(policy=SMTP)
    mail["Content-Type"] = "multipart/mixed"
    mail.attach(letter)
    mail.attach(attachment)
    mail.set_boundary(f"=_m_{seed}")
    return mail


def _check_calendar(calendar: bytes, method: str, *, sender: str, recipient: str) -> None:
    """The last look at the final bytes: one person's file, from this clinic, to this mailbox."""
    lines = calendar.replace(b"\r\n ", b"").split(b"\r\n")
    if lines.count(b"METHOD:" + method.encode("ascii", "replace")) != 1:
        raise NotAMessage("the calendar part and the mail name different methods")
    if _parties(lines, b"ATTENDEE") != [mailto(recipient)]:
        raise NotAMessage("the calendar part must name the recipient and nobody else")
    if _parties(lines, b"ORGANIZER") != [mailto(sender)]:
        raise NotAMessage("the calendar part's organiser must be the sender")


def _parties(lines: list[bytes], name: bytes) -> list[str]:
    found = [line for line in lines if line.upper().startswith((name + b";", name + b":"))]
    return [line[line.rfind(b":mailto:") + 1 :].decode() for line in found]


def _mailbox(name: str, address: str, header: str) -> str:
    if not (name := _safe(name, header)):
        return address
    shown = '"' + _QUOTED.sub(r"\\\1", name) + '"' if _is_plain(name) else _encoded(name, header)
    # The address starts a line of its own when it would not fit.
    last = shown.rpartition("\n")[2]
    blank = " " if len(f"{header}: {last} <{address}>") <= 76 else "\r\n "
    return f"{shown}{blank}<{address}>"


def _words(text: str, header: str) -> str:
    return text if _is_plain(text) else _encoded(text, header)


def _is_plain(text: str) -> bool:
    # Text that looks like an encoded word would be decoded by readers that know no better.
    return text.isascii() and len(text) <= _LONGEST_PLAIN and "=?" not in text


def _encoded(text: str, header: str) -> str:
    return Header(text, "utf-8", maxlinelen=76, header_name=header).encode(linesep="\r\n")


def _encodable(text: str) -> str:
    # Half a surrogate pair, from a broken import, would stop the mail at the moment of sending.
    return text.encode("utf-8", "ignore").decode("utf-8")


def _safe(value: str, header: str) -> str:
    if _CONTROL.search(value):
        raise NotAMessage(f"{header} holds a line break or a control character")
    return value.strip()


def _ids(value: str, shape: re.Pattern[str], header: str) -> str:
    if not value.isascii() or _CONTROL.search(value) or not shape.fullmatch(value):
        raise NotAMessage(f"{header} must be <id@host>")
    return value
