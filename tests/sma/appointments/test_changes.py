"""Ending, moving and reinstating places; cancelling and changing a whole session."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from sma.appointments import (
    Appointment,
    CancelReason,
    Counts,
    Invitation,
    InvitationRevision,
    Stopped,
    book,
    cancel,
    cancel_session,
    counts_between,
    move,
    places,
    restore,
    revise_invitations,
    roster,
)
from sma.appointments.rules import OWN_SEAT_FOR, AlreadyBooked, CannotChange, NotBookable, NoWayBack
from sma.core.db import Database, WriteSession
from sma.core.outbox import Outbox, Work, claim, publish
from sma.identity import Role
from sma.scheduling import GroupSession
from sma.scheduling.rules import SessionLocked
from tests.conftest import NOW
from tests.factories import make_appointment, make_patient, make_session, make_user
from tests.sma.appointments.reading import did, owed, told

MINUTE = timedelta(minutes=1)


def test_a_cancelled_place_is_free_at_once_and_its_history_stays(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    first = book(db, session.id, person.id, by=desk, now=NOW)

    cancel(db, first.id, reason=CancelReason.PATIENT, by=desk, now=NOW + MINUTE)
    freed = places(db, session.id).taken
    book(db, session.id, person.id, by=desk, now=NOW + 2 * MINUTE)

    assert freed == 0
    assert sorted(db.exec(select(Appointment.status))) == ["booked", "cancelled"]
    assert told(db, person.id) == [("request", 0), ("cancel", 1), ("request", 0)]
    assert len(set(db.exec(select(Invitation.uid)))) == 2


def test_cancelling_twice_is_refused_and_tells_nobody_twice(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)

    with pytest.raises(CannotChange):
        cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)

    assert told(db, person.id) == [("request", 0), ("cancel", 1)]


def test_somebody_taken_off_the_waiting_list_is_told_without_a_calendar_entry_to_take_back(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db, most=0), make_patient(db)
    place = book(db, session.id, person.id, waiting_ok=True, by=desk, now=NOW)

    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW + MINUTE)
    newest = db.exec(select(InvitationRevision).where(col(InvitationRevision.what) == "cancel")).one()

    assert newest.details["was_waiting"] is True
    assert told(db, person.id) == [("waiting", 0), ("cancel", 0)]


def test_a_closed_sessions_places_stay_as_they_are(db: WriteSession) -> None:
    desk = make_user(db, Role.FRONT_DESK)
    place = make_appointment(db, make_session(db, status="closed"))

    with pytest.raises(CannotChange):
        cancel(db, place.id, reason=CancelReason.CLINIC, by=desk, now=NOW)


def test_what_was_entered_by_mistake_is_marked_as_such(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)

    cancel(db, place.id, reason=CancelReason.ENTERED_BY_MISTAKE, by=desk, now=NOW)

    assert (place.status, place.reason) == ("entered-in-error", "entered-by-mistake")
    with pytest.raises(CannotChange):
        restore(db, place.id, by=desk, now=NOW)


def test_a_move_is_one_message_with_the_same_calendar_name(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    first, second = make_session(db), make_session(db, starts_at=NOW + timedelta(days=9))
    old = book(db, first.id, person.id, by=desk, now=NOW)
    uid = db.exec(select(Invitation.uid)).one()

    new = move(db, old.id, second.id, by=desk, now=NOW + MINUTE)

    assert (old.status, old.reason, new.moved_from_id) == ("cancelled", "moved", old.id)
    assert db.exec(select(Invitation.uid, Invitation.appointment_id)).one() == (uid, new.id)
    assert told(db, person.id) == [("request", 0), ("request", 1)]
    assert len(owed(db)) == 2
    assert (places(db, first.id).taken, places(db, second.id).taken) == (0, 1)


def test_a_move_that_cannot_be_made_changes_nothing(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    first, full = make_session(db), make_session(db, most=0, starts_at=NOW + timedelta(days=9))
    old = book(db, first.id, person.id, by=desk, now=NOW)

    with pytest.raises(Stopped):
        move(db, old.id, full.id, by=desk, now=NOW)

    assert old.status == "booked"
    assert told(db, person.id) == [("request", 0)]


def test_a_move_to_an_overlapping_time_is_possible_because_the_old_place_ends(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    first = make_session(db)
    second = make_session(db, starts_at=first.starts_at + timedelta(minutes=30))
    old = book(db, first.id, person.id, by=desk, now=NOW)

    assert move(db, old.id, second.id, by=desk, now=NOW).status == "booked"


def test_undoing_a_cancellation_gives_the_place_back_with_the_next_sequence(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)

    restored = restore(db, place.id, by=desk, now=NOW)

    assert (restored.id, restored.status, restored.reason) == (place.id, "booked", None)
    assert told(db, person.id) == [("request", 0), ("cancel", 1), ("request", 2)]


def test_somebody_who_has_died_since_is_not_put_back(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)
    person.is_deceased = True
    db.flush()

    with pytest.raises(Stopped) as stop:
        restore(db, place.id, by=desk, now=NOW)

    assert stop.value.cause == "person"
    assert place.status == "cancelled"
    assert told(db, person.id)[-1] == ("cancel", 1)
    assert [row.can_be_undone for row in roster(db, session.id)] == [False]


def test_whoever_is_put_back_after_their_place_went_waits_with_their_turn(
    db: WriteSession,
) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db, most=1), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)
    book(db, session.id, make_patient(db).id, by=desk, now=NOW)

    restored = restore(db, place.id, by=desk, now=NOW + OWN_SEAT_FOR)

    assert (restored.status, restored.waiting_since) == ("waitlist", NOW)
    assert told(db, person.id)[-1] == ("waiting", 1)


def test_somebody_put_back_on_the_waiting_list_keeps_their_turn(db: WriteSession) -> None:
    desk, session = make_user(db, Role.FRONT_DESK), make_session(db, most=0)
    place = book(db, session.id, make_patient(db).id, waiting_ok=True, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW + MINUTE)

    assert restore(db, place.id, by=desk, now=NOW + 2 * MINUTE).waiting_since == NOW


def test_undoing_a_move_moves_back(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    first, second = make_session(db), make_session(db, starts_at=NOW + timedelta(days=9))
    old = book(db, first.id, person.id, by=desk, now=NOW)
    move(db, old.id, second.id, by=desk, now=NOW)

    back = restore(db, old.id, by=desk, now=NOW)

    assert (back.group_session_id, back.status) == (first.id, "booked")
    assert [sequence for _, sequence in told(db, person.id)] == [0, 1, 2]


def test_a_moved_place_offers_its_way_back_only_while_the_place_it_led_to_stands(db: WriteSession) -> None:
    desk, person = make_user(db, Role.FRONT_DESK), make_patient(db)
    first, second = make_session(db), make_session(db, starts_at=NOW + timedelta(days=9))
    old = book(db, first.id, person.id, by=desk, now=NOW)
    new = move(db, old.id, second.id, by=desk, now=NOW)
    before = [row.can_be_undone for row in roster(db, first.id)]

    cancel(db, new.id, reason=CancelReason.PATIENT, by=desk, now=NOW + MINUTE)

    assert (before, [row.can_be_undone for row in roster(db, first.id)]) == ([True], [False])
    with pytest.raises(CannotChange):
        restore(db, old.id, by=desk, now=NOW + MINUTE)


def test_somebody_booked_again_is_not_offered_the_old_place_as_well(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)

    book(db, session.id, person.id, by=desk, now=NOW + MINUTE)

    assert [row.can_be_undone for row in roster(db, session.id)] == [False, False]


def test_stamps_rise_even_when_everything_happens_within_one_second(db: WriteSession) -> None:
    desk, session, person = make_user(db, Role.FRONT_DESK), make_session(db), make_patient(db)
    place = book(db, session.id, person.id, by=desk, now=NOW)
    cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=NOW)
    restore(db, place.id, by=desk, now=NOW)

    stamps = [row.revised_at for row in db.exec(select(InvitationRevision).order_by(col(InvitationRevision.number)))]

    assert stamps == [NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)]


def test_cancelling_a_session_ends_every_place_and_tells_each_person_once(db: WriteSession) -> None:
    manager, session = make_user(db, Role.MANAGER), make_session(db, most=2)
    people = [make_patient(db) for _ in range(4)]
    for person in people:
        book(db, session.id, person.id, waiting_ok=True, by=manager, now=NOW)

    number = cancel_session(db, session.id, by=manager, now=NOW + MINUTE)

    assert number == 4
    assert {row.reason for row in db.exec(select(Appointment))} == {"session-cancelled"}
    assert [told(db, person.id)[-1] for person in people] == [("cancel", 1)] * 2 + [("cancel", 0)] * 2
    assert "cancel-session" in did(db)
    with pytest.raises(SessionLocked):
        cancel_session(db, session.id, by=manager, now=NOW)
    with pytest.raises(NotBookable):
        book(db, session.id, make_patient(db).id, by=manager, now=NOW)


def test_a_session_in_which_somebody_has_arrived_is_not_cancelled(db: WriteSession) -> None:
    manager, session = make_user(db, Role.MANAGER), make_session(db)
    make_appointment(db, session, status="arrived")

    with pytest.raises(CannotChange):
        cancel_session(db, session.id, by=manager, now=NOW)


def _changed_session(database: Database, **changes: object) -> tuple[GroupSession, list[Appointment], Work]:
    with database.write() as db:
        desk, session = make_user(db, Role.FRONT_DESK), make_session(db, most=2)
        rows = [book(db, session.id, make_patient(db).id, waiting_ok=True, by=desk, now=NOW) for _ in range(3)]
        cancelled = book(db, session.id, make_patient(db).id, waiting_ok=True, by=desk, now=NOW)
        cancel(db, cancelled.id, reason=CancelReason.PATIENT, by=desk, now=NOW)
        session.version += 1
        for name, value in changes.items():
            setattr(session, name, value)
        publish(db, "session.changed", session.id, now=NOW, key=str(session.version))
    with database.write() as db:
        work = next(work for work in claim(db, now=NOW, limit=50) if work.kind == "session.changed")
    return session, rows, work


def test_when_the_time_changes_each_person_still_on_the_list_is_told_once(database: Database) -> None:
    later = NOW + timedelta(days=3)
    _, rows, work = _changed_session(database, starts_at=later, ends_at=later + timedelta(minutes=90))

    revise_invitations(database, work, now=NOW + MINUTE)
    revise_invitations(database, work, now=NOW + 2 * MINUTE)

    with database.read() as db:
        whats = [[what for what, _ in told(db, row.patient_id)] for row in rows]
        sequences = [told(db, row.patient_id)[-1][1] for row in rows]
        assert whats == [["request", "request"]] * 2 + [["waiting", "waiting"]]
        assert sequences == [1, 1, 0]
        assert db.exec(select(Outbox).where(col(Outbox.id) == work.id)).one().finished_at


def test_nobody_hears_of_a_change_that_they_could_not_see(database: Database) -> None:
    _, rows, work = _changed_session(database, clinician_minutes=90)

    revise_invitations(database, work, now=NOW + MINUTE)

    with database.read() as db:
        assert all(len(told(db, row.patient_id)) == 1 for row in rows)


@pytest.mark.parametrize("status", ["cancelled", "closed", "draft"])
def test_a_session_that_is_off_has_nothing_to_tell(database: Database, status: str) -> None:
    later = NOW + timedelta(days=3)
    _, rows, work = _changed_session(database, starts_at=later, status=status)

    revise_invitations(database, work, now=NOW + MINUTE)

    with database.read() as db:
        assert all(len(told(db, row.patient_id)) == 1 for row in rows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(["book", "cancel", "restore"]), st.integers(0, 5)), max_size=14))
def test_places_left_is_the_ceiling_less_the_booked_on_every_surface(
    db: WriteSession, acts: list[tuple[str, int]]
) -> None:
    desk, session = make_user(db, Role.FRONT_DESK, username=f"u{uuid4().hex[:8]}"), make_session(db, most=3)
    people = [make_patient(db) for _ in range(6)]
    newest: dict[int, Appointment] = {}
    for step, (act, who) in enumerate(acts):
        now = NOW + step * MINUTE
        with suppress(AlreadyBooked, CannotChange, NoWayBack):
            if act == "book":
                newest[who] = book(db, session.id, people[who].id, waiting_ok=True, by=desk, now=now)
            elif who in newest and act == "cancel":
                cancel(db, newest[who].id, reason=CancelReason.PATIENT, by=desk, now=now)
            elif who in newest:
                restore(db, newest[who].id, by=desk, now=now)
        db.flush()
        rows = roster(db, session.id)
        booked = sum(row.has_place for row in rows)
        seen = places(db, session.id)
        on_day = counts_between(db, session.held_on, session.held_on)
        counts = {UUID(str(key)): value for key, value in on_day.items()}.get(session.id, Counts())
        assert booked <= 3
        assert (seen.taken, seen.left) == (booked, 3 - booked) == (counts.booked, 3 - counts.booked)
        assert seen.waiting == counts.waiting == sum(row.is_waiting for row in rows)
