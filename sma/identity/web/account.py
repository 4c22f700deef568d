"""One's own account: password, second factor, the browsers that are signed in."""

from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr

from sma.core import clock
from sma.core.db import Database, EdgeRoute, ReadDb, ReadSession, WriteDb
from sma.identity import actions, queries
from sma.identity.current import CurrentUser, require
from sma.identity.rules import Permission, SamePassword, WeakPassword, ago
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form
from sma.web.htmx import go_to, local_or
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Anybody = Annotated[CurrentUser, require(Permission.OWN_ACCOUNT)]

PASSWORD_CHANGED = notice("password-changed", "Your password is changed. Other browsers were signed out.")
PASSWORD_CHOSEN = notice("password-chosen", "Your own password is set. Only you know it.")
SESSION_ENDED = notice("session-ended", "That browser is signed out.")
WRONG_CODE = "That code is not right. Try the next one."
TOTP_OFF = notice("second-factor-off", "The second factor is switched off.")


class PasswordForm(BaseModel):
    present: SecretStr = Field(max_length=200)
    fresh: SecretStr = Field(max_length=200)


class OwnPasswordForm(BaseModel):
    fresh: SecretStr = Field(max_length=200)
    next: str = Field(default="/today", max_length=300)


class CodeForm(BaseModel):
    code: str = Field(max_length=20)


Passwords = Annotated[Form[PasswordForm], Depends(forms.of(PasswordForm))]
OwnPassword = Annotated[Form[OwnPasswordForm], Depends(forms.of(OwnPasswordForm))]
Code = Annotated[Form[CodeForm], Depends(forms.of(CodeForm))]


@router.get("/account")
def show(request: Request, db: ReadDb, user: Anybody) -> Response:
    if user.must_choose_password:
        return go_to(request, "/account/own-password?next=/account")
    return _page(request, db, user, forms.blank())


@router.post("/account/password")
def change_password(request: Request, form: Passwords, db: WriteDb, user: Anybody) -> Response:
    database: Database = request.app.state.database
    now = clock.now()
    if form.errors:
        return _page(request, db, user, form, status_code=422)
    with database.write() as counting:
        actions.count_try(counting, actions.Tried.STEP_UP, user.id, now=now)
    with database.read() as reading:
        proved = actions.password_fits(reading, user.username, form.values.present.get_secret_value())
    if proved is None:
        actions.keep_wrong_proof(db, user.login_session_id, by=user, now=now)
        refused = forms.with_errors(form, {"present": "That is not your present password."})
        return _page(request, db, user, refused, status_code=422)
    fresh = form.values.fresh.get_secret_value()
    try:
        if user.must_choose_password and fresh == form.values.present.get_secret_value():
            raise SamePassword
        actions.set_password(db, user.id, actions.hash_password(fresh), by=user, now=now)
    except (SamePassword, WeakPassword) as refusal:
        return _page(request, db, user, forms.with_errors(form, {"fresh": refusal.message}), status_code=422)
    return go_to(request, "/account", say=PASSWORD_CHANGED)


@router.get("/account/own-password")
def show_own_password(request: Request, user: Anybody) -> Response:
    """The first page after signing in with a password that somebody else chose."""
    target = local_or(request.query_params.get("next", "/today"), "/today")
    if not user.must_choose_password:
        return go_to(request, target)
    return render(request, "identity/own_password.html", form=forms.blank(next=target))


@router.post("/account/own-password")
def choose_own_password(request: Request, form: OwnPassword, db: WriteDb, user: Anybody) -> Response:
    """Replace the given password. Whoever is here typed that one at the door, so it is not asked for again."""
    if not user.must_choose_password:
        return go_to(request, "/account")
    if form.errors:
        return render(request, "identity/own_password.html", status_code=422, form=form)
    database: Database = request.app.state.database
    fresh = form.values.fresh.get_secret_value()
    try:
        with database.read() as reading:
            if actions.password_fits(reading, user.username, fresh) is not None:
                raise SamePassword
        actions.set_password(db, user.id, actions.hash_password(fresh), by=user, now=clock.now())
    except (SamePassword, WeakPassword) as refusal:
        refused = forms.with_errors(form, {"fresh": refusal.message})
        return render(request, "identity/own_password.html", status_code=refusal.status, form=refused)
    return go_to(request, local_or(form.values.next, "/today"), say=PASSWORD_CHOSEN)


@router.post("/account/sessions/{session_id}/end")
def end_session(request: Request, session_id: UUID, db: WriteDb, user: Anybody) -> Response:
    actions.revoke_session(db, session_id, by=user, now=clock.now())
    return go_to(request, "/account", say=SESSION_ENDED)


@router.get("/account/second-factor")
def show_second_factor(request: Request, db: ReadDb, user: Anybody) -> Response:
    if user.has_totp:
        return render(request, "identity/second_factor_on.html", form=forms.blank())
    secret = queries.pending_totp_secret(db, user.id)
    return _enrolment(request, secret, user, forms.blank())


@router.post("/account/second-factor/secret")
def begin(request: Request, db: WriteDb, user: Anybody) -> Response:
    actions.begin_totp(db, by=user, now=clock.now())
    return go_to(request, "/account/second-factor")


@router.post("/account/second-factor")
def confirm(request: Request, form: Code, db: WriteDb, user: Anybody) -> Response:
    now = clock.now()
    codes = None if form.errors else actions.confirm_totp(db, form.values.code, by=user, now=now)
    if codes is None:
        refused = form if form.errors else forms.with_errors(form, {"code": WRONG_CODE})
        return _enrolment(request, queries.pending_totp_secret(db, user.id), user, refused, status_code=422)
    return render(request, "identity/recovery_codes.html", codes=codes)


@router.post("/account/second-factor/removal")
def remove(request: Request, form: Code, db: WriteDb, user: Anybody) -> Response:
    now = clock.now()
    if form.errors:
        return render(request, "identity/second_factor_on.html", status_code=422, form=form)
    if not actions.switch_off_totp(db, form.values.code, by=user, now=now):
        actions.keep_wrong_proof(db, user.login_session_id, by=user, now=now)
        refused = forms.with_errors(form, {"code": WRONG_CODE})
        return render(request, "identity/second_factor_on.html", status_code=422, form=refused)
    return go_to(request, "/account", say=TOTP_OFF)


def _page(
    request: Request, db: ReadSession, user: CurrentUser, form: Form[PasswordForm], *, status_code: int = 200
) -> Response:
    now = clock.now()
    return render(
        request,
        "identity/account.html",
        status_code=status_code,
        form=form,
        sessions=[(row, ago(now - row.last_seen_at)) for row in queries.sessions_of(db, user.id, now=now)],
        this_session=user.login_session_id,
    )


def _enrolment(
    request: Request, secret: str | None, user: CurrentUser, form: Form[CodeForm], *, status_code: int = 200
) -> Response:
    picture = None
    if secret is not None:
        address = queries.totp_address(secret, user.username, request.app.state.clinic_name)
        picture = segno.make(address, error="m").svg_data_uri(scale=5)
    return render(
        request, "identity/second_factor.html", status_code=status_code, secret=secret, picture=picture, form=form
    )
