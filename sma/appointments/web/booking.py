"""Booking: from the session (find a person) and from the person (find a session)."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.appointments import actions, queries
from sma.appointments.queries.options import Group
from sma.appointments.rules import AppointmentStatus, NeedsReason, Stopped
from sma.appointments.web.asking import (
    ASKED,
    BOOKED,
    LEAD_ANSWERED,
    LEAD_ASKED,
    WAITING,
    WAITS_ALREADY,
    Booker,
    BookingAnswers,
    BookingForm,
    SearchAnswers,
    may_pass,
    reason_labels,
    reasons_missing,
    undo_at,
    when,
)
from sma.appointments.web.replays import replay
from sma.appointments.web.stopping import stop_page
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb, WriteSession
from sma.identity import CurrentUser, Permission
from sma.people import Patient, PersonNotFound, find_patients, full_name, hold_patients, preferred
from sma.people.languages import LANGUAGE_WORDS
from sma.web import forms
from sma.web.flash import Said
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/sessions/{session_id}/appointments/new")
def new(
    request: Request,
    session_id: UUID,
    db: ReadDb,
    user: Booker,
    patient_id: UUID | None = None,
) -> Response:
    """Find a person, or show the checks of the person who was picked."""
    if patient_id is None:
        return _search(request, db, session_id, "")
    return _panel(request, db, session_id, patient_id, user, forms.blank())


@router.post("/sessions/{session_id}/appointments/search")
def search(request: Request, session_id: UUID, form: SearchAnswers, db: ReadDb, _user: Booker) -> Response:
    """Find a person. What is typed is posted, so that names stay out of addresses and logs."""
    if form.errors:
        return _search(request, db, session_id, "", form, status_code=422)
    return _search(request, db, session_id, form.values.text, form)


@router.post("/sessions/{session_id}/appointments")
def create(request: Request, session_id: UUID, form: BookingAnswers, db: WriteDb, user: Booker) -> Response:
    now = clock.now()
    if form.errors:
        try:
            patient_id = UUID(form.text("patient_id"))
        except ValueError:
            return _search(request, db, session_id, "", form, status_code=422)
        return _panel(request, db, session_id, patient_id, user, form, status_code=422)
    values = form.values
    # Two presses of one button queue here; the second finds where the first one led.
    hold_patients(db, [values.patient_id])
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        if "#" in done:  # they waited already, and the cultural lead may have been asked
            waits = queries.entry_of(db, session_id, values.patient_id) is not None
            return go_to(request, done, say=_waits(values) if waits else None)
        says: dict[str, Said] = {AppointmentStatus.BOOKED: BOOKED, AppointmentStatus.WAITLIST: _waits(values)}
        return replay(request, db, done, says)
    if values.will_wait and (entry_id := queries.entry_of(db, session_id, values.patient_id)):
        return _keep_waiting(request, db, session_id, entry_id, values, user)
    try:
        appointment = actions.book(
            db,
            session_id,
            values.patient_id,
            passed=values.passed(),
            waiting_ok=values.will_wait,
            ask_lead=values.ask_lead,
            by=user,
            now=now,
        )
    except NeedsReason as needed:
        form = forms.with_errors(form, reasons_missing(needed.findings))
        return _panel(request, db, session_id, values.patient_id, user, form, status_code=422)
    except Stopped as stop:
        return stop_page(request, db, stop, session_id=session_id, patient_id=values.patient_id, user=user, now=now)
    led_to = undo_at(session_id, appointment.id)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=_waits(values) if appointment.status == AppointmentStatus.WAITLIST else BOOKED)


@router.get("/people/{patient_id}/appointments/new")
def choose(request: Request, patient_id: UUID, db: ReadDb, user: Booker) -> Response:
    """Show a person's own places, and the coming sessions for them: can join, after one step, not suitable."""
    patient = db.get(Patient, patient_id)
    if patient is None:
        raise PersonNotFound
    now = clock.now()
    coming = [] if patient.is_deceased else queries.options(db, patient_id, now=now)
    theirs, _past = queries.places_of_person(db, patient_id, now=now)
    return render(
        request,
        "appointments/choose.html",
        patient_id=patient_id,
        name=full_name(patient),
        preferred=preferred(patient),
        theirs=[place for place in theirs if place.is_live],
        links=user.may(Permission.SEE_EVERY_SESSION),
        heaps={group.value: [option for option in coming if option.group is group] for group in Group},
        count=len(coming),
    )


def _keep_waiting(
    request: Request, db: WriteSession, session_id: UUID, entry_id: UUID, values: BookingForm, user: CurrentUser
) -> Response:
    """Lead to the entry of somebody who waits already, with a question to the cultural lead when one is asked."""
    now, led_to, said = clock.now(), f"/sessions/{session_id}#waiting", WAITS_ALREADY
    if values.ask_lead:
        question = actions.ask_about_waiting(db, entry_id, by=user, now=now)
        said = LEAD_ANSWERED if question.answered_at else LEAD_ASKED
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=said)


def _waits(values: BookingForm) -> Said:
    return LEAD_ASKED if values.ask_lead else WAITING


def _search(
    request: Request,
    db: ReadSession,
    session_id: UUID,
    sought: str,
    form: Form[Any] | None = None,
    *,
    status_code: int = 200,
) -> Response:
    session = queries.session_of(db, session_id)
    return render(
        request,
        "appointments/search.html",
        status_code=status_code,
        session=session,
        when=when(session),
        places=queries.places(db, session_id),
        sought=sought,
        language_words=LANGUAGE_WORDS,
        hits=find_patients(db, sought),
        form=form or forms.blank(),
    )


def _panel(
    request: Request,
    db: ReadSession,
    session_id: UUID,
    patient_id: UUID,
    user: CurrentUser,
    form: Form[Any],
    *,
    status_code: int = 200,
) -> Response:
    now = clock.now()
    session = queries.session_of(db, session_id)
    person = queries.panel(db, session, patient_id, now=now)
    passes = may_pass(user)
    if person.closed is None and not person.is_here and person.places.left and person.is_stopped(may_pass=passes):
        cause = next(found.code for found in person.checked.beyond(may_pass=passes) if found.code in ("suit", "person"))
        return stop_page(request, db, Stopped(cause), session_id=session_id, patient_id=patient_id, user=user, now=now)
    return render(
        request,
        "appointments/new.html",
        status_code=status_code,
        session=session,
        when=when(session),
        person=person,
        findings=_shown(person, passes),
        language_words=LANGUAGE_WORDS,
        can_book=person.can_book(may_pass=passes),
        to_explain=person.to_explain(may_pass=passes) if person.can_book(may_pass=passes) else [],
        reason_labels=reason_labels(person.to_explain(may_pass=passes)),
        asked=ASKED,
        form=form,
    )


def _shown(person: queries.Panel, passes: bool) -> list[Any]:
    """Return the checks to show. With no place left, whether the session suits is not said to the desk."""
    if passes or person.places.left:
        return list(person.checked.findings)
    return [found for found in person.checked.findings if found.code not in ("suit", "person")]
