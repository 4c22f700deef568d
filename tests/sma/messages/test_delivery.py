"""What reaches a person's mailbox, judged as the mail server received it."""

from datetime import timedelta

from icalendar import Calendar

from sma import appointments
from sma.people import Patient
from sma.people.rules import SafeContact
from tests.sma.messages.conftest import Desk


def test_a_booking_becomes_exactly_one_mail(desk: Desk) -> None:
    patient = desk.patient()
    desk.book(desk.session(), patient)

    assert desk.send() == 1
    assert desk.send() == 0

    (mail,) = desk.office.got
    assert mail.recipient == patient.email
    assert mail.sender == desk.settings.mail_from
    row = desk.only()
    assert (row.state, row.attempts, row.recipient, row.sent_at) == ("sent", 1, patient.email, desk.now)
    assert desk.owed() == []


def test_the_mail_has_a_letter_in_two_forms_and_the_calendar_twice(desk: Desk) -> None:
    patient = desk.patient(preferred_name="Wänyiŋ", family_name="Drum")
    desk.book(desk.session(), patient)
    desk.send()

    (mail,) = desk.office.got
    message = mail.message
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    assert message["To"].addresses[0].addr_spec == patient.email
    assert message["From"].addresses[0].addr_spec == desk.settings.mail_from
    assert message["Cc"] is None
    assert message["Bcc"] is None
    attachment = list(message.walk())[-1]
    assert attachment.get_payload(decode=True) == mail.calendar
    text = next(message.walk()).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Hi Wänyiŋ," in text
    assert "Tue 24 Nov 2026" in text
    assert b"\r\n" in mail.content
    assert b"\n" not in mail.content.replace(b"\r\n", b"")


def test_the_calendar_part_names_one_person_and_a_neutral_visit(desk: Desk) -> None:
    patient = desk.patient()
    appointment = desk.book(desk.session(), patient)
    desk.send()

    (mail,) = desk.office.got
    assert mail.calendar is not None
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    (revision,) = desk.revisions(appointment.id)
    assert event["ATTENDEE"] == f"mailto:{patient.email}"
    assert event["SEQUENCE"] == 0
    assert event["SUMMARY"] == "Appointment – Saltwater"
    assert event["DTSTART"].dt.isoformat() == "2026-11-24T10:00:00+11:00"
    assert event["DTSTAMP"].dt == revision.revised_at
    assert b"METHOD:REQUEST\r\n" in mail.calendar
    assert b"Yarn" not in mail.content


def test_a_move_is_one_request_with_the_same_uid_and_a_higher_sequence(desk: Desk) -> None:
    patient = desk.patient()
    here = desk.session()
    later = desk.session(starts_at=here.starts_at + timedelta(days=7))
    appointment = desk.book(here, patient)
    desk.send()
    desk.wait(minutes=5)
    with desk.database.write() as db:
        appointments.move(db, appointment.id, later.id, by=desk.user, now=desk.now)
    desk.send()

    first, second = desk.office.got
    assert second.calendar is not None
    assert b"METHOD:REQUEST\r\n" in second.calendar
    assert first.line("UID") == second.line("UID")
    assert (first.line("SEQUENCE"), second.line("SEQUENCE")) == ("0", "1")
    assert second.line("DTSTAMP") > first.line("DTSTAMP")
    assert second.message["Subject"].startswith("Changed: ")
    assert second.message["References"] == first.message["Message-ID"]


def test_a_cancellation_takes_the_calendar_entry_back(desk: Desk) -> None:
    appointment = desk.book(desk.session(), desk.patient())
    desk.send()
    desk.wait(minutes=5)
    desk.cancel(appointment)
    desk.send()

    first, second = desk.office.got
    assert second.calendar is not None
    assert b"METHOD:CANCEL\r\n" in second.calendar
    assert second.line("UID") == first.line("UID")
    assert second.line("SEQUENCE") == "1"
    assert second.line("STATUS") == "CANCELLED"


def test_a_waiting_notice_and_leaving_the_list_carry_no_calendar(desk: Desk) -> None:
    session = desk.session(most=1)
    desk.book(session, desk.patient())
    waiting = desk.book(session, desk.patient(preferred_name="Bea"), waiting_ok=True)
    desk.send()
    desk.wait(minutes=5)
    desk.cancel(waiting)
    desk.send()

    _, notice, goodbye = desk.office.got
    assert notice.calendar is None
    assert goodbye.calendar is None
    assert notice.message["Subject"].startswith("Waiting list")
    assert goodbye.message["Subject"].startswith("Off the waiting list")
    assert "no longer on our waiting list" in goodbye.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_an_invitation_that_never_left_is_withheld_when_the_place_is_cancelled(desk: Desk) -> None:
    appointment = desk.book(desk.session(), desk.patient())
    desk.wait(minutes=1)
    desk.cancel(appointment)
    desk.send()

    (mail,) = desk.office.got
    assert mail.line("SEQUENCE") == "1"
    assert [row.state for row in desk.log()] == ["withheld", "sent"]


def test_a_cancellation_still_leaves_when_a_waiting_notice_follows_it(desk: Desk) -> None:
    # Withheld, it would leave the old time standing in the person's calendar.
    session = desk.session(most=1)
    appointment = desk.book(session, desk.patient())
    desk.send()
    desk.wait(minutes=1)
    desk.cancel(appointment)
    desk.book(session, desk.patient(preferred_name="Bea"))
    # Past the minutes in which an Undo would ask for the very seat, they wait.
    desk.wait(minutes=11)
    with desk.database.write() as db:
        appointments.restore(db, appointment.id, by=desk.user, now=desk.now)
    desk.send()

    hers = [mail for mail in desk.office.got if mail.recipient == desk.office.got[0].recipient]
    assert [mail.calendar is None for mail in hers] == [False, False, True]
    assert hers[1].line("STATUS") == "CANCELLED"


def test_nothing_is_written_to_somebody_who_has_died(desk: Desk) -> None:
    patient = desk.patient()
    desk.book(desk.session(), patient)
    _change(desk, patient, is_deceased=True)
    desk.send()

    assert desk.office.got == []
    row = desk.only()
    assert (row.state, row.recipient) == ("withheld", None)


def test_a_person_without_a_safe_address_becomes_a_call(desk: Desk) -> None:
    session = desk.session()
    desk.book(session, desk.patient(email=None))
    desk.book(session, desk.patient(preferred_name="Bea", contact_by_email=SafeContact.NONE))
    desk.book(session, desk.patient(preferred_name="Cam", email="not an address"))
    desk.book(session, desk.patient(preferred_name="Dee", email="dee@bad..example"))
    desk.send()

    assert desk.office.got == []
    assert [row.state for row in desk.log()] == ["call-task"] * 4
    assert [row.recipient for row in desk.log()] == [None] * 4
    assert desk.owed() == []


def test_everybody_in_a_cancelled_session_hears_once(desk: Desk) -> None:
    session = desk.session()
    for name in ("Alan", "Bea", "Cam"):
        desk.book(session, desk.patient(preferred_name=name))
    desk.send()
    desk.wait(minutes=5)
    with desk.database.write() as db:
        appointments.cancel_session(db, session.id, by=desk.user, now=desk.now)
    desk.send()

    assert len(desk.office.got) == 6
    assert len({mail.recipient for mail in desk.office.got[3:]}) == 3
    assert {row.kind for row in desk.log()} == {"invitation", "cancellation"}


def test_whether_a_message_may_leave_is_decided_when_it_leaves(desk: Desk) -> None:
    patient = desk.patient()
    desk.book(desk.session(), patient)
    _change(desk, patient, contact_by_email=SafeContact.NONE)
    desk.send()
    assert desk.office.got == []
    assert desk.only().state == "call-task"


def _change(desk: Desk, patient: Patient, **changes: object) -> None:
    with desk.database.write() as db:
        row = db.get_one(Patient, patient.id)
        for name, value in changes.items():
            setattr(row, name, value)
