"""Changing one person's place: taking them off, moving them, undoing that, giving a place from the waiting list."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.appointments import actions, queries
from sma.appointments.queries.options import Group
from sma.appointments.rules import REASON_WORDS, AppointmentStatus, CannotChange, NeedsReason, NoWayBack, Stopped
from sma.appointments.web.asking import (
    ASKED,
    BUSY_THEN,
    CANCELLED,
    MOVED,
    PLACE_GIVEN,
    RESTORED,
    SEAT_GONE,
    UNDONE,
    WAITS_AGAIN,
    Booker,
    CancellationAnswers,
    MoveAnswers,
    PlaceAnswers,
    ReturnAnswers,
    ReversalAnswers,
    choosable,
    is_past,
    may_pass,
    reason_labels,
    reasons_missing,
    undo_at,
    when,
)
from sma.appointments.web.replays import replay
from sma.appointments.web.stopping import stop_page
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.identity import CurrentUser
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/appointments/{appointment_id}/cancellation")
def ask_cancellation(request: Request, appointment_id: UUID, db: ReadDb, _user: Booker) -> Response:
    return _cancellation(request, db, appointment_id, forms.blank())


@router.post("/appointments/{appointment_id}/cancellation")
def cancel(request: Request, appointment_id: UUID, form: CancellationAnswers, db: WriteDb, user: Booker) -> Response:
    if form.errors:
        return _cancellation(request, db, appointment_id, form, status_code=422)
    now, key = clock.now(), form.values.idempotency_key
    _, session_id = actions.hold_person(db, appointment_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        ended = (AppointmentStatus.CANCELLED, AppointmentStatus.ENTERED_IN_ERROR)
        return replay(request, db, done, dict.fromkeys(ended, CANCELLED))
    actions.cancel(db, appointment_id, reason=form.values.reason, by=user, now=now)
    led_to = undo_at(session_id, appointment_id)
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=CANCELLED)


@router.get("/appointments/{appointment_id}/move")
def ask_move(
    request: Request, appointment_id: UUID, db: ReadDb, user: Booker, session_id: UUID | None = None
) -> Response:
    """Show where the person could go, or the checks of the session that was picked."""
    if session_id is None:
        return _targets(request, db, appointment_id)
    return _move_panel(request, db, appointment_id, session_id, user, forms.blank())


@router.post("/appointments/{appointment_id}/move")
def move(request: Request, appointment_id: UUID, form: MoveAnswers, db: WriteDb, user: Booker) -> Response:
    if form.errors:
        return _targets(request, db, appointment_id, form, status_code=422)
    now, values = clock.now(), form.values
    patient_id, _ = actions.hold_person(db, appointment_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return replay(request, db, done, {AppointmentStatus.BOOKED: MOVED})
    try:
        place = actions.move(db, appointment_id, values.session_id, passed=values.passed(), by=user, now=now)
    except NeedsReason as needed:
        form = forms.with_errors(form, reasons_missing(needed.findings))
        return _move_panel(request, db, appointment_id, values.session_id, user, form, status_code=422)
    except Stopped as stop:
        return stop_page(request, db, stop, session_id=values.session_id, patient_id=patient_id, user=user, now=now)
    led_to = undo_at(values.session_id, place.id)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=MOVED)


@router.post("/appointments/{appointment_id}/restoration")
def restore(request: Request, appointment_id: UUID, form: ReturnAnswers, db: WriteDb, user: Booker) -> Response:
    """Undo a cancellation or a move, or let the person wait with the turn they had."""
    if form.errors:
        raise CannotChange
    now, key = clock.now(), form.values.idempotency_key
    patient_id, session_id = actions.hold_person(db, appointment_id)
    led_to = f"/sessions/{session_id}"
    if done := idempotency.already_done(db, key, user_id=user.id):
        status, _ = queries.state_of_place(db, appointment_id)
        return go_to(request, done, say=_RETURNED.get(AppointmentStatus(status)))
    act = actions.wait_with_turn if form.values.waiting else actions.restore
    try:
        place = act(db, appointment_id, by=user, now=now)
    except NoWayBack as gone:
        return _seat_gone(request, gone)
    except NeedsReason:
        raise CannotChange("The place cannot simply be put back. Book it again from the session.") from None
    except Stopped as stop:
        return stop_page(request, db, stop, session_id=session_id, patient_id=patient_id, user=user, now=now)
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=_RETURNED.get(AppointmentStatus(place.status)))


_RETURNED = {AppointmentStatus.WAITLIST: WAITS_AGAIN, AppointmentStatus.BOOKED: RESTORED}


def _seat_gone(request: Request, gone: NoWayBack) -> Response:
    """Lead to the session they left, which says why they can't simply go back and offers their turn on its list."""
    said = BUSY_THEN if gone.is_busy else SEAT_GONE
    return go_to(request, f"/sessions/{gone.session_id}?turn={gone.place_id}", say=said)


