"""The people who may use the system, for administrators."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr

from sma.core import clock, idempotency
from sma.core.db import EdgeRoute, ReadDb, WriteDb
from sma.core.errors import Conflict, Invalid, StaleVersion
from sma.identity import actions, queries
from sma.identity.current import CurrentUser, require
from sma.identity.queries import UserRow
from sma.identity.rules import (
    ROLE_WORDS,
    LastAdministrator,
    Permission,
    ProveItIsYou,
    Role,
    UsernameTaken,
    WeakPassword,
)
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press
from sma.web.htmx import go_to
from sma.web.templating import render

router = APIRouter(route_class=EdgeRoute)
Administrator = Annotated[CurrentUser, require(Permission.MANAGE_USERS)]

CREATED = notice(
    "user-created", "They can sign in now. Tell them their password in person; they choose their own at once."
)
CHANGED = notice("user-changed", "Saved.")
TAKEN_OFF = notice(
    "second-factor-taken-off",
    "Their second factor is off, and they are signed out everywhere. They sign in by password.",
)
PROVE_FIRST = notice("prove-first", "Nothing is saved yet. Show that it is you, then fill it in again.")


class NewUserForm(Press):
    username: str = Field(min_length=2, max_length=60, pattern=r"^[A-Za-z0-9._-]+$")
    display_name: str = Field(max_length=120)
    password: SecretStr = Field(max_length=200)
    roles: list[Role] = Field(min_length=1)


class UserForm(BaseModel):
    display_name: str = Field(max_length=120)
    roles: list[Role] = Field(min_length=1)
    is_active: bool = False
    password: SecretStr | None = Field(default=None, max_length=200)
    version: int


NewUser = Annotated[Form[NewUserForm], Depends(forms.of(NewUserForm))]
ChangedUser = Annotated[Form[UserForm], Depends(forms.of(UserForm))]
ROLES = [(role.value, words) for role, words in ROLE_WORDS.items()]


@router.get("/users")
def index(request: Request, db: ReadDb, _user: Administrator) -> Response:
    return render(request, "identity/users.html", users=queries.users(db), words=ROLE_WORDS)


@router.get("/users/new")
def new(request: Request, user: Administrator) -> Response:
    return _new_page(request, forms.blank(), user)


@router.post("/users")
def create(request: Request, form: NewUser, db: WriteDb, user: Administrator) -> Response:
    if form.errors:
        return _new_page(request, form, user, status_code=422)
    if done := idempotency.already_done(db, form.values.idempotency_key, user_id=user.id):
        return go_to(request, done)
    now = clock.now()
    if not user.has_stepped_up(now):
        return go_to(request, "/step-up?next=/users/new", say=PROVE_FIRST)
    try:
        actions.create_user(
            db,
            form.values.username,
            display_name=form.values.display_name,
            password=form.values.password.get_secret_value(),
            roles=frozenset(form.values.roles),
            by=user,
            now=now,
        )
    except (Invalid, Conflict) as refusal:
        field = "username" if isinstance(refusal, UsernameTaken) else "password"
        refused = forms.with_errors(form, {field: refusal.message})
        return _new_page(request, refused, user, status_code=refusal.status)
    idempotency.remember(db, form.values.idempotency_key, user_id=user.id, led_to="/users", now=now)
    return go_to(request, "/users", say=CREATED)


@router.get("/users/{user_id}")
def edit(request: Request, user_id: UUID, db: ReadDb, user: Administrator) -> Response:
    row = queries.user(db, user_id)
    return _page(request, row, _filled(row), user)


@router.post("/users/{user_id}")
def update(request: Request, user_id: UUID, form: ChangedUser, db: WriteDb, user: Administrator) -> Response:
    if form.errors:
        return _page(request, queries.user(db, user_id), form, user, status_code=422)
    given = form.values.password
    # One's own as well: whoever sits down at a screen left open must not take the account along.
    if given is not None and not user.has_stepped_up(clock.now()):
        return _prove_first(request, user_id)
    try:
        # Before the first statement, because hashing is slow and a write keeps others waiting.
        password = None if given is None else actions.hash_password(given.get_secret_value())
    except WeakPassword as weak:
        refused = forms.with_errors(form, {"password": weak.message})
        return _page(request, queries.user(db, user_id), refused, user, status_code=weak.status)
    row, now = queries.user(db, user_id), clock.now()
    try:
        # A savepoint: a refusal half-way takes back the first half, and the form is drawn again.
        with db.begin_nested():
            actions.change_user(
                db,
                user_id,
                display_name=form.values.display_name,
                roles=frozenset(form.values.roles),
                active=form.values.is_active,
                version=form.values.version,
                by=user,
                now=now,
            )
            if password is not None:
                actions.set_password(db, user_id, password, by=user, now=now)
    except ProveItIsYou:
        return _prove_first(request, user_id)
    except StaleVersion as refusal:
        row = queries.user(db, user_id)
        both, newest = _both(row, form), replace(form, raw={**form.raw, "version": str(row.version)})
        return _page(request, row, newest, user, both=both, status_code=refusal.status)
    except LastAdministrator as refusal:
        return _page(
            request, row, forms.with_errors(form, {"roles": refusal.message}), user, status_code=refusal.status
        )
    return go_to(request, "/users", say=CHANGED)


@router.post("/users/{user_id}/second-factor-removal")
def take_off_second_factor(request: Request, user_id: UUID, db: WriteDb, user: Administrator) -> Response:
    """For somebody who lost their phone and their recovery codes."""
    now = clock.now()
    row = queries.user(db, user_id)
    if not user.has_stepped_up(now):
        return go_to(request, f"/step-up?next=/users/{row.id}")
    actions.take_off_totp(db, row.id, by=user, now=now)
    return go_to(request, "/users", say=TAKEN_OFF)


def _prove_first(request: Request, user_id: UUID) -> Response:
    return go_to(request, f"/step-up?next=/users/{user_id}", say=PROVE_FIRST)


def _filled(row: UserRow) -> Form[UserForm]:
    return forms.blank(
        display_name=row.display_name, roles=list(row.roles), is_active=row.is_active, version=row.version
    )


def _both(row: UserRow, form: Form[UserForm]) -> list[tuple[str, str, str]]:
    """What is recorded now beside what was typed, where the two differ."""
    typed = form.values
    answers = [
        ("Name", row.display_name, typed.display_name),
        ("Roles", _words(row.roles), _words(typed.roles)),
        ("May sign in", "Yes" if row.is_active else "No", "Yes" if typed.is_active else "No"),
    ]
    return [answer for answer in answers if answer[1] != answer[2]]


def _words(roles: Collection[Role]) -> str:
    return ", ".join(words for role, words in ROLE_WORDS.items() if role in roles)


def _new_page(request: Request, form: Form[NewUserForm], user: CurrentUser, *, status_code: int = 200) -> Response:
    return render(
        request,
        "identity/new_user.html",
        status_code=status_code,
        form=form,
        roles=ROLES,
        has_stepped_up=user.has_stepped_up(clock.now()),
    )


def _page(
    request: Request,
    row: UserRow,
    form: Form[UserForm],
    user: CurrentUser,
    *,
    both: Collection[tuple[str, str, str]] = (),
    status_code: int = 200,
) -> Response:
    return render(
        request,
        "identity/user.html",
        status_code=status_code,
        row=row,
        form=form,
        roles=ROLES,
        both=both,
        has_stepped_up=user.has_stepped_up(clock.now()),
    )
