"""`sma user`: let people in from the terminal, for the first administrator and for emergencies."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer
from sqlmodel import col, select

from sma.cli.common import fail, open_database
from sma.core import clock
from sma.core.db import WriteSession
from sma.core.errors import DomainError
from sma.identity import Role, User, create_user, hash_password, set_password, take_off_totp

app = typer.Typer(help="People who may sign in.", no_args_is_help=True)


@app.command()
def add(
    username: str,
    name: Annotated[str, typer.Option(help="As colleagues see it.")],
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)],
) -> None:
    """Let somebody in."""
    with open_database() as database:
        try:
            with database.write() as db:
                create_user(
                    db,
                    username,
                    display_name=name,
                    password=password,
                    roles=frozenset(role),
                    by=None,
                    now=clock.now(),
                )
        except DomainError as refusal:
            raise fail(refusal.message) from None
    typer.echo("Done. They can sign in now, and choose their own password then.")


@app.command()
def password(
    username: str,
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)],
) -> None:
    """Give somebody a new password and sign them out everywhere."""
    try:
        hashed = hash_password(password)
    except DomainError as refusal:
        raise fail(refusal.message) from None
    with _somebody(username) as (db, user_id):
        set_password(db, user_id, hashed, by=None, now=clock.now())
    typer.echo("Done. They choose their own when they next sign in.")


@app.command("lost-phone")
def lost_phone(username: str) -> None:
    """Switch off somebody's second factor and sign them out everywhere: for the only administrator's lost phone."""
    with _somebody(username) as (db, user_id):
        take_off_totp(db, user_id, by=None, now=clock.now())
    typer.echo("Done. They sign in by password until they switch it on again.")


@contextmanager
def _somebody(username: str) -> Iterator[tuple[WriteSession, UUID]]:
    """Find a user by name, to change them in one transaction; refusals end the command with their sentence."""
    with open_database() as database:
        try:
            with database.write() as db:
                user_id = db.exec(select(User.id).where(col(User.username) == username.strip().lower())).first()
                if user_id is None:
                    raise fail("Nobody has that user name.")
                yield db, user_id
        except DomainError as refusal:
            raise fail(refusal.message) from None
