"""The mail as it leaves and as a real mail server receives it."""

import email
import re
import smtplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calendars import Event, NotAnAddress, cancellation, invitation
from sma.messages.mime import NotAMessage, build_message

CLINIC = "invites@saltwater.example"
PATIENT = "gawa@example.net"
EVENT = Event(
    uid="2f1c9a7e-6f0b-4d2e-9b44-0d6d9b1c7f10@saltwater.example",
    sequence=0,
    revised_at=datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC),
    created_at=datetime(2026, 11, 20, 4, 5, 6, tzinfo=UTC),
    starts=datetime(2026, 12, 1, 10, 0),
    ends=datetime(2026, 12, 1, 11, 30),
    timezone="Australia/Sydney",
    summary="Appointment – Saltwater",
    description="Please come 10 minutes early.\nQuestions? Call (02) 9000 0000.",
    location="5 River St",
    organiser_name="Saltwater Clinic",
    organiser_address=CLINIC,
    attendee_name="Gäwa Yunupiŋu",
    attendee_address=PATIENT,
)
MAIL: dict[str, Any] = {
    "sender_name": "Saltwater Clinic",
    "sender_address": CLINIC,
    "recipient_name": "Gäwa Yunupiŋu",
    "recipient_address": PATIENT,
    "subject": "Appointment – Saltwater",
    "text": "Hello Gäwa,\n\nTuesday 1 December 2026, 10:00 am to 11:30 am AEDT, Sydney time.\n",
    "html": "<p>Hello Gäwa,</p><p>Tuesday 1 December 2026</p>",
    "message_id": "<7c1e.0@saltwater.example>",
    "references": None,
    "date": EVENT.revised_at,
    "calendar": invitation(EVENT),
    "method": "REQUEST",
}
NOTICE = MAIL | {"calendar": None, "method": None}


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


