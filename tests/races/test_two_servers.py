"""Two servers, one clinic: bookings, cancellations and moves meet, and mail leaves in the middle of it."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from sma.appointments import Appointment
from sma.appointments.rules import LIVE, TAKES_A_PLACE
from sma.identity import Role
from tests.concurrency.races import at_once
from tests.factories import make_patient, make_session
from tests.races.browser import Browser, Form, Page
from tests.races.served import Clinic

pytestmark = [pytest.mark.concurrency, pytest.mark.xdist_group("races"), pytest.mark.timeout(300)]

PLACES, SETTLED, NEWCOMERS = 12, 8, 24


class Watch:
    """Looks at all sessions again and again while others act, as a page would."""

    def __init__(self, clinic: Clinic) -> None:
        self.most_taken = 0
        self.most_rows = 0
        self.looks = 0
        self._clinic = clinic

    def look(self) -> None:
        taken = func.count().filter(col(Appointment.status).in_(TAKES_A_PLACE))
        live = func.count().filter(col(Appointment.status).in_(LIVE))
        session, person = col(Appointment.group_session_id), col(Appointment.patient_id)
        with self._clinic.database.read() as db:
            counts = db.exec(select(taken).group_by(session)).all()
            rows = db.exec(select(live).group_by(session, person)).all()
        self.most_taken = max([self.most_taken, *counts])
        self.most_rows = max([self.most_rows, *rows])
        self.looks += 1


@contextmanager
def watching(clinic: Clinic) -> Iterator[Watch]:
    """Observe from another connection until the block ends, and let workers send what is owed meanwhile."""
    watch, over = Watch(clinic), Event()

    def repeat(act: Callable[[], object], pause: float) -> None:
        while not over.wait(pause):
            act()

    threads = [
        Thread(target=repeat, args=(watch.look, 0.01)),
        Thread(target=repeat, args=(partial(clinic.deliver, 1), 0.1)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield watch
    finally:
        over.set()
        for thread in threads:
            thread.join()
    watch.look()


def two_sessions(clinic: Clinic) -> tuple[UUID, UUID]:
    with clinic.database.write() as db:
        first = make_session(db, most=PLACES, clinician_minutes=600)
        second = make_session(db, most=PLACES, clinician_minutes=600, starts_at=first.starts_at + timedelta(days=3))
        return first.id, second.id


def settle(clinic: Clinic, desk: Browser, session_id: UUID, people: int) -> list[UUID]:
    """Book some people through the pages and return their places."""
    with clinic.database.write() as db:
        ids = [make_patient(db).id for _ in range(people)]
    for person in ids:
        page = desk.open(f"/sessions/{session_id}/appointments/new?patient_id={person}")
        assert desk.press(page.form("Book")).status == 303
    with clinic.database.read() as db:
        return list(db.exec(select(Appointment.id).where(col(Appointment.group_session_id) == session_id)))


def both(desk: Browser, clinic: Clinic, form: Form) -> list[Page]:
    """One form, sent at the same moment to both servers."""
    return at_once([partial(desk.at(port).press, form) for port in clinic.ports])


def test_bookings_cancellations_and_moves_at_two_servers_keep_every_promise(clinic: Clinic) -> None:
    desk = clinic.sign_in()
    here, there = two_sessions(clinic)
    settled_here, settled_there = (settle(clinic, desk, each, SETTLED) for each in (here, there))
    with clinic.database.write() as db:
        newcomers = [make_patient(db).id for _ in range(NEWCOMERS)]
    leave = [
        desk.open(f"/appointments/{place}/cancellation").form("Take").filled(reason="patient")
        for place in settled_here[:5] + settled_there[:2]
    ]
    cross = [desk.open(f"/appointments/{place}/move?session_id={there}").form("Move") for place in settled_here[5:]]
    cross += [desk.open(f"/appointments/{place}/move?session_id={here}").form("Move") for place in settled_there[2:]]
    enter = [
        desk.open(f"/sessions/{here}/appointments/new?patient_id={person}").form("Book").filled(waiting="on")
        for person in newcomers
    ]
    forms = leave + cross + enter
    random.Random(7).shuffle(forms)

    with watching(clinic) as watch:
        pairs = at_once([partial(both, desk, clinic, form) for form in forms])

    assert all(isinstance(pair, list) and all(isinstance(page, Page) for page in pair) for pair in pairs), pairs
    ways = {form: [page.status for page in pair] for form, pair in zip(map(id, forms), pairs, strict=True)}
    assert all(ways[id(form)] == [303, 303] for form in leave + enter), ways
    # A move into a session that filled up meanwhile meets the stop page, and the person keeps what they had. A refusal
    # is not kept: where a place comes free between two presses, the second is let in.
    assert all(set(ways[id(form)]) <= {303, 409} for form in cross), ways
    assert watch.looks > 5
    assert (watch.most_taken <= PLACES, watch.most_rows) == (True, 1)
    clinic.deliver()
    clinic.assert_everybody_was_told_once()
    _assert_nobody_was_lost(clinic, newcomers=NEWCOMERS, left=len(leave), settled=2 * SETTLED)


def _assert_nobody_was_lost(clinic: Clinic, *, newcomers: int, left: int, settled: int) -> None:
    with clinic.database.read() as db:
        live = db.exec(select(Appointment.patient_id).where(col(Appointment.status).in_(LIVE))).all()
    assert len(live) == len(set(live)) == newcomers + settled - left


def test_one_person_posted_at_once_into_two_overlapping_sessions_gets_one_place(clinic: Clinic) -> None:
    desk = clinic.sign_in()
    with clinic.database.write() as db:
        first = make_session(db)
        second = make_session(db, starts_at=first.starts_at + timedelta(minutes=45))
        sessions, people = (first.id, second.id), [make_patient(db).id for _ in range(10)]
    forms = [
        [desk.open(f"/sessions/{each}/appointments/new?patient_id={person}").form("Book") for each in sessions]
        for person in people
    ]

    acts = [partial(desk.at(port).press, form) for pair in forms for port, form in zip(clinic.ports, pair, strict=True)]
    pages = at_once(acts)

    statuses = [sorted(page.status for page in pages[at : at + 2]) for at in range(0, len(pages), 2)]
    assert statuses == [[303, 409]] * len(people)
    with clinic.database.read() as db:
        assert Counter(db.exec(select(Appointment.patient_id))) == Counter(people)
    clinic.deliver()
    assert clinic.subjects() == {"Appointment": len(people)}
    clinic.assert_everybody_was_told_once()


def test_every_form_about_a_place_sent_to_both_servers_at_once_acts_once(clinic: Clinic) -> None:
    desk = clinic.sign_in(Role.MANAGER)
    here, there = two_sessions(clinic)
    with clinic.database.write() as db:
        person = make_patient(db).id
    told = 0

    def press(form: Form, leads_to: str) -> None:
        nonlocal told
        pages = both(desk, clinic, form)
        assert [(page.status, page.leads_to.partition("?")[0]) for page in pages] == [(303, leads_to)] * 2
        told += 1
        clinic.deliver()
        clinic.assert_everybody_was_told_once()
        assert len(clinic.office.got) == told

    press(desk.open(f"/sessions/{here}/appointments/new?patient_id={person}").form("Book"), f"/sessions/{here}")
    place = _only_live(clinic)
    press(desk.open(f"/appointments/{place}/move?session_id={there}").form("Move"), f"/sessions/{there}")
    press(_put_back(desk, here, place), f"/sessions/{here}")
    place = _only_live(clinic)
    leave = desk.open(f"/appointments/{place}/cancellation").form("Take").filled(reason="patient")
    press(leave, f"/sessions/{here}")
    press(_put_back(desk, here, place), f"/sessions/{here}")
    press(desk.open(f"/sessions/{here}/cancellation").form("Cancel the session"), f"/sessions/{here}")

    sent = [(mail.line("UID"), int(mail.line("SEQUENCE"))) for mail in clinic.office.got]
    assert len({uid for uid, _ in sent}) == 1
    assert [sequence for _, sequence in sent] == list(range(len(sent)))


def test_places_that_came_free_are_given_once_each(clinic: Clinic) -> None:
    desk = clinic.sign_in(Role.FACILITATOR)
    here, _ = two_sessions(clinic)
    settled = settle(clinic, desk, here, PLACES)
    with clinic.database.write() as db:
        waiting = [make_patient(db).id for _ in range(6)]
    for person in waiting:
        page = desk.open(f"/sessions/{here}/appointments/new?patient_id={person}")
        assert desk.press(page.form("waiting list")).status == 303
    clinic.deliver()
    for place in settled[:3]:
        form = desk.open(f"/appointments/{place}/cancellation").form("Take").filled(reason="clinic")
        assert desk.press(form).status == 303
    page = desk.open(f"/sessions/{here}")
    give = [form.filled(reason_waiting="Asked for by name") for form in page.forms() if form.action.endswith("/place")]
    assert len(give) == 6

    with watching(clinic) as watch:
        pairs = at_once([partial(both, desk, clinic, form) for form in give])

    assert Counter(str([page.status for page in pair]) for pair in pairs) == {"[303, 303]": 3, "[409, 409]": 3}
    assert (watch.most_taken, watch.most_rows) == (PLACES, 1)
    clinic.deliver()
    clinic.assert_everybody_was_told_once()
    assert clinic.subjects() == {"Appointment": PLACES + 3, "Waiting list": 6, "Cancelled: appointment": 3}


def _put_back(desk: Browser, session_id: UUID, place: UUID) -> Form:
    forms = desk.open(f"/sessions/{session_id}").forms()
    return next(form for form in forms if form.action == f"/appointments/{place}/restoration")


def _only_live(clinic: Clinic) -> UUID:
    with clinic.database.read() as db:
        return db.exec(select(Appointment.id).where(col(Appointment.status).in_(LIVE))).one()
