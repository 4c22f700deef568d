"""`sma export`: a batch as a file, the same bytes as from its page, for whoever may export and proves who they are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Annotated

import typer
from sqlmodel import col, select

from billing.exports import TooManyLines, manifest
from sma.claims.actions.exports import frozen_batch
from sma.claims.formats import FORMATS, file_name
from sma.claims.models import ClaimBatch
from sma.cli.common import fail, open_database, read_settings
from sma.core import audit, clock
from sma.core.db import Database
from sma.core.errors import DomainError
from sma.identity import CurrentUser, Permission, User, as_current, roles_of
from sma.identity.actions import Tried, count_try, own_code_fits, password_fits

NOT_YOU = "That is not your password or code, or you may not export. Nothing was written."


def export(
    batch: Annotated[str, typer.Argument(help="Reference of the batch, such as B20261124-01.")],
    format: Annotated[str, typer.Argument(help=f"One of: {', '.join(FORMATS)}.")],
    user: Annotated[str, typer.Option(help="Your user name; you are asked for your password.")],
    to: Annotated[Path, typer.Option(file_okay=False, help="The folder to write into.")] = Path("."),
) -> None:
    """Write a batch as a file, with its manifest beside it. Both hold what the page of the batch hands out.

    Nothing is sent anywhere. Who wrote which bytes is kept in the history.
    """
    if format not in FORMATS:
        raise fail(f"There is no such format. Choose one of: {', '.join(FORMATS)}.")
    if not to.is_dir():
        raise fail("There is no such folder.")
    needs_totp = read_settings().require_totp_for_export
    with open_database() as database:
        somebody = _proved(database, user, needs_totp=needs_totp, now=clock.now())
        path, sha256 = _write(database, batch, format, to, by=somebody)
    typer.echo(f"{path}\nSHA-256 {sha256}\nIt may hold card numbers: keep it only as long as you need it.")


def _proved(database: Database, username: str, *, needs_totp: bool, now: datetime) -> CurrentUser:
    """Ask for the password, and the code where one is enrolled. Says the same whatever was wrong."""
    with database.read() as db:
        known = db.exec(select(User).where(col(User.username) == username.strip().lower())).first()
        roles = roles_of(db, known.id) if known else frozenset()
    password = typer.prompt("Password", hide_input=True)
    try:
        with database.write() as db:
            count_try(db, Tried.STEP_UP, known.id if known else username, now=now)
    except DomainError as refusal:
        raise fail(refusal.message) from None
    with database.read() as db:
        found = password_fits(db, username, password)
    somebody = as_current(found, roles) if found else None
    if found is None or somebody is None or not somebody.may(Permission.EXPORT_CLAIMS) or found.must_choose_password:
        raise fail(NOT_YOU)
    if needs_totp and not somebody.has_totp:
        raise fail("This clinic asks for a second factor before billing files are made. Turn it on under Account.")
    if somebody.has_totp:
        code = typer.prompt("Code of your authenticator app", hide_input=True)
        with database.write() as db:
            fits = own_code_fits(db, code, by=somebody, now=now)
        if not fits:
            raise fail(NOT_YOU)
    return replace(somebody, stepped_up_at=now)


def _write(database: Database, reference: str, format: str, folder: Path, *, by: CurrentUser) -> tuple[Path, str]:
    with database.read() as db:
        batch = db.exec(select(ClaimBatch).where(col(ClaimBatch.reference) == reference)).one_or_none()
    if batch is None:
        raise fail("There is no batch with that reference.")
    path = folder / file_name(batch.reference, format)
    beside = folder / f"{path.name}.manifest.json"
    if path.exists() or beside.exists():
        raise fail(f"{path.name} or its manifest is in that folder already. Move it away first.")
    with _unfinished(folder) as file:
        try:
            totals = FORMATS[format].write(frozen_batch(database, batch), file)  # type: ignore[arg-type]
        except TooManyLines as problem:
            raise fail(f"The file could not be made: {problem}.") from None
        file.flush()
        os.fsync(file.fileno())
        # Kept before anybody can take the file, as its page does.
        with database.write() as db:
            audit.record(
                db,
                by=by,
                did="export-by-command",
                on=batch,
                now=clock.now(),
                format=format,
                rows=totals.row_count,
                sha256=totals.sha256,
            )
        beside.write_bytes(manifest(frozen_batch(database, batch), totals, path.name))
        Path(file.name).replace(path)
    return path, totals.sha256


@contextmanager
def _unfinished(folder: Path) -> Iterator[IO[bytes]]:
    """A file for this account only that is gone unless it was given its name."""
    with NamedTemporaryFile(dir=folder, prefix=".sma-export-", delete=False) as file:
        try:
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)
