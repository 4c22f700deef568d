"""Giving places: from the desk, at the door, from the waiting list."""

from datetime import timedelta

import pytest
from sqlmodel import select

from sma.appointments import (
    AlreadyBooked,
    Appointment,
    Invitation,
    InvitationRevision,
    LeadQuestion,
    NeedsReason,
    NotBookable,
    Stopped,
    book,
    give_place,
    places,
)
from sma.appointments.rules import CannotChange
from sma.core.audit import AuditEvent
from sma.core.db import WriteSession
from sma.identity import Role
from tests.conftest import NOW
from tests.factories import make_appointment, make_location, make_patient, make_room, make_session, make_user
from tests.sma.appointments.reading import did, owed, told


def test_a_booked_person_has_a_place_and_is_told_once(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)

    appointment = book(db, session.id, person.id, by=desk, now=NOW)

    assert appointment.status == "booked"
    assert told(db, person.id) == [("request", 0)]
    assert len(owed(db)) == 1
    assert did(db) == ["book"]
    assert places(db, session.id).taken == 1


def test_what_a_person_is_told_is_neutral_and_in_the_time_of_the_place(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    location = make_location(db, name="Men’s shed", neutral_name="Saltwater", timezone="Australia/Brisbane", phone="07")
    session = make_session(db, location=location, audience="mens", version=4)

    book(db, session.id, person.id, by=desk, now=NOW)
    revision = db.exec(select(InvitationRevision)).one()

    assert revision.details == {
        "starts": "2026-11-24T09:00:00",
        "ends": "2026-11-24T10:30:00",
        "timezone": "Australia/Brisbane",
        "place": "Saltwater",
        "address": "1 Wharf Street, Saltwater NSW 2480",
        "phone": "07",
        "session_version": 4,
    }


def test_a_place_without_a_neutral_name_is_told_as_the_clinic(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    session = make_session(db, location=make_location(db, name="Diabetes centre", neutral_name=None))

    book(db, session.id, person.id, by=desk, now=NOW)

    assert db.exec(select(InvitationRevision)).one().details["place"] == "The clinic"


def test_the_thirteenth_person_waits_if_they_agree_to_and_is_told_so(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db, most=12), make_patient(db)
    for _ in range(12):
        make_appointment(db, session)

    with pytest.raises(Stopped):
        book(db, session.id, person.id, by=desk, now=NOW)
    appointment = book(db, session.id, person.id, waiting_ok=True, by=desk, now=NOW)

    assert (appointment.status, appointment.waiting_since) == ("waitlist", NOW)
    assert told(db, person.id) == [("waiting", 0)]


def test_the_room_less_staff_and_support_people_is_the_ceiling(db: WriteSession) -> None:
    location = make_location(db)
    room = make_room(db, location, seats=14)
    session = make_session(db, location=location, room_id=room.id, most=12, support_places=2)

    assert places(db, session.id).ceiling == 10


def test_a_session_for_nobody_refuses_everybody(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db, most=0)

    with pytest.raises(Stopped):
        book(db, session.id, make_patient(db).id, by=desk, now=NOW)


def test_nobody_is_booked_twice_into_one_session(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    book(db, session.id, person.id, by=desk, now=NOW)

    with pytest.raises(AlreadyBooked):
        book(db, session.id, person.id, by=desk, now=NOW)


def test_the_unique_index_answers_like_the_check(db: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from sma.appointments.actions import booking

    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    make_appointment(db, session, person)
    real = booking.read_scene
    # Reading misses the other booking, as it would if somebody wrote past our locks.
    monkeypatch.setattr(booking, "read_scene", lambda *a, **k: replace(real(*a, **k), is_here=False))

    with pytest.raises(AlreadyBooked):
        book(db, session.id, person.id, by=desk, now=NOW)


def test_nobody_is_in_two_sessions_at_one_time(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    first = make_session(db)
    second = make_session(db, starts_at=first.starts_at + timedelta(minutes=89))
    third = make_session(db, starts_at=first.ends_at)
    book(db, first.id, person.id, by=desk, now=NOW)

    with pytest.raises(Stopped):
        book(db, second.id, person.id, by=desk, now=NOW)

    assert book(db, third.id, person.id, by=desk, now=NOW).status == "booked"


@pytest.mark.parametrize("status", ["draft", "paused", "cancelled", "closed"])
def test_a_session_that_is_not_open_takes_nobody(db: WriteSession, status: str) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db, status=status)

    with pytest.raises(NotBookable):
        book(db, session.id, make_patient(db).id, by=desk, now=NOW)


def test_once_a_session_has_begun_only_the_door_adds_people_and_nobody_is_written_to(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    session = make_session(db)
    during = session.starts_at + timedelta(minutes=5)

    with pytest.raises(NotBookable):
        book(db, session.id, person.id, by=desk, now=during)
    appointment = book(db, session.id, person.id, walk_in=True, by=desk, now=during)

    assert appointment.is_walk_in
    assert db.exec(select(Invitation)).one().revisions == 0
    assert owed(db) == []


def test_at_the_door_nobody_waits_for_people_who_are_not_there(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db)
    make_appointment(db, session, status="waitlist", waiting_since=NOW)

    walk_in = book(db, session.id, make_patient(db).id, walk_in=True, by=desk, now=session.starts_at)

    assert walk_in.status == "booked"


def test_the_front_desk_cannot_pass_a_missing_agreement_but_a_health_worker_can(db: WriteSession) -> None:
    desk, worker = make_user(db, Role.FRONT_DESK), make_user(db, Role.HEALTH_WORKER)
    session, person = make_session(db), make_patient(db, agreed=False)
    passed = {"agreement": "Will sign on the day"}

    with pytest.raises(Stopped):
        book(db, session.id, person.id, passed=passed, by=desk, now=NOW)
    with pytest.raises(NeedsReason):
        book(db, session.id, person.id, by=worker, now=NOW)
    appointment = book(db, session.id, person.id, passed=passed, by=worker, now=NOW)

    assert appointment.passed_warnings == passed


def test_an_agreement_in_an_older_wording_or_withdrawn_does_not_count(db: WriteSession) -> None:
    from sma.people import Agreement

    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    agreement = db.exec(select(Agreement).where(Agreement.patient_id == person.id)).one()
    agreement.withdrawn_at = NOW
    db.flush()

    with pytest.raises(Stopped):
        book(db, session.id, person.id, by=desk, now=NOW)


def test_the_desk_asks_whoever_was_never_asked_and_goes_on(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db)
    person = make_patient(db, groups_ok=[], groups_state="not-asked")

    with pytest.raises(NeedsReason):
        book(db, session.id, person.id, by=desk, now=NOW)

    assert book(db, session.id, person.id, passed={"suit": "Asked today"}, by=desk, now=NOW).status == "booked"


def test_the_eleventh_person_in_sixty_minutes_is_a_warning_that_is_kept(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db, most=12, clinician_minutes=60)
    for _ in range(10):
        make_appointment(db, session)

    explained = book(db, session.id, make_patient(db).id, passed={"minutes": "Short visits"}, by=desk, now=NOW)
    unexplained = book(db, session.id, make_patient(db).id, by=desk, now=NOW)

    assert explained.passed_warnings == {"minutes": "Short visits"}
    assert unexplained.passed_warnings == {"minutes": "(no reason given)"}


def test_a_reason_for_a_warning_that_was_not_there_is_not_kept(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FACILITATOR), make_session(db)

    appointment = book(db, session.id, make_patient(db).id, passed={"suit": "x", "agreement": "y"}, by=desk, now=NOW)

    assert appointment.passed_warnings == {}


def test_a_newcomer_does_not_overtake_somebody_who_waits_and_could_come(db: WriteSession) -> None:
    desk, session, newcomer = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    make_appointment(db, session, status="waitlist", waiting_since=NOW)

    with pytest.raises(Stopped):
        book(db, session.id, newcomer.id, by=desk, now=NOW)

    assert book(db, session.id, newcomer.id, waiting_ok=True, by=desk, now=NOW).status == "waitlist"


def test_somebody_who_waits_but_could_not_come_holds_up_nobody(db: WriteSession) -> None:
    desk, session, newcomer = make_user(db, Role.FRONT_DESK), make_session(db, audience="mens"), make_patient(db)
    make_appointment(db, session, make_patient(db, groups_ok=["womens"]), status="waitlist", waiting_since=NOW)

    assert book(db, session.id, newcomer.id, by=desk, now=NOW).status == "booked"


def test_the_waiting_list_takes_everybody_but_the_deceased(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db, audience="mens")
    mismatch, gone = make_patient(db, groups_ok=["womens"], agreed=False), make_patient(db, is_deceased=True)

    waiting = book(db, session.id, mismatch.id, waiting_ok=True, ask_lead=True, by=desk, now=NOW)

    assert waiting.status == "waitlist"
    assert [asked.asked_at for asked in db.exec(select(LeadQuestion))] == [NOW]
    with pytest.raises(Stopped):
        book(db, session.id, gone.id, waiting_ok=True, by=desk, now=NOW)


@pytest.mark.parametrize(("most", "asked"), [(1, False), (0, True)])
def test_the_audit_says_that_the_lead_was_asked_only_when_they_were(db: WriteSession, most: int, asked: bool) -> None:
    session = make_session(db, most=most)
    book(
        db, session.id, make_patient(db).id, waiting_ok=True, ask_lead=True, by=make_user(db, Role.FRONT_DESK), now=NOW
    )
    db.flush()

    (event,) = db.exec(select(AuditEvent)).all()

    assert event.details["asked_lead"] is asked


def test_a_freed_place_goes_to_whoever_waited_longest_and_passing_over_needs_a_reason(db: WriteSession) -> None:
    worker, session = make_user(db, Role.FACILITATOR), make_session(db)
    first = book(db, session.id, make_patient(db).id, by=worker, now=NOW)
    first.status, first.waiting_since = "waitlist", NOW
    second_person = make_patient(db)
    second = book(db, session.id, second_person.id, waiting_ok=True, by=worker, now=NOW + timedelta(minutes=1))

    with pytest.raises(NeedsReason):
        give_place(db, second.id, by=worker, now=NOW + timedelta(minutes=2))
    given = give_place(db, first.id, by=worker, now=NOW + timedelta(minutes=2))
    after = give_place(db, second.id, by=worker, now=NOW + timedelta(minutes=3))

    assert (given.status, after.status) == ("booked", "booked")
    assert told(db, second_person.id) == [("waiting", 0), ("request", 0)]


def test_passing_somebody_over_is_kept_with_its_reason(db: WriteSession) -> None:
    lead, session = make_user(db, Role.CULTURAL_LEAD), make_session(db)
    make_appointment(db, session, status="waitlist", waiting_since=NOW - timedelta(days=1))
    late = make_appointment(db, session, status="waitlist", waiting_since=NOW)

    given = give_place(db, late.id, passed={"waiting": "Dialysis day"}, by=lead, now=NOW)

    assert given.passed_warnings == {"waiting": "Dialysis day"}


def test_a_place_is_given_only_to_somebody_who_waits_and_only_when_there_is_one(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db, most=1)
    booked = make_appointment(db, session)
    waiting = make_appointment(db, session, status="waitlist", waiting_since=NOW)

    with pytest.raises(CannotChange):
        give_place(db, booked.id, by=desk, now=NOW)
    with pytest.raises(Stopped):
        give_place(db, waiting.id, by=desk, now=NOW)


def test_every_person_has_a_calendar_name_of_their_own_that_says_nothing(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db)
    for _ in range(3):
        book(db, session.id, make_patient(db).id, by=desk, now=NOW)

    uids = set(db.exec(select(Invitation.uid)))

    assert len(uids) == 3
    known = {str(value) for row in db.exec(select(Appointment)) for value in (row.id, row.patient_id)}
    assert not uids & known