class Sink:
    def __init__(self) -> None:
        self.received: list[tuple[str | None, list[str], bytes]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        content = envelope.original_content
        assert content is not None
        self.received.append((envelope.mail_from, list(envelope.rcpt_tos), content))
        return "250 OK"


class AnyPort(Controller):
    """Takes the port that the system chooses, so that tests beside each other never meet."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_server() -> Iterator[tuple[Sink, int]]:
    sink = Sink()
    controller = AnyPort(sink, hostname="127.0.0.1", port=0, enable_SMTPUTF8=False)
    controller.start()
    yield sink, controller.port
    controller.stop()


def test_a_real_mail_server_receives_the_calendar_byte_for_byte(mail_server: tuple[Sink, int]) -> None:
    sink, port = mail_server
    sent = build_message(**MAIL)

    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(CLINIC, [PATIENT], sent)

    ((sender, recipients, content),) = sink.received
    message = read(content)
    (invite,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    (attached,) = list(message.iter_attachments())
    assert (sender, recipients) == (CLINIC, [PATIENT])
    assert content == sent
    assert invite.get_payload(decode=True) == attached.get_payload(decode=True) == MAIL["calendar"]
    assert invite.get_content_disposition() is None
    assert invite["Content-Type"].params == {"charset": "UTF-8", "method": "REQUEST"}
    assert message["From"].addresses[0].addr_spec == CLINIC


def test_an_invitation_is_a_letter_in_three_forms_and_one_attached_file() -> None:
    message = read(build_message(**MAIL))

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    (attached,) = list(message.iter_attachments())
    assert attached.get_filename() == "appointment.ics"
    encodings = [part["Content-Transfer-Encoding"] for part in message.walk() if not part.is_multipart()]
    assert encodings == ["quoted-printable", "quoted-printable", "base64", "base64"]


def test_a_cancellation_says_so_in_the_mail_and_in_the_file() -> None:
    event = replace(EVENT, sequence=1)

    message = read(build_message(**MAIL | {"calendar": cancellation(event), "method": "CANCEL"}))

    (invite,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert invite["Content-Type"].params["method"] == "CANCEL"


def test_a_waiting_list_notice_has_no_calendar_part() -> None:
    message = read(build_message(**NOTICE))

    types = [part.get_content_type() for part in message.walk()]
    assert types == ["multipart/alternative", "text/plain", "text/html"]


def test_the_headers_name_one_sender_one_recipient_and_a_machine() -> None:
    changes = {"references": "<first.0@saltwater.example>", "date": EVENT.revised_at.astimezone(_sydney())}
    message = read(build_message(**MAIL | changes))

    assert dict(message.items()) == {
        "From": "Saltwater Clinic <invites@saltwater.example>",
        "To": "Gäwa Yunupiŋu <gawa@example.net>",
        "Subject": "Appointment – Saltwater",
        "Date": "Mon, 23 Nov 2026 01:02:03 +0000",
        "Message-ID": "<7c1e.0@saltwater.example>",
        "In-Reply-To": "<first.0@saltwater.example>",
        "References": "<first.0@saltwater.example>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
    }


def _sydney() -> timezone:
    return timezone(timedelta(hours=11))


def test_the_same_revision_is_the_same_mail() -> None:
    other = build_message(**MAIL | {"message_id": "<7c1e.1@saltwater.example>"})

    assert build_message(**MAIL) == build_message(**MAIL)
    assert build_message(**MAIL) != other


def test_a_reference_list_is_folded() -> None:
    ids = [f"<{number}.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@saltwater.example>" for number in range(9)]

    data = build_message(**NOTICE | {"references": " ".join(ids)})

    assert read(data)["References"].split() == ids
    assert read(data)["In-Reply-To"] == ids[-1]
    assert max(map(len, data.split(b"\r\n"))) <= 78


# Names as people have them; halves of surrogate pairs and controls are refused elsewhere.
_NAMES = st.one_of(
    st.sampled_from(
        ["Lin, Dr “Jo”", 'A "B" \\ C', "أمل الحداد", "陈 美玲", "👩🏾‍⚕️", "ŋ" * 500, "x" * 500, "=?utf-8?q?x?="]
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80),
)


@settings(deadline=None, max_examples=300)
@given(name=_NAMES, subject=_NAMES)
def test_any_name_and_title_reach_the_reader_and_only_seven_bit_lines_leave(name: str, subject: str) -> None:
    data = build_message(**NOTICE | {"recipient_name": name, "subject": subject})

    head = data.split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 78
    plain = email.message_from_bytes(data)  # decoded by the older, independent part of the library
    ((shown, address),) = email.utils.getaddresses([plain["To"]])
    assert address == PATIENT
    assert _decoded(shown) == name.strip()
    assert _decoded(plain["Subject"]) == subject.strip()


def _decoded(header: str) -> str:
    unfolded = header.replace("\r\n ", " ").replace("\n ", " ")
    return str(email.header.make_header(email.header.decode_header(unfolded)))


@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=()), max_size=300))
@example(text="half \ud83d of a pair")
@example(text="two\r\nlines\rthree ends ")
def test_any_letter_reaches_the_reader_in_lines_a_relay_takes(text: str) -> None:
    data = build_message(**NOTICE | {"text": text})

    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 78
    (part,) = [part for part in read(data).walk() if part.get_content_type() == "text/plain"]
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    kept = text.encode("utf-8", "ignore")
    assert body.splitlines() == (kept.splitlines() or [b""])


@pytest.mark.parametrize("field", ["sender_name", "recipient_name", "subject", "message_id", "references"])
@pytest.mark.parametrize("poison", ["\r\nBcc: all@example.net", "\nX: y", "\r", "\x00", "\u2028", "\ud83d"])
def test_no_value_can_add_a_header(field: str, poison: str) -> None:
    with pytest.raises(NotAMessage) as refused:
        build_message(**MAIL | {field: f"<a@b.example>{poison}"})

    assert poison not in refused.value.message


@pytest.mark.parametrize("field", ["sender_address", "recipient_address"])
@pytest.mark.parametrize("address", ["", "jo", "jo@x.example\r\nBcc: a@b.example", "a@b.example, c@d.example"])
def test_a_broken_address_sends_nothing(field: str, address: str) -> None:
    with pytest.raises(NotAnAddress):
        build_message(**NOTICE | {field: address})


@pytest.mark.parametrize("value", ["", "7c1e", "<a b@c>", "<a@b", "<ŋ@b.example>"])
def test_a_message_id_is_written_as_given_or_not_at_all(value: str) -> None:
    with pytest.raises(NotAMessage):
        build_message(**MAIL | {"message_id": value})


_SECOND = b"ATTENDEE;CN=Other:mailto:other@example.net\r\nCLASS:PRIVATE"


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "CANCEL"},
        {"method": None},
        {"calendar": None},
        {"recipient_address": "other@example.net"},
        {"sender_address": "noreply@saltwater.example"},
        {"calendar": MAIL["calendar"].replace(b"CLASS:PRIVATE", _SECOND)},
        {"calendar": MAIL["calendar"].replace(b"CLASS:PRIVATE", _SECOND.lower())},
        {"calendar": b""},
        {"date": datetime(2026, 11, 23)},
    ],
)
def test_a_file_for_someone_else_never_leaves(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAMessage):
        build_message(**MAIL | changes)


def test_the_mail_says_nothing_about_the_others_or_the_reason() -> None:
    message = read(build_message(**MAIL))
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    everything = "\n".join(
        [str(message), *(part.decode() for part in parts if isinstance(part, bytes))]
        + [part.as_string() for part in message.walk()]
    ).lower()

    for word in ("men", "women", "yarn", "diabetes", "group", "aboriginal", "shared", "medical"):
        assert not re.search(rf"\b{word}\b", everything)
    assert set(re.findall(r"[\w.+-]+@example\.net", everything)) == {PATIENT}
