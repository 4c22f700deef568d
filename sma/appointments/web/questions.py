"""What is asked of the cultural lead: their work list, one question with its answer, and one's own questions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sma.appointments import actions, queries
from sma.appointments.rules import AlreadyAnswered
from sma.appointments.web.asking import Booker
from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.identity import CurrentUser, Permission, require
from sma.scheduling import audiences, places_in_use
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press, Pressed
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Lead = Annotated[CurrentUser, require(Permission.APPROVE_AUDIENCE)]

ANSWERED = notice("question-answered", "Answered. Whoever asked sees it on their page of today.")
READ = notice("question-read", "Noted that you have read it.")


class Answer(Press):
    answer: str = Field(min_length=2, max_length=500)


Answers = Annotated[Form[Answer], Depends(forms.of(Answer))]


@router.get("/questions")
def index(request: Request, db: ReadDb, user: Booker) -> Response:
    """Show the cultural lead everything that waits for them, and everybody what became of their own questions."""
    leads = user.may(Permission.APPROVE_AUDIENCE)
    return render(
        request,
        "appointments/questions.html",
        leads=leads,
        asked=queries.open_questions(db) if leads else [],
        audiences=audiences(db, now=clock.now()) if leads else None,
        own=queries.questions_of(db, user.id),
        has_zones=places_in_use(db).has_zones,
    )


@router.get("/questions/{question_id}")
def show(request: Request, question_id: UUID, db: ReadDb, _user: Lead) -> Response:
    return _page(request, db, question_id, forms.blank())


@router.post("/questions/{question_id}/answer")
def answer(request: Request, question_id: UUID, form: Answers, db: WriteDb, user: Lead) -> Response:
    if form.errors:
        return _page(request, db, question_id, form, status_code=422)
    now, key, led_to = clock.now(), form.values.idempotency_key, "/questions"
    actions.hold_question(db, question_id)
    if done := idempotency.already_done(db, key, user_id=user.id):
        return go_to(request, done, say=ANSWERED)
    try:
        actions.answer_question(db, question_id, form.values.answer, by=user, now=now)
    except AlreadyAnswered as refusal:
        refused = forms.with_errors(form, {"answer": refusal.message})
        return _page(request, db, question_id, refused, status_code=refusal.status)
    idempotency.remember(db, key, user_id=user.id, led_to=led_to, now=now)
    return go_to(request, led_to, say=ANSWERED)


@router.post("/questions/{question_id}/reading")
def read(request: Request, question_id: UUID, _form: Pressed, db: WriteDb, user: Booker) -> Response:
    actions.mark_read(db, question_id, by=user, now=clock.now())
    return go_to(request, "/questions", say=READ)


def _page(request: Request, db: ReadSession, question_id: UUID, form: Form[Any], *, status_code: int = 200) -> Response:
    row = queries.question(db, question_id)
    session = queries.session_of(db, row.session_id)
    person = queries.panel(
        db, session, row.patient_id, now=clock.now(), besides=row.appointment_id, waiting_as=row.appointment_id
    )
    return render(
        request,
        "appointments/question.html",
        status_code=status_code,
        row=row,
        findings=person.checked.findings,
        places=person.places,
        form=form,
    )
