"""When somebody has died: their places end in silence, and a mistake is taken back without telling an untruth."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from sma.appointments import (
    Appointment,
    CancelReason,
    Stopped,
    book,
    cancel_session,
    correct_death,
    give_place,
    places,
    record_death,
    restore,
    roster,
)
from sma.appointments.rules import CannotChange
from sma.core.audit import AuditEvent
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.identity import CurrentUser, Role
from sma.people import DeathAlreadyRecorded, NoDeathRecorded, Patient, ToldBy, full_name
from sma.scheduling import GroupSession
from tests.conftest import NOW, SignIn
from tests.factories import make_appointment, make_patient, make_session, make_user
from tests.sma.appointments.reading import did, owed, told

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def lead(db: WriteSession) -> CurrentUser:
    return make_user(db, Role.CULTURAL_LEAD)


def died(db: WriteSession, person: Patient, by: CurrentUser, **changes: Any) -> int:
    options = {"told_by": ToldBy.FAMILY, "died_on": None, "now": NOW + MINUTE, **changes}
    return record_death(db, person.id, by=by, **options)


def states(db: WriteSession, person_id: UUID) -> list[tuple[str, str | None]]:
    rows = db.exec(
        select(Appointment.status, Appointment.reason)
        .join(GroupSession)
        .where(col(Appointment.patient_id) == person_id)
        .order_by(col(GroupSession.starts_at))
    )
    return list(rows)


def why_ended(db: WriteSession) -> list[dict[str, Any]]:
    """What the audit says of places that ended, oldest first."""
    db.flush()
    events = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "cancel").order_by(col(AuditEvent.at)))
    return [event.details for event in events]


def test_every_coming_place_ends_and_nobody_is_told(db: WriteSession) -> None:
    by, person = lead(db), make_patient(db)
    for days in (1, 8):
        book(db, make_session(db, starts_at=NOW + days * DAY).id, person.id, by=by, now=NOW)
    book(db, make_session(db, starts_at=NOW + 15 * DAY, most=0).id, person.id, waiting_ok=True, by=by, now=NOW)
    before = sorted(told(db, person.id)), len(owed(db))

    assert died(db, person, by, died_on=date(2026, 11, 20)) == 3

    assert states(db, person.id) == [("cancelled", "deceased")] * 3
    assert (sorted(told(db, person.id)), len(owed(db))) == before
    assert full_name(person) == "— respectfully withheld —"
    assert (person.deceased_on, person.deceased_told_by) == (date(2026, 11, 20), "family")


def test_the_seat_is_free_and_the_next_who_waits_can_have_it(db: WriteSession) -> None:
    by, person, next_one = lead(db), make_patient(db), make_patient(db)
    session = make_session(db, most=1)
    book(db, session.id, person.id, by=by, now=NOW)
    waiting = book(db, session.id, next_one.id, waiting_ok=True, by=by, now=NOW)

    died(db, person, by)

    assert (places(db, session.id).left, places(db, session.id).waiting) == (1, 1)
    assert give_place(db, waiting.id, by=by, now=NOW + 2 * MINUTE).status == "booked"


def test_what_has_been_stays_as_it_was(db: WriteSession) -> None:
    by, person = lead(db), make_patient(db)
    for days, status, session_status in ((-7, "fulfilled", "closed"), (-1, "booked", "open"), (-2, "noshow", "open")):
        make_appointment(db, make_session(db, starts_at=NOW + days * DAY, status=session_status), person, status=status)
    running = make_session(db, starts_at=NOW - 10 * MINUTE)
    make_appointment(db, running, person, status="arrived")
    before = states(db, person.id)

    assert died(db, person, by) == 0
    assert states(db, person.id) == before


def test_a_place_in_a_session_that_is_running_ends_when_they_had_not_come(db: WriteSession) -> None:
    by, person = lead(db), make_patient(db)
    make_appointment(db, make_session(db, starts_at=NOW - 10 * MINUTE), person)

    assert died(db, person, by) == 1


def test_somebody_who_has_died_gets_no_place_at_any_door(db: WriteSession) -> None:
    by, person, session = lead(db), make_patient(db), make_session(db)
    place = book(db, session.id, person.id, by=by, now=NOW)
    died(db, person, by)

    for waiting_ok in (False, True):
        with pytest.raises(Stopped):
            book(db, make_session(db).id, person.id, waiting_ok=waiting_ok, by=by, now=NOW + 2 * MINUTE)
    with pytest.raises(CannotChange):
        restore(db, place.id, by=by, now=NOW + 2 * MINUTE)
    (row,) = roster(db, session.id)
    assert (row.can_be_undone, row.name) == (False, "— respectfully withheld —")


def test_the_record_says_who_did_it_and_names_nobody(db: WriteSession) -> None:
    by, person = lead(db), make_patient(db, preferred_name="Quillam", family_name="Zorba")
    book(db, make_session(db).id, person.id, by=by, now=NOW)
    died(db, person, by)
    correct_death(db, person.id, by=by, now=NOW + 2 * MINUTE)

    assert did(db) == ["book", "cancel", "record-death", "correct-death", "restore"]
    events = db.exec(select(AuditEvent)).all()
    assert {event.by_id for event in events} == {by.id}
    assert next(event for event in events if event.did == "record-death").details == {"told_by": "family"}
    assert "Quillam" not in repr(events)


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(1969, 1, 1)])
def test_a_day_that_cannot_be_is_refused_and_nothing_ends(db: WriteSession, day: date) -> None:
    by, person = lead(db), make_patient(db, born_on=date(1970, 3, 4))
    place = book(db, make_session(db).id, person.id, by=by, now=NOW)

    with pytest.raises(Invalid):
        died(db, person, by, died_on=day)

    assert (place.status, person.is_deceased) == ("booked", False)


def test_it_is_recorded_once_and_taken_back_once(db: WriteSession) -> None:
    by, person = lead(db), make_patient(db)
    with pytest.raises(NoDeathRecorded):
        correct_death(db, person.id, by=by, now=NOW)
    died(db, person, by)
    with pytest.raises(DeathAlreadyRecorded):
        died(db, person, by)


def test_a_mistake_gives_the_places_back_and_says_nothing_because_nothing_was_said(db: WriteSession) -> None:
    by, person = lead(db), make_patient(db)
    book(db, make_session(db, starts_at=NOW + DAY).id, person.id, by=by, now=NOW)
    book(db, make_session(db, starts_at=NOW + 8 * DAY, most=0).id, person.id, waiting_ok=True, by=by, now=NOW)
    died(db, person, by)
    before = sorted(told(db, person.id))

    put_back = correct_death(db, person.id, by=by, now=NOW + 2 * MINUTE)

    assert (put_back.back, put_back.lost) == (2, 0)
    assert states(db, person.id) == [("booked", None), ("waitlist", None)]
    assert sorted(told(db, person.id)) == before
    assert (person.is_deceased, person.deceased_on, person.deceased_told_by) == (False, None, None)
    assert full_name(person) == "Alan Drum"


def test_a_seat_that_somebody_else_has_by_now_is_waited_for_and_leaves_the_calendar(db: WriteSession) -> None:
    by, person, session = lead(db), make_patient(db), make_session(db, most=1)
    book(db, session.id, person.id, by=by, now=NOW)
    died(db, person, by)
    book(db, session.id, make_patient(db).id, by=by, now=NOW + MINUTE)
    book(db, session.id, make_patient(db).id, waiting_ok=True, by=by, now=NOW + MINUTE)

    assert correct_death(db, person.id, by=by, now=NOW + 2 * MINUTE).back == 1

    assert states(db, person.id) == [("waitlist", None)]
    assert next(row.patient_id for row in roster(db, session.id) if row.is_waiting) == person.id
    assert told(db, person.id) == [("request", 0), ("cancel", 1), ("waiting", 1)]


def test_a_seat_that_is_still_free_is_theirs_before_those_who_wait(db: WriteSession) -> None:
    by, person, session = lead(db), make_patient(db), make_session(db, most=1)
    book(db, session.id, person.id, by=by, now=NOW)
    book(db, session.id, make_patient(db).id, waiting_ok=True, by=by, now=NOW)
    died(db, person, by)

    correct_death(db, person.id, by=by, now=NOW + 2 * MINUTE)

    assert states(db, person.id) == [("booked", None)]


def test_a_session_that_began_meanwhile_has_them_on_its_roll_again(db: WriteSession) -> None:
    by, person, other = lead(db), make_patient(db), make_patient(db)
    session, full = make_session(db, starts_at=NOW + 5 * MINUTE), make_session(db, starts_at=NOW + 6 * MINUTE, most=1)
    make_appointment(db, session, person)
    make_appointment(db, full, other)
    died(db, person, by)
    died(db, other, by)
    make_appointment(db, full)

    assert correct_death(db, person.id, by=by, now=NOW + 10 * MINUTE).back == 1
    assert correct_death(db, other.id, by=by, now=NOW + 10 * MINUTE).lost == 1

    assert states(db, person.id) == [("booked", None)]
    assert states(db, other.id) == [("cancelled", "clinic")]
    assert why_ended(db)[-1] == {"reason": "clinic", "was_waiting": False}
    assert owed(db) == []


def test_a_time_that_changed_meanwhile_is_told_when_the_place_comes_back(db: WriteSession) -> None:
    by, person, session = lead(db), make_patient(db), make_session(db)
    book(db, session.id, person.id, by=by, now=NOW)
    died(db, person, by)
    session.starts_at += timedelta(hours=1)
    session.ends_at += timedelta(hours=1)

    correct_death(db, person.id, by=by, now=NOW + 2 * MINUTE)

    assert told(db, person.id) == [("request", 0), ("request", 1)]


def test_a_session_cancelled_meanwhile_gives_nothing_back_and_they_hear_of_it(db: WriteSession) -> None:
    by, person, session = lead(db), make_patient(db), make_session(db)
    book(db, session.id, person.id, by=by, now=NOW)
    died(db, person, by)
    cancel_session(db, session.id, by=by, now=NOW + MINUTE)

    put_back = correct_death(db, person.id, by=by, now=NOW + 2 * MINUTE)

    assert (put_back.back, put_back.lost) == (0, 1)
    assert states(db, person.id) == [("cancelled", CancelReason.SESSION_CANCELLED)]
    assert why_ended(db)[-1] == {"reason": "session-cancelled", "was_waiting": False}
    assert told(db, person.id) == [("request", 0), ("cancel", 1)]


def _ready(app: FastAPI) -> tuple[UUID, UUID]:
    with app.state.database.write() as db:
        person, session = make_patient(db, preferred_name="Quillam", family_name="Zorba"), make_session(db)
        book(db, session.id, person.id, by=lead(db), now=NOW)
        return person.id, session.id


def test_the_page_says_what_ends_and_wants_the_right_person_ticked(morning: FastAPI, sign_in: SignIn) -> None:
    person, session = _ready(morning)
    worker = sign_in(Role.HEALTH_WORKER)
    page = worker.get(f"/people/{person}/death").text
    for words in ("Quillam Zorba", "Born 4 Mar 1970", "1 coming place ends", "Who told us?", "10:00 am"):
        assert words in page, words

    unticked = worker.post(f"/people/{person}/death", data={"told_by": "family"})
    assert unticked.status_code == 422
    assert 'id="is_right_person-error"' in unticked.text
    assert "Quillam" in worker.get(f"/people/{person}").text

    form = {"told_by": "community", "died_on": "", "is_right_person": "on", "idempotency_key": "once"}
    first, again = (worker.post(f"/people/{person}/death", data=form) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    shown = worker.get(f"/people/{person}").text
    assert "Quillam" not in shown
    assert "a health worker or an Elder of their community" in shown
    assert "Zorba" not in worker.get(f"/sessions/{session}").text


def test_the_mistake_is_taken_back_from_their_page(morning: FastAPI, sign_in: SignIn) -> None:
    person, _ = _ready(morning)
    manager = sign_in(Role.MANAGER)
    manager.post(f"/people/{person}/death", data={"told_by": "notice", "is_right_person": "on"})
    assert f'href="/people/{person}/death-correction"' in manager.get(f"/people/{person}").text
    assert "Quillam" not in manager.get(f"/people/{person}/death-correction").text

    assert manager.post(f"/people/{person}/death-correction").headers["location"] == f"/people/{person}"

    page = manager.get(f"/people/{person}").text
    assert "Quillam Zorba" in page
    assert "Coming places given back: 1." in page
    assert manager.get(f"/people/{person}/death-correction").status_code == 303
    assert manager.post(f"/people/{person}/death-correction").status_code == 409


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.FACILITATOR, Role.BILLING, Role.SAFETY_LEAD])
def test_others_are_not_offered_it_and_may_not_do_it(morning: FastAPI, sign_in: SignIn, role: Role) -> None:
    person, _ = _ready(morning)
    client = sign_in(role)
    assert "/death" not in client.get(f"/people/{person}").text
    assert client.get(f"/people/{person}/death").status_code == 403
    form = {"told_by": "family", "is_right_person": "on"}
    assert client.post(f"/people/{person}/death", data=form).status_code == 403
    assert client.post(f"/people/{person}/death-correction").status_code == 403


def test_a_place_is_not_ended_as_a_death_by_hand(morning: FastAPI, sign_in: SignIn) -> None:
    """That is recorded on the person's page, where it stops everything else as well."""
    _, session = _ready(morning)
    with morning.state.database.read() as db:
        place = db.exec(select(Appointment.id).where(col(Appointment.group_session_id) == session)).one()
    answer = sign_in(Role.FRONT_DESK).post(f"/appointments/{place}/cancellation", data={"reason": "deceased"})
    assert answer.status_code == 422
    assert "Choose one of the reasons on this page." in answer.text
