"""A mail server that is slow, full, rude or gone; and a worker that dies in between."""

import ssl
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from sma import messages
from sma.core import outbox
from sma.core.settings import Settings
from sma.messages import Parcel, TransportError, transport_for
from tests.mailserver import PostOffice, free_port, post_office
from tests.sma.messages.conftest import Desk

PARCEL = Parcel(
    "clinic@saltwater.example", "alan@patients.example", "<1@saltwater.example>", b"Subject: x\r\n\r\nHi\r\n"
)


@pytest.mark.parametrize("answer", ["450 4.2.1 mailbox busy", "421 4.3.2 shutting down"])
def test_a_busy_server_is_asked_again_later_with_longer_and_longer_pauses(desk: Desk, answer: str) -> None:
    desk.office.at_recipient += [answer, answer]
    desk.book(desk.session(), desk.patient())
    desk.send()
    assert (desk.only().state, desk.only().last_error) == ("retrying", f"recipient-refused-{answer[:3]}")

    desk.wait(seconds=29)
    assert desk.send() == 0
    desk.wait(seconds=1)
    assert desk.send() == 1
    desk.wait(seconds=59)
    assert desk.send() == 0
    desk.wait(seconds=1)
    assert desk.send() == 1

    assert (desk.only().state, desk.only().attempts, desk.only().last_error) == ("sent", 3, None)
    assert len(desk.office.got) == 1


def test_ten_failures_in_a_row_are_shown_to_staff(desk: Desk) -> None:
    desk.office.at_data += ["451 4.3.0 try later"] * 10
    desk.book(desk.session(), desk.patient())
    for _ in range(10):
        assert desk.send() == 1
        desk.wait(hours=6)
    assert desk.send() == 0
    assert (desk.only().state, desk.only().attempts) == ("failed", 10)


def test_a_refused_mailbox_is_shown_at_once_and_can_be_sent_again(desk: Desk) -> None:
    desk.office.at_recipient.append("550 5.1.1 no such user")
    desk.book(desk.session(), desk.patient())
    desk.send()
    assert (desk.only().state, desk.only().last_error) == ("failed", "recipient-refused-550")
    (buried,) = desk.owed()
    assert buried.buried_at == desk.now

    desk.wait(hours=1)
    with desk.database.write() as db:
        messages.retry(db, desk.only().id, by=desk.user, now=desk.now)
    assert desk.only().state == "queued"
    assert desk.send() == 1
    assert desk.only().state == "sent"
    assert desk.owed() == []


def test_asking_again_for_a_postponed_message_sends_it_once(desk: Desk) -> None:
    desk.office.at_recipient.append("450 4.2.1 mailbox busy")
    desk.book(desk.session(), desk.patient())
    desk.send()
    with desk.database.write() as db:
        messages.retry(db, desk.only().id, by=desk.user, now=desk.now)
    desk.send()
    desk.wait(hours=7)
    desk.send()
    assert len(desk.office.got) == 1


def test_once_somebody_rang_nothing_is_owed(desk: Desk) -> None:
    desk.office.at_recipient.append("550 5.1.1 no such user")
    desk.book(desk.session(), desk.patient())
    desk.send()
    with desk.database.write() as db:
        messages.mark_called(db, desk.only().id, by=desk.user, now=desk.now)
    assert desk.owed() == []
    assert desk.only().called_by_id == desk.user.id


def test_a_line_dropped_after_the_message_gives_the_same_mail_again(desk: Desk) -> None:
    desk.office.at_data.append("drop")
    desk.book(desk.session(), desk.patient())
    desk.send()
    assert desk.only().state == "retrying"
    desk.wait(minutes=1)
    desk.send()

    first, second = desk.office.got
    assert first.content == second.content
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert second.line("SEQUENCE") == "0"
    assert desk.only().state == "sent"


def test_a_rude_goodbye_does_not_undo_a_message_that_was_taken(desk: Desk) -> None:
    desk.office.at_goodbye += ["554 5.0.0 go away"]
    desk.book(desk.session(), desk.patient())
    desk.send()
    assert desk.only().state == "sent"
    assert desk.owed() == []


def test_a_refused_sender_is_the_clinics_trouble_and_no_message_is_given_up(desk: Desk) -> None:
    desk.office.at_sender.append("550 5.7.1 not your address")
    desk.book(desk.session(), desk.patient())
    desk.send()
    assert (desk.only().state, desk.only().last_error) == ("retrying", "not-accepted-550")


