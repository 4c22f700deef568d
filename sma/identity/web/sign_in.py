"""Signing in, the second factor, stepping up, signing out."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr

from sma.core import audit, clock
from sma.core.db import Database, EdgeRoute, WriteDb
from sma.core.settings import Settings
from sma.identity import actions
from sma.identity.current import (
    OPEN_TO_ALL,
    CurrentUser,
    SignInNeeded,
    cookie_name,
    require,
)
from sma.identity.rules import Permission
from sma.web import forms
from sma.web.forms import FORM, Form
from sma.web.htmx import go_to, local_or
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)

# Said for an unknown name, a wrong password and a switched-off account alike.
REFUSED = "That name and password do not belong together. Check both and try again."
WRONG_CODE = "That code is not right, or it was used already. Wait for the next one and try again."


class SignInForm(BaseModel):
    username: str = Field(max_length=60)
    password: SecretStr = Field(max_length=200)
    next: str = Field(default="/today", max_length=300)


class CodeForm(BaseModel):
    code: str = Field(max_length=20)
    next: str = Field(default="/today", max_length=300)


class StepUpForm(BaseModel):
    proof: SecretStr = Field(max_length=200)
    next: str = Field(default="/today", max_length=300)


SignIn = Annotated[Form[SignInForm], Depends(forms.of(SignInForm))]
Code = Annotated[Form[CodeForm], Depends(forms.of(CodeForm))]
StepUp = Annotated[Form[StepUpForm], Depends(forms.of(StepUpForm))]
Anybody = Annotated[CurrentUser, require(Permission.OWN_ACCOUNT)]


@router.get("/sign-in", dependencies=[OPEN_TO_ALL])
def show_sign_in(request: Request) -> Response:
    return render(request, "identity/sign_in.html", form=forms.blank(next=_next(request)))


@router.post("/sign-in", dependencies=[OPEN_TO_ALL])
def sign_in(request: Request, form: SignIn) -> Response:
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    now = clock.now()
    if form.errors:
        return render(request, "identity/sign_in.html", status_code=422, form=form)
    # Three short steps, so that nobody's slow password check holds the write lock, and a refused try still counts.
    with database.write() as counting:
        actions.count_try(counting, actions.Tried.SIGN_IN, form.values.username, now=now)
    with database.read() as reading:
        user = actions.password_fits(reading, form.values.username, form.values.password.get_secret_value())
    device = _device(request.headers.get("user-agent", ""))
    with database.write() as opening:
        entry = user and actions.open_session(opening, user, device=device, hours=settings.absolute_hours, now=now)
    if not entry:
        audit.note(database, by_id=None, did="sign-in-refused", on_kind="staff_user", now=now)
        refused = forms.with_errors(form, {FORM: REFUSED})
        return render(request, "identity/sign_in.html", status_code=422, form=refused)
    target = local_or(form.values.next, "/today")
    response = go_to(request, f"/sign-in/code?next={quote(target)}" if entry.second_factor_due else target)
    _keep(request, response, entry.token, hours=settings.absolute_hours)
    return response


@router.get("/sign-in/code", dependencies=[OPEN_TO_ALL])
def show_code(request: Request) -> Response:
    return render(request, "identity/code.html", form=forms.blank(next=_next(request)))


@router.post("/sign-in/code", dependencies=[OPEN_TO_ALL])
def enter_code(request: Request, form: Code, db: WriteDb) -> Response:
    token = request.cookies.get(cookie_name(request))
    now = clock.now()
    waiting = actions.pending_session(db, token, now=now) if token else None
    if waiting is None:
        raise SignInNeeded
    session, user = waiting
    if form.errors:
        return render(request, "identity/code.html", status_code=422, form=form)
    actions.count_try(db, actions.Tried.CODE, user.id, now=now)
    if not actions.code_fits(db, user, form.values.code, now=now):
        actions.keep_wrong_proof(db, session.id, by=user, now=now)
        refused = forms.with_errors(form, {"code": WRONG_CODE})
        return render(request, "identity/code.html", status_code=422, form=refused)
    actions.complete_second_factor(db, session, user, now=now)
    return go_to(request, local_or(form.values.next, "/today"))


@router.post("/sign-out")
def sign_out(request: Request, db: WriteDb, user: Anybody) -> Response:
    actions.sign_out(db, by=user, now=clock.now())
    response = go_to(request, "/sign-in")
    response.delete_cookie(cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True)
    return response


@router.get("/step-up")
def show_step_up(request: Request, user: Anybody) -> Response:
    return render(request, "identity/step_up.html", form=forms.blank(next=_next(request)), by_code=user.has_totp)


@router.post("/step-up")
def step_up(request: Request, form: StepUp, db: WriteDb, user: Anybody) -> Response:
    """Prove again who is there, before money leaves: the code where one is enrolled, else the password."""
    database: Database = request.app.state.database
    now = clock.now()
    if form.errors:
        return render(request, "identity/step_up.html", status_code=422, form=form, by_code=user.has_totp)
    proof = form.values.proof.get_secret_value()
    with database.write() as counting:
        actions.count_try(counting, actions.Tried.STEP_UP, user.id, now=now)
    if user.has_totp:
        proved = actions.own_code_fits(db, proof, by=user, now=now)
    else:
        with database.read() as reading:
            proved = actions.password_fits(reading, user.username, proof) is not None
    if not proved:
        actions.keep_wrong_proof(db, user.login_session_id, by=user, now=now)
        refused = forms.with_errors(form, {"proof": WRONG_CODE if user.has_totp else "That is not your password."})
        return render(request, "identity/step_up.html", status_code=422, form=refused, by_code=user.has_totp)
    actions.step_up(db, by=user, now=now)
    return go_to(request, local_or(form.values.next, "/today"))


def _next(request: Request) -> str:
    return local_or(request.query_params.get("next", "/today"), "/today")


def _keep(request: Request, response: Response, token: str, *, hours: int) -> None:
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=hours * 3600,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _device(agent: str) -> str:
    """Name a browser in two words, so that a person recognises their own sessions; nothing else is kept."""
    browser = next((name for name in ("Firefox", "Edg", "Chrome", "Safari") if name in agent), "A browser")
    system = next((name for name in ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux") if name in agent), "")
    return f"{'Edge' if browser == 'Edg' else browser}{' on ' + system if system else ''}"
