"""The page that is handed over to be signed, the one that is read out, and the thanks in between.

What is handed over shows this one agreement and nothing else: no names of others, no way on but to sign or give back.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from sma.assignments import actions, queries
from sma.assignments.actions import Signature
from sma.assignments.law import load_law
from sma.assignments.paper import ASSIGNS, ENDURES
from sma.assignments.queries import AgreementView
from sma.assignments.rules import AssignmentMethod, Way, read_strokes
from sma.assignments.rules.strokes import HEIGHT, WIDTH
from sma.assignments.web.asking import HEARD, HeardAnswers, Recorder, SignatureAnswers, SignatureForm
from sma.core import clock
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import Invalid
from sma.web import forms
from sma.web.forms import Form
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)


@router.get("/assignments/{assignment_id}/signing")
def show(request: Request, assignment_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    view = queries.agreement_view(db, assignment_id)
    if view.assignment.signed_at is not None or view.assignment.revoked_at is not None:
        return go_to(request, f"/assignments/{assignment_id}")
    return _page(request, view, forms.blank())


@router.post("/assignments/{assignment_id}/signing")
def sign(request: Request, assignment_id: UUID, form: SignatureAnswers, db: WriteDb, user: Recorder) -> Response:
    """Take the drawing, or the typed name with its tick."""
    view = queries.agreement_view(db, assignment_id)
    if view.assignment.signed_at is not None:
        # The second press of the same hand.
        return go_to(request, f"/assignments/{assignment_id}/thanks")
    if form.errors:
        return _page(request, view, form, status_code=422)
    try:
        with db.begin_nested():
            actions.sign(db, assignment_id, _signature(form.values), by=user, now=clock.now())
    except Invalid as refusal:
        fields = refusal.fields or {"": refusal.message}
        return _page(request, view, forms.with_errors(form, fields), status_code=422)
    return go_to(request, f"/assignments/{assignment_id}/thanks")


@router.get("/assignments/{assignment_id}/thanks")
def thanks(request: Request, assignment_id: UUID, db: ReadDb, _user: Recorder) -> Response:
    view = queries.agreement_view(db, assignment_id)
    return render(request, "assignments/thanks.html", assignment=view.assignment)


@router.post("/assignments/{assignment_id}/hearing")
def hear(request: Request, assignment_id: UUID, form: HeardAnswers, db: WriteDb, user: Recorder) -> Response:
    """Record that the person agreed aloud: who heard it, and why nothing is signed."""
    view = queries.agreement_view(db, assignment_id)
    if view.assignment.signed_at is not None:
        return go_to(request, f"/assignments/{assignment_id}")
    errors = dict(form.errors)
    if not errors and not form.values.heard:
        errors = {"heard": "Tick this once you have read it out and they said yes."}
    if not errors:
        try:
            with db.begin_nested():
                how = Signature(Way.SPOKEN, why=form.values.why)
                actions.sign(db, assignment_id, how, by=user, now=clock.now())
            return go_to(request, f"/assignments/{assignment_id}", say=HEARD)
        except Invalid as refusal:
            errors = refusal.fields or {"": refusal.message}
    return _page(request, view, forms.with_errors(form, errors), status_code=422)


def _signature(answers: SignatureForm) -> Signature:
    """A drawing counts by itself; a typed name needs the tick beside it. Raises: NotAssignable."""
    if answers.drawing:
        return Signature(Way.DRAWN, strokes=read_strokes(answers.drawing))
    missing = {}
    if len(answers.name) < 2:
        missing["name"] = "Type your name, or sign in the box."
    if not answers.assigns:
        missing["assigns"] = "Tick “I assign” to show that you agree."
    if missing:
        raise Invalid(fields=missing)
    return Signature(Way.TYPED, typed=answers.name)


def _page(request: Request, view: AgreementView, form: Form[Any], *, status_code: int = 200) -> Response:
    is_spoken = view.assignment.method == AssignmentMethod.VERBAL
    return render(
        request,
        "assignments/spoken.html" if is_spoken else "assignments/tablet.html",
        status_code=status_code,
        agreement=view,
        assignment=view.assignment,
        form=form,
        words=ENDURES if view.assignment.method == AssignmentMethod.ENDURING else ASSIGNS,
        signer=view.assignment.particulars.signer,
        pad=(WIDTH, HEIGHT),
        law=load_law(),
    )
