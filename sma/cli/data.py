"""`sma db` and `sma import`."""

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from sma import migrations
from sma.cli.common import fail, open_database, read_settings
from sma.core import clock
from sma.core.db import Database
from sma.core.errors import Conflict, Invalid
from sma.entitlements.history_file import COLUMNS
from sma.entitlements.history_import import import_history
from sma.people.fhir_import import import_folder

db = typer.Typer(help="The database.", no_args_is_help=True)
imports = typer.Typer(help="Bring records in.", no_args_is_help=True)


@db.command()
def upgrade() -> None:
    """Create the database, or bring it up to date. Safe to run again."""
    settings = read_settings()
    migrations.upgrade(settings.resolved_database_url)
    typer.echo("The database is up to date.")


@db.command()
def backup(target: Path) -> None:
    """Copy the embedded database to a file while the clinic works (SQLite's VACUUM INTO)."""
    settings = read_settings()
    database = Database(settings.resolved_database_url)
    if not database.is_sqlite:
        raise fail("This is for the embedded database. Use pg_dump for PostgreSQL.")
    if target.exists():
        raise fail("That file exists already. Choose another name.")
    os.umask(0o077)
    # The driver's own connection: SQLAlchemy's would begin a transaction, in which SQLite makes no copy.
    with closing(database.engine.raw_connection()) as connection:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    database.dispose()
    typer.echo("Copied. Keep the key file of the data folder with it: without the keys, card numbers stay sealed.")


@imports.command()
def fhir(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Holds Type.ndjson files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    source: Annotated[str, typer.Option(help="Name of the sending system; records keep it.")] = "fhir",
) -> None:
    """Read FHIR R4 AU Core resources, one a line: a dry run first, then everything or nothing."""
    with open_database() as database:
        try:
            report = import_folder(database, folder, source=source, dry_run=True, by=None, now=clock.now())
            if not dry_run:
                report = import_folder(database, folder, source=source, dry_run=False, by=None, now=clock.now())
        except Invalid as refusal:
            raise fail(refusal.message) from None
    for line in report.lines():
        typer.echo(line)


@imports.command()
def history(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help=f"CSV whose first row names its columns: {', '.join(COLUMNS)}."
        ),
    ],
) -> None:
    """Read services that people had before, elsewhere or here: every row or nothing."""
    with open_database() as database:
        try:
            report = import_history(database, file, by=None, now=clock.now())
        except (Invalid, Conflict) as refusal:
            raise fail(refusal.message) from None
    for line in report.lines():
        typer.echo(line)
    if report.refused:
        raise typer.Exit(1)
