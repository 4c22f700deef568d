"""Sixty people at the desk's browsers want twelve places at the same moment."""

from collections import Counter
from functools import partial
from uuid import UUID

import pytest
from sqlmodel import col, select

from sma.appointments import Appointment
from tests.concurrency.races import at_once
from tests.factories import make_patient, make_session
from tests.races.browser import Browser, Form, Page
from tests.races.served import Clinic

pytestmark = [pytest.mark.concurrency, pytest.mark.xdist_group("races"), pytest.mark.timeout(300)]

CROWD, PLACES = 60, 12


def crowd(clinic: Clinic, size: int = CROWD) -> tuple[UUID, list[UUID]]:
    """A session of twelve places and people with an address who want one."""
    with clinic.database.write() as db:
        session = make_session(db, most=PLACES, clinician_minutes=600)
        return session.id, [make_patient(db).id for _ in range(size)]


def booking_form(browser: Browser, session_id: UUID, patient_id: UUID) -> Form:
    page = browser.open(f"/sessions/{session_id}/appointments/new?patient_id={patient_id}")
    assert page.status == 200
    return page.form("Book")


def press_twice(browser: Browser, form: Form) -> list[Page]:
    """Press a button twice at once, as an impatient hand does; both presses lead to the same place."""
    pages = at_once([partial(browser.press, form)] * 2)
    assert len({(page.status, page.leads_to) for page in pages}) == 1, pages
    return pages


def live_rows(clinic: Clinic, session_id: UUID) -> Counter[str]:
    with clinic.database.read() as db:
        rows = db.exec(
            select(Appointment.status, Appointment.patient_id).where(col(Appointment.group_session_id) == session_id)
        ).all()
    assert len({patient_id for _, patient_id in rows}) == len(rows)
    return Counter(status for status, _ in rows)


def test_sixty_people_at_the_stop_page_and_twelve_places_make_twelve_invitations(clinic: Clinic) -> None:
    session_id, people = crowd(clinic)
    desks = [clinic.sign_in() for _ in range(6)]
    pairs = [(desks[number % 6], person) for number, person in enumerate(people)]
    forms = [booking_form(desk, session_id, person) for desk, person in pairs]

    def want_a_place(desk: Browser, form: Form) -> list[int]:
        answers = press_twice(desk, form)
        statuses = [answers[0].status]
        if answers[0].status == 409:
            # The stop page: nothing booked, and a button that always works.
            statuses += [page.status for page in press_twice(desk, answers[0].form("waiting list"))][:1]
        return statuses

    ways = at_once([partial(want_a_place, desk, form) for (desk, _), form in zip(pairs, forms, strict=True)])

    assert Counter(map(str, ways)) == {"[303]": PLACES, "[409, 303]": CROWD - PLACES}
    assert live_rows(clinic, session_id) == {"booked": PLACES, "waitlist": CROWD - PLACES}

    clinic.deliver()

    assert clinic.subjects() == {"Appointment": PLACES, "Waiting list": CROWD - PLACES}
    assert len({mail.recipient for mail in clinic.office.got}) == CROWD
    clinic.assert_everybody_was_told_once()


def test_asking_for_the_list_straight_away_needs_one_press_each(clinic: Clinic) -> None:
    session_id, people = crowd(clinic)
    desk = clinic.sign_in()
    forms = [booking_form(desk, session_id, person).filled(waiting="on") for person in people]

    pages = at_once([partial(desk.press, form) for form in forms])

    # Each leads back with its own Undo.
    led_to = Counter((page.status, page.leads_to.partition("?")[0]) for page in pages)
    assert led_to == {(303, f"/sessions/{session_id}"): CROWD}
    assert len({page.leads_to for page in pages}) == CROWD
    assert live_rows(clinic, session_id) == {"booked": PLACES, "waitlist": CROWD - PLACES}
    clinic.deliver()
    assert clinic.subjects() == {"Appointment": PLACES, "Waiting list": CROWD - PLACES}
    clinic.assert_everybody_was_told_once()
