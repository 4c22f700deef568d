"""What pages read about places: right, in order, and in a constant number of statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from sma.appointments import CancelReason, book, cancel, counts_between, history, places, roster
from sma.appointments.facts import setting_of
from sma.appointments.queries import options, waiting_list
from sma.core.audit import record
from sma.core.db import ReadSession, WriteSession
from sma.core.errors import NotFound
from sma.identity import Role
from tests.conftest import NOW
from tests.factories import make_appointment, make_location, make_patient, make_room, make_session, make_user


@contextmanager
def statements(db: ReadSession) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = db.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("people", [1, 25])
def test_lists_take_as_many_statements_for_many_people_as_for_one(db: WriteSession, people: int) -> None:
    session, person = make_session(db, most=10), make_patient(db)
    for number in range(people):
        make_appointment(db, session, status="booked" if number % 2 else "waitlist", waiting_since=NOW)
        make_session(db, starts_at=NOW + timedelta(days=2, hours=number))
    reads: dict[str, tuple[Callable[[], object], int]] = {
        "roster": (lambda: roster(db, session.id, now=NOW), 1),
        "places": (lambda: places(db, session.id), 1),
        "history": (lambda: history(db, session.id), 1),
        "counts": (lambda: counts_between(db, session.held_on, session.held_on), 1),
        "options": (lambda: options(db, person.id, now=NOW), 2),
    }

    for name, (read, most) in reads.items():
        with statements(db) as seen:
            read()
        assert len(seen) == most, name


def test_the_roster_lists_places_by_name_then_the_waiting_by_turn_then_those_taken_off(db: WriteSession) -> None:
    session = make_session(db)
    make_appointment(db, session, make_patient(db, preferred_name="Zoe"))
    make_appointment(db, session, make_patient(db, preferred_name="Abe"))
    for name, minutes in (("Late", 9), ("Early", 1)):
        waiting_since = NOW + timedelta(minutes=minutes)
        make_appointment(
            db, session, make_patient(db, preferred_name=name), status="waitlist", waiting_since=waiting_since
        )
    make_appointment(db, session, make_patient(db, preferred_name="Gone"), status="cancelled", reason="patient")

    rows = roster(db, session.id, now=NOW)

    assert [row.preferred for row in rows] == ["Abe", "Zoe", "Early", "Late", "Gone"]
    assert [row.words for row in rows] == ["Booked", "Booked", "Waiting", "Waiting", "Cancelled by patient"]
    assert rows[-1].reason_words == "They asked to cancel"


def test_after_the_end_whoever_was_never_marked_is_not_recorded(db: WriteSession) -> None:
    session = make_session(db)
    make_appointment(db, session)

    assert [row.words for row in roster(db, session.id, now=session.ends_at)] == ["Not recorded"]


def test_the_roster_knows_a_first_visit_and_a_missing_agreement(db: WriteSession) -> None:
    session, regular = make_session(db), make_patient(db, preferred_name="Abe")
    make_appointment(db, make_session(db, starts_at=NOW - timedelta(days=7)), regular, status="fulfilled")
    make_appointment(db, session, regular)
    make_appointment(db, session, make_patient(db, preferred_name="New", agreed=False, interpreter_needed="yes"))

    first, second = roster(db, session.id)

    assert (first.is_first_time, first.has_agreement, first.needs_interpreter) == (False, True, False)
    assert (second.is_first_time, second.has_agreement, second.needs_interpreter) == (True, False, True)


def test_the_waiting_list_says_why_not_yet_and_marks_who_is_next(db: WriteSession) -> None:
    session = make_session(db, audience="mens")
    people = [
        make_patient(db, groups_ok=["womens"]),
        make_patient(db, agreed=False),
        make_patient(db),
        make_patient(db),
    ]
    for number, person in enumerate(people):
        since = NOW + timedelta(minutes=number)
        make_appointment(db, session, person, status="waitlist", waiting_since=since)

    listed = waiting_list(roster(db, session.id), setting_of(session), places(db, session.id))

    assert [entry.number for entry in listed] == [1, 2, 3, 4]
    assert [entry.why for entry in listed] == [
        "No suitable place yet",
        "Agreement to group care is missing",
        "Next in line. A place is free",
        "Somebody else has waited longer",
    ]
    assert [entry.is_next for entry in listed] == [False, False, True, False]


def test_options_fall_into_three_heaps_and_say_no_more_than_they_may(db: WriteSession) -> None:
    person = make_patient(db, groups_ok=["womens", "open"])
    day = timedelta(days=1)
    fine = make_session(db, starts_at=NOW + day)
    mismatch = make_session(db, starts_at=NOW + 2 * day, audience="mens")
    full = make_session(db, starts_at=NOW + 3 * day, most=0)
    awaited = make_session(db, starts_at=NOW + 4 * day)
    make_appointment(db, awaited, status="waitlist", waiting_since=NOW)
    make_session(db, starts_at=NOW - day)
    make_session(db, starts_at=NOW + 5 * day, status="draft")
    make_session(db, starts_at=NOW + timedelta(weeks=9))
    make_appointment(db, make_session(db, starts_at=NOW + 6 * day), person)

    found = options(db, person.id, now=NOW)

    assert [(option.session_id, option.group.value) for option in found] == [
        (fine.id, "can-join"),
        (mismatch.id, "not-suitable"),
        (full.id, "one-step"),
        (awaited.id, "one-step"),
    ]
    assert [option.lines for option in found] == [
        (),
        (),
        ("Every place is taken.",),
        ("Somebody is already waiting for a place here.",),
    ]


def test_a_time_that_is_taken_elsewhere_is_one_step_away_unless_that_place_is_given_up(db: WriteSession) -> None:
    person, session = make_patient(db), make_session(db)
    held = make_appointment(db, session, person)
    make_session(db, starts_at=session.starts_at + timedelta(minutes=10))

    assert [option.group.value for option in options(db, person.id, now=NOW)] == ["one-step"]
    assert [option.group.value for option in options(db, person.id, now=NOW, leaving=held.id)] == ["can-join"]


def test_two_sessions_on_one_day_count_their_own_places(db: WriteSession) -> None:
    location = make_location(db)
    room = make_room(db, location, seats=9)
    first = make_session(db, location=location, room_id=room.id, most=6)
    second = make_session(db, location=location, room_id=room.id, most=6, starts_at=first.ends_at)
    for session in (first, second):
        for _ in range(6):
            make_appointment(db, session)

    assert [places(db, session.id).left for session in (first, second)] == [0, 0]
    assert {counts.booked for counts in counts_between(db, first.held_on, second.held_on).values()} == {6}


def test_history_tells_in_sentences_what_was_done_and_not_what_was_refused(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK, username="tahlia"), make_session(db)
    appointment = book(db, session.id, make_patient(db, preferred_name="Mary").id, by=desk, now=NOW)
    later = NOW + timedelta(minutes=1)
    cancel(db, appointment.id, reason=CancelReason.AWAY_FAMILY_REASONS, by=desk, now=later)
    db.flush()

    lines = history(db, session.id)

    assert [line.sentence for line in lines] == [
        "Tahlia took Mary off (away for family reasons)",
        "Tahlia booked Mary",
    ]


def test_what_happened_at_the_same_moment_is_told_in_the_order_of_a_sessions_life(db: WriteSession) -> None:
    manager, session = make_user(db, Role.MANAGER, username="karen"), make_session(db)
    for did in ("publish-session", "cancel-session", "make-session", "assign-role"):
        record(db, by=manager, did=did, on=session, now=NOW)
    db.flush()

    assert [line.sentence.removeprefix("Karen ") for line in history(db, session.id)] == [
        "cancelled this session for everyone",
        "opened this session for bookings",
        "added a worker",
        "planned this session",
    ]


def test_asking_about_a_session_that_is_not_there_says_so(db: WriteSession) -> None:
    with pytest.raises(NotFound):
        places(db, make_patient(db).id)