def test_a_worker_that_died_before_the_last_write_sends_the_same_bytes_again(desk: Desk) -> None:
    class PowerCut(BaseException):
        """As sudden as the real one, for this process."""

    desk.book(desk.session(), desk.patient())
    with desk.database.write() as db:
        (work,) = outbox.claim(db, now=desk.now, limit=10)

    def send_and_die(parcel: Parcel) -> None:
        desk.transport(parcel)
        raise PowerCut

    with pytest.raises(PowerCut):
        messages.deliver(desk.database, work, now=desk.now, transport=send_and_die, settings=desk.settings)
    assert desk.send() == 0
    desk.wait(seconds=300)
    assert desk.send() == 1

    first, second = desk.office.letters
    assert first == second
    assert desk.only().state == "sent"


def test_a_fault_of_ours_is_shown_to_staff_and_not_as_on_its_way(desk: Desk) -> None:
    def broken(_parcel: Parcel) -> None:
        raise KeyError("alan@patients.example")

    desk.transport = broken
    desk.book(desk.session(), desk.patient())
    desk.send()
    assert (desk.only().state, desk.only().last_error) == ("retrying", "fault-KeyError")


def test_a_server_that_is_down_is_left_alone_for_a_moment(desk: Desk) -> None:
    port = free_port()
    send = transport_for(desk.settings.model_copy(update={"mail_url": SecretStr(f"smtp://127.0.0.1:{port}")}))
    with pytest.raises(TransportError) as down:
        send(PARCEL)
    assert (down.value.code, down.value.permanent) == ("unreachable-ConnectionRefusedError", False)
    with post_office(port=port) as office:
        with pytest.raises(TransportError) as resting:
            send(PARCEL)
        assert (resting.value.code, resting.value.permanent) == ("unreachable", False)
        assert office.got == []


def test_starttls_is_insisted_on_and_the_certificate_is_checked(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = _certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with post_office(tls=context) as office:
        there = {"mail_url": SecretStr(f"smtp+starttls://localhost:{office.port}")}
        send = transport_for(settings.model_copy(update=there))
        with pytest.raises(TransportError) as unknown:
            send(PARCEL)
        assert (unknown.value.code, unknown.value.permanent) == ("unreachable-SSLCertVerificationError", False)
        assert office.got == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        transport_for(settings.model_copy(update=there))(PARCEL)
        assert office.secured == [True]


def test_a_server_without_starttls_gets_nothing_in_the_open(settings: Settings, office: PostOffice) -> None:
    there = {"mail_url": SecretStr(f"smtp+starttls://127.0.0.1:{office.port}")}
    with pytest.raises(TransportError, match="SMTPNotSupportedError"):
        transport_for(settings.model_copy(update=there))(PARCEL)
    assert office.got == []


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_an_address_that_is_no_mail_server_is_refused_at_once(settings: Settings, url: str) -> None:
    with pytest.raises(ValueError, match="SMA_MAIL_URL"):
        transport_for(settings.model_copy(update={"mail_url": SecretStr(url)}))


def test_in_a_maildir_the_same_message_replaces_itself(settings: Settings) -> None:
    put = transport_for(settings)
    put(PARCEL)
    put(PARCEL)
    put(Parcel(PARCEL.sender, PARCEL.recipient, "<2@saltwater.example>", b"Subject: y\r\n\r\n"))
    files = sorted((settings.data_folder / "mail" / "new").iterdir(), key=lambda file: file.stat().st_size)
    assert [file.read_bytes() for file in files] == [b"Subject: y\r\n\r\n", PARCEL.content]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert list((settings.data_folder / "mail" / "tmp").iterdir()) == []
    assert not any("alan" in file.name for file in files)


def test_two_sends_of_one_revision_on_different_days_are_the_same_bytes(desk: Desk) -> None:
    appointment = desk.book(desk.session(), desk.patient())
    clinic = messages.clinic_of(desk.settings)
    (revision,) = desk.revisions(appointment.id)
    with desk.database.read() as db:
        facts = messages.facts_of(db, revision, clinic)
    assert messages.parcel(facts, clinic) == messages.parcel(facts, clinic)
    desk.send()
    desk.wait(days=1)
    assert desk.office.letters == [messages.parcel(facts, clinic).content]


def test_an_effect_that_comes_twice_sends_a_message_once(desk: Desk) -> None:
    appointment = desk.book(desk.session(), desk.patient())
    desk.send()
    (revision,) = desk.revisions(appointment.id)
    with desk.database.write() as db:
        outbox.publish(db, "invitation.revised", revision.id, now=desk.now, key="again")
    assert desk.send() == 1
    assert len(desk.office.got) == 1


def test_a_mail_is_dated_by_the_change_and_not_by_the_sending(desk: Desk) -> None:
    appointment = desk.book(desk.session(), desk.patient())
    desk.wait(hours=3)
    desk.send()
    (revision,) = desk.revisions(appointment.id)
    assert desk.office.got[0].message["Date"].datetime == revision.revised_at


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    began = datetime(2020, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=365 * 30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths
