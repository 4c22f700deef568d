"""Somebody has died: nothing more reaches them, nobody is asked to ring, and a mistake lets through what was held."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from sma import appointments, messages
from sma.appointments import Appointment
from sma.core import outbox
from sma.messages import Communication, CommunicationState
from sma.messages.queries import counts
from sma.messages.transports import Parcel
from sma.people import Patient, ToldBy
from tests.sma.messages.conftest import Desk

HANDLERS = {"patient.died": messages.follow_death, "patient.death-corrected": messages.follow_correction}


def died(desk: Desk, patient: Patient) -> None:
    with desk.database.write() as db:
        appointments.record_death(db, patient.id, told_by=ToldBy.FAMILY, died_on=None, by=desk.user, now=desk.now)
    follow(desk)


def corrected(desk: Desk, patient: Patient) -> None:
    with desk.database.write() as db:
        appointments.correct_death(db, patient.id, by=desk.user, now=desk.now)
    follow(desk)


def follow(desk: Desk) -> None:
    """Let the worker do what follows from a death, and leave the mails for later."""
    with desk.database.write() as db:
        works = outbox.claim(db, now=desk.now, limit=20)
    for work in works:
        if handler := HANDLERS.get(work.kind):
            handler(desk.database, work, now=desk.now)
        else:
            with desk.database.write() as db:
                outbox.give_back(db, work, now=desk.now)


def needed(desk: Desk) -> int:
    with desk.database.read() as db:
        return counts(db, now=desk.now).needs


def test_an_invitation_that_had_not_left_is_withheld_and_no_cancellation_follows(desk: Desk) -> None:
    patient = desk.patient()
    desk.book(desk.session(), patient)

    died(desk, patient)
    desk.send()

    assert desk.office.got == []
    assert [row.state for row in desk.log()] == ["withheld"]
    assert desk.owed() == []


def test_whoever_was_to_be_rung_is_not_rung(desk: Desk) -> None:
    patient = desk.patient(email=None)
    desk.book(desk.session(), patient)
    desk.send()
    before = needed(desk)

    died(desk, patient)

    assert (before, needed(desk)) == (1, 0)
    assert desk.only().state == "withheld"


def test_what_did_not_get_through_is_not_tried_again(desk: Desk) -> None:
    for state in (CommunicationState.FAILED, CommunicationState.RETRYING):
        patient = desk.patient()
        desk.book(desk.session(), patient)
        desk.send()
        with desk.database.write() as db:
            db.exec(select(Communication).where(col(Communication.patient_id) == patient.id)).one().state = state
        died(desk, patient)
    sent = len(desk.office.got)
    desk.send()

    assert len(desk.office.got) == sent
    assert {row.state for row in desk.log()} == {"withheld"}


def test_a_call_that_was_made_stays_in_the_log(desk: Desk) -> None:
    patient = desk.patient(email=None)
    desk.book(desk.session(), patient)
    desk.send()
    with desk.database.write() as db:
        messages.mark_called(db, desk.only().id, by=desk.user, now=desk.now)

    died(desk, patient)

    assert desk.only().state == "call-task"


def test_an_imported_death_ends_the_places_as_well(desk: Desk) -> None:
    """The import only says that they have died; the rest is done by whoever hears of it."""
    patient, session = desk.patient(), desk.session()
    desk.book(session, patient)
    with desk.database.write() as db:
        db.get_one(Patient, patient.id).is_deceased = True
        outbox.publish(db, "patient.died", patient.id, now=desk.now)

    follow(desk)
    desk.send()

    with desk.database.read() as db:
        (place,) = db.exec(select(Appointment)).all()
    assert (place.status, place.reason) == ("cancelled", "deceased")
    assert desk.office.got == []


def test_a_death_taken_back_before_anybody_heard_of_it_ends_nothing(desk: Desk) -> None:
    patient = desk.patient()
    desk.book(desk.session(), patient)
    with desk.database.write() as db:
        outbox.publish(db, "patient.died", patient.id, now=desk.now)

    follow(desk)

    with desk.database.read() as db:
        assert db.exec(select(Appointment.status)).all() == ["booked"]


def test_after_a_mistake_what_was_held_back_is_sent_once(desk: Desk) -> None:
    patient = desk.patient()
    desk.book(desk.session(), patient)
    died(desk, patient)
    desk.send()
    desk.wait(minutes=5)

    corrected(desk, patient)
    desk.send()

    (mail,) = desk.office.got
    assert mail.recipient == patient.email
    assert mail.line("SEQUENCE") == "0"
    assert desk.only().state == "sent"


def test_a_message_waits_for_a_mistake_that_is_just_being_corrected(desk: Desk) -> None:
    """Else it would be withheld unseen, after the worker has looked for what was withheld."""
    patient = desk.patient()
    desk.book(desk.session(), patient)
    died(desk, patient)
    desk.wait(minutes=5)
    with desk.database.write() as db:
        (work,) = outbox.claim(db, now=desk.now, limit=20)

    def send() -> None:
        messages.deliver(desk.database, work, now=desk.now, transport=desk.transport, settings=desk.settings)

    with ThreadPoolExecutor(1) as worker:
        with desk.database.write() as db:
            appointments.correct_death(db, patient.id, by=desk.user, now=desk.now)
            db.flush()
            sending = worker.submit(send)
            time.sleep(0.5)
        sending.result(timeout=30)

    assert [mail.recipient for mail in desk.office.got] == [patient.email]
    assert desk.only().state == "sent"


def test_after_a_mistake_somebody_who_had_their_invitation_hears_nothing(desk: Desk) -> None:
    patient = desk.patient()
    desk.book(desk.session(), patient)
    desk.send()
    died(desk, patient)
    desk.wait(minutes=5)

    corrected(desk, patient)

    assert desk.send() == 0
    assert len(desk.office.got) == 1


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "450 4.2.0 try later"])
def test_a_message_on_its_way_while_the_death_is_recorded_ends_in_no_task(desk: Desk, answer: str) -> None:
    """One worker holds the message; the death is recorded and another follows it before the mail server answers."""
    patient = desk.patient()
    desk.book(desk.session(), patient)
    leave = desk.transport

    def meanwhile(parcel: Parcel) -> None:
        died(desk, patient)
        leave(parcel)

    desk.office.at_recipient.append(answer)
    desk.transport = meanwhile
    desk.send()

    assert (desk.only().state, desk.only().recipient) == ("withheld", None)
    assert (needed(desk), desk.owed()) == (0, [])


def lost_their_seat(desk: Desk, *, told_before: bool) -> Patient:
    """Recorded as dead by mistake, before or after the invitation left; somebody else has the seat by now."""
    patient, session = desk.patient(), desk.session(most=1)
    desk.book(session, patient)
    if told_before:
        desk.send()
    died(desk, patient)
    desk.send()
    desk.book(session, desk.patient(email=None))
    desk.wait(minutes=5)
    corrected(desk, patient)
    desk.send()
    return patient


def kinds_sent_to(desk: Desk, patient: Patient) -> list[str]:
    return [row.kind for row in desk.log() if row.patient_id == patient.id and row.state == "sent"]


def test_whoever_never_had_their_invitation_hears_of_no_cancellation(desk: Desk) -> None:
    patient = lost_their_seat(desk, told_before=False)

    assert kinds_sent_to(desk, patient) == ["waiting"]
    assert len(desk.office.got) == 1
    assert [row for row in desk.owed() if row.buried_at is None] == []


def test_whoever_had_their_invitation_has_it_taken_back(desk: Desk) -> None:
    patient = lost_their_seat(desk, told_before=True)

    assert sorted(kinds_sent_to(desk, patient)) == ["cancellation", "invitation", "waiting"]


def test_an_invitation_that_may_have_left_before_a_crash_is_taken_back(desk: Desk) -> None:
    """A worker let it go and died before it could note so: the entry may stand in the person's calendar."""
    patient, session = desk.patient(), desk.session(most=1)
    desk.book(session, patient)
    leave = desk.transport

    def die(parcel: Parcel) -> None:
        leave(parcel)
        raise KeyboardInterrupt

    desk.transport = die
    with pytest.raises(KeyboardInterrupt):
        desk.send()
    desk.transport = leave
    died(desk, patient)
    desk.wait(minutes=30)
    desk.send()
    desk.book(session, desk.patient(email=None))
    corrected(desk, patient)
    desk.send()

    assert sorted(kinds_sent_to(desk, patient)) == ["cancellation", "waiting"]