@router.post("/appointments/{appointment_id}/reversal")
def reverse(request: Request, appointment_id: UUID, form: ReversalAnswers, db: WriteDb, user: Booker) -> Response:
    """Undo a booking, a move to here, or a change of the waiting list."""
    if form.errors:
        raise CannotChange
    now, values = clock.now(), form.values
    patient_id, session_id = actions.hold_person(db, appointment_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        _, version = queries.state_of_place(db, appointment_id)
        return go_to(request, done, say=UNDONE if version == values.version + 1 else None)
    try:
        place = actions.undo(db, appointment_id, version=values.version, by=user, now=now)
    except NoWayBack as gone:
        return _seat_gone(request, gone)
    except NeedsReason:
        raise CannotChange("They can't simply go back. Move them from the session, with a reason.") from None
    except Stopped as stop:
        # Only a move can be stopped on its way back: the refusal is about the session they came from.
        home_id = queries.came_from(db, appointment_id) or session_id
        return stop_page(request, db, stop, session_id=home_id, patient_id=patient_id, user=user, now=now)
    led_to = f"/sessions/{place.group_session_id}"
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    _, after = queries.state_of_place(db, appointment_id)
    # Past their ten minutes, somebody who was moved keeps this place and waits for the other.
    return go_to(request, led_to, say=UNDONE if after > values.version else WAITS_AGAIN)


@router.post("/appointments/{appointment_id}/place")
def give_place(request: Request, appointment_id: UUID, form: PlaceAnswers, db: WriteDb, user: Booker) -> Response:
    """Give somebody who waits a place; asks for a reason when one is needed."""
    if form.errors:
        return _place_panel(request, db, appointment_id, user, form, status_code=422)
    now, values = clock.now(), form.values
    patient_id, session_id = actions.hold_person(db, appointment_id)
    led_to = undo_at(session_id, appointment_id)
    if done := idempotency.already_done(db, values.idempotency_key, user_id=user.id):
        return replay(request, db, done, {AppointmentStatus.BOOKED: PLACE_GIVEN})
    try:
        actions.give_place(db, appointment_id, passed=values.passed(), by=user, now=now)
    except NeedsReason as needed:
        form = forms.with_errors(form, reasons_missing(needed.findings))
        return _place_panel(request, db, appointment_id, user, form, status_code=422)
    except Stopped as stop:
        return stop_page(request, db, stop, session_id=session_id, patient_id=patient_id, user=user, now=now)
    idempotency.remember(db, values.idempotency_key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=PLACE_GIVEN)


def _cancellation(
    request: Request, db: ReadSession, appointment_id: UUID, form: Form[Any], *, status_code: int = 200
) -> Response:
    row, session = queries.place_of(db, appointment_id)
    return render(
        request,
        "appointments/cancellation.html",
        status_code=status_code,
        row=row,
        session=session,
        when=when(session),
        reasons=[(value, REASON_WORDS[reason]) for value, reason in choosable(has_begun=is_past(session, clock.now()))],
        form=form,
    )


def _targets(
    request: Request,
    db: ReadSession,
    appointment_id: UUID,
    form: Form[Any] | None = None,
    *,
    status_code: int = 200,
) -> Response:
    row, session = queries.place_of(db, appointment_id)
    coming = queries.options(db, row.patient_id, now=clock.now(), besides=session.id, leaving=appointment_id)
    return render(
        request,
        "appointments/move.html",
        status_code=status_code,
        row=row,
        session=session,
        when=when(session),
        heaps={group.value: [option for option in coming if option.group is group] for group in Group},
        count=len(coming),
        form=form or forms.blank(),
    )


def _move_panel(
    request: Request,
    db: ReadSession,
    appointment_id: UUID,
    target_id: UUID,
    user: CurrentUser,
    form: Form[Any],
    *,
    status_code: int = 200,
) -> Response:
    row, session = queries.place_of(db, appointment_id)
    target = queries.session_of(db, target_id)
    person = queries.panel(db, target, row.patient_id, now=clock.now(), besides=appointment_id)
    passes = may_pass(user)
    if person.is_stopped(may_pass=passes):
        return stop_page(
            request,
            db,
            Stopped("suit"),
            session_id=target_id,
            patient_id=row.patient_id,
            user=user,
            now=clock.now(),
        )
    return render(
        request,
        "appointments/move_to.html",
        status_code=status_code,
        row=row,
        session=session,
        target=target,
        when=when(session),
        when_target=when(target),
        person=person,
        can_book=person.can_book(may_pass=passes),
        to_explain=person.to_explain(may_pass=passes),
        reason_labels=reason_labels(person.to_explain(may_pass=passes)),
        asked=ASKED,
        form=form,
    )


def _place_panel(
    request: Request,
    db: ReadSession,
    appointment_id: UUID,
    user: CurrentUser,
    form: Form[Any],
    *,
    status_code: int,
) -> Response:
    row, session = queries.place_of(db, appointment_id)
    person = queries.panel(
        db, session, row.patient_id, now=clock.now(), besides=appointment_id, waiting_as=appointment_id
    )
    return render(
        request,
        "appointments/place.html",
        status_code=status_code,
        row=row,
        session=session,
        when=when(session),
        person=person,
        to_explain=person.to_explain(may_pass=may_pass(user)),
        reason_labels=reason_labels(person.to_explain(may_pass=may_pass(user))),
        asked=ASKED,
        form=form,
    )
