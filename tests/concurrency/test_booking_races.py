"""Many hands at one session: no place is given twice, nobody is told twice, and nothing fails."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from sma.appointments import Appointment, CancelReason, Invitation, InvitationRevision, Stopped, book, cancel, move
from sma.appointments.rules import AlreadyBooked, CannotChange
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.identity import CurrentUser, Role
from tests.concurrency.races import at_once, post, served
from tests.conftest import NOW
from tests.factories import make_appointment, make_login, make_patient, make_session, make_user

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(300)]

CROWD, PLACES = 60, 12


def _crowd(clinic: Database, size: int = CROWD) -> tuple[CurrentUser, UUID, list[UUID]]:
    with clinic.write() as db:
        desk = make_user(db, Role.FRONT_DESK)
        session = make_session(db, most=PLACES, clinician_minutes=600)
        return desk, session.id, [make_patient(db).id for _ in range(size)]


def _book(clinic: Database, desk: CurrentUser, session_id: UUID, patient_id: UUID) -> str:
    with clinic.write() as db:
        return book(db, session_id, patient_id, waiting_ok=True, by=desk, now=NOW).status


def _assert_each_told_once(clinic: Database, people: list[UUID]) -> None:
    with clinic.read() as db:
        told = Counter(
            db.exec(
                select(Appointment.patient_id).join(
                    InvitationRevision, col(InvitationRevision.appointment_id) == col(Appointment.id)
                )
            )
        )
        whats = Counter(db.exec(select(InvitationRevision.what)))
        owed = Counter(db.exec(select(Outbox.subject_id)))
        assert told == Counter(people)
        assert whats == {"request": PLACES, "waiting": len(people) - PLACES}
        assert set(owed.values()) == {1}
        assert set(owed) == set(db.exec(select(InvitationRevision.id)))
        assert db.exec(select(func.count(func.distinct(col(Invitation.uid))))).one() == len(people)


def test_sixty_hands_fill_twelve_places_and_the_rest_wait(clinic: Database) -> None:
    desk, session_id, people = _crowd(clinic)

    results = at_once([partial(_book, clinic, desk, session_id, person) for person in people])

    assert Counter(map(str, results)) == {"booked": PLACES, "waitlist": CROWD - PLACES}
    _assert_each_told_once(clinic, people)


def test_sixty_browsers_fill_twelve_places_and_the_rest_wait(clinic: Database, url: str, tmp_path: Path) -> None:
    _, session_id, people = _crowd(clinic)
    token = _token(clinic)
    path = f"/sessions/{session_id}/appointments"

    with served(url, tmp_path) as (port,):
        forms = [{"patient_id": str(person), "waiting": "on", "idempotency_key": uuid4().hex} for person in people]
        results = at_once([partial(post, port, path, token, form) for form in forms])

    # Each leads to the session, with an Undo of its own.
    assert Counter((status, page.partition("?")[0]) for status, page in results) == {
        (303, f"/sessions/{session_id}"): CROWD
    }
    _assert_each_told_once(clinic, people)
    assert _taken(clinic, session_id) == PLACES


def test_without_a_waiting_list_those_too_late_get_the_stop_page(clinic: Database) -> None:
    desk, session_id, people = _crowd(clinic, 20)

    def act(person: UUID) -> None:
        with clinic.write() as db:
            book(db, session_id, person, by=desk, now=NOW)

    results = at_once([partial(act, person) for person in people])

    assert Counter(type(result) for result in results) == {type(None): PLACES, Stopped: 8}


def test_one_person_posted_at_once_into_two_overlapping_sessions_gets_one_place(clinic: Database) -> None:
    with clinic.write() as db:
        desk, people = make_user(db, Role.FRONT_DESK), [make_patient(db).id for _ in range(8)]
        first = make_session(db)
        second = make_session(db, starts_at=first.starts_at + timedelta(minutes=45))
        ids = (first.id, second.id)

    def act(session_id: UUID, person: UUID) -> str:
        with clinic.write() as db:
            return book(db, session_id, person, by=desk, now=NOW).status

    results = at_once([partial(act, session_id, person) for person in people for session_id in ids])

    assert Counter(str(result) if isinstance(result, str) else type(result).__name__ for result in results) == {
        "booked": 8,
        "Stopped": 8,
    }
    with clinic.read() as db:
        assert Counter(db.exec(select(Appointment.patient_id))) == Counter(people)


def test_a_button_pressed_twenty_times_books_once_and_leads_to_one_page(
    clinic: Database, url: str, tmp_path: Path
) -> None:
    _, session_id, (person, *_) = _crowd(clinic, 1)
    token, form = _token(clinic), {"patient_id": str(person), "idempotency_key": "one-form"}

    with served(url, tmp_path, processes=2) as ports:
        acts = [partial(post, ports[n % 2], f"/sessions/{session_id}/appointments", token, form) for n in range(20)]
        results = at_once(acts)

    with clinic.read() as db:
        (place,) = db.exec(select(Appointment.id)).all()
    assert Counter(results) == {(303, f"/sessions/{session_id}?undo={place}"): 20}
    with clinic.read() as db:
        assert len(db.exec(select(Outbox)).all()) == 1


def test_cancels_and_moves_between_bookings_never_overfill_a_session(clinic: Database) -> None:
    desk, session_id, people = _crowd(clinic)
    with clinic.write() as db:
        other = make_session(db, most=PLACES, starts_at=NOW + timedelta(days=5), clinician_minutes=600).id
        inside = [make_appointment(db, _get(db, session_id)).id for _ in range(6)]
        outside = [make_appointment(db, _get(db, other)).id for _ in range(6)]

    def leave(appointment_id: UUID) -> None:
        with clinic.write() as db:
            cancel(db, appointment_id, reason=CancelReason.PATIENT, by=desk, now=NOW)

    def go(appointment_id: UUID, target: UUID) -> None:
        with clinic.write() as db:
            move(db, appointment_id, target, by=desk, now=NOW)

    acts: list[Callable[[], object]] = [partial(_book, clinic, desk, session_id, person) for person in people[:40]]
    acts += [partial(leave, place) for place in inside[:3]] + [partial(go, place, other) for place in inside[3:]]
    acts += [partial(go, place, session_id) for place in outside]
    results = at_once(acts)

    errors = {type(result) for result in results if isinstance(result, Exception)}
    assert errors <= {Stopped, AlreadyBooked, CannotChange}
    assert _taken(clinic, session_id) <= PLACES
    assert _taken(clinic, other) <= PLACES
    with clinic.read() as db:
        owed = Counter(db.exec(select(Outbox.subject_id)))
        assert set(owed) == set(db.exec(select(InvitationRevision.id)))
        assert set(owed.values()) == {1}


def test_two_processes_book_cancel_and_move_without_an_error(clinic: Database, url: str, tmp_path: Path) -> None:
    _, session_id, people = _crowd(clinic)
    token = _token(clinic)
    with clinic.write() as db:
        other = make_session(db, most=PLACES, starts_at=NOW + timedelta(days=5), clinician_minutes=600).id
        leaving = [make_appointment(db, _get(db, session_id)).id for _ in range(4)]
        moving = [make_appointment(db, _get(db, other)).id for _ in range(4)]

    with served(url, tmp_path, processes=2) as ports:
        acts = [
            partial(
                post,
                ports[n % 2],
                f"/sessions/{session_id}/appointments",
                token,
                {"patient_id": str(person), "waiting": "on"},
            )
            for n, person in enumerate(people[:40])
        ]
        acts += [
            partial(post, ports[n % 2], f"/appointments/{place}/cancellation", token, {"reason": "patient"})
            for n, place in enumerate(leaving)
        ]
        acts += [
            partial(post, ports[n % 2], f"/appointments/{place}/move", token, {"session_id": str(session_id)})
            for n, place in enumerate(moving)
        ]
        statuses = Counter(status for status, _ in at_once(acts))

    assert set(statuses) <= {303, 409}
    assert statuses[303] >= 44
    assert _taken(clinic, session_id) <= PLACES


def _token(clinic: Database) -> str:
    with clinic.write() as db:
        return make_login(db, Role.FRONT_DESK, username=f"desk-{uuid4().hex[:6]}")[1]


def _get(db: object, session_id: UUID) -> object:
    from sma.scheduling import GroupSession

    return db.get(GroupSession, session_id)  # type: ignore[attr-defined]


def _taken(clinic: Database, session_id: UUID) -> int:
    from sma.appointments import places

    with clinic.read() as db:
        return places(db, session_id).taken
