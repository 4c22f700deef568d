"""`sma demo`: the demonstration clinic."""

import shutil
from typing import Annotated

import typer

from sma import demo, migrations
from sma.cli.common import fail, open_database, read_settings
from sma.cli.holding import hold
from sma.core import clock, logs
from sma.core.db import Database, metadata
from sma.core.settings import Settings

app = typer.Typer(help="A demonstration clinic of invented people.", no_args_is_help=True)


@app.command()
def load(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing when there is data already.")] = False,
) -> None:
    """Fill an empty database with the demonstration."""
    settings = _demo_settings()
    with open_database() as database:
        with database.read() as db:
            empty = demo.is_empty(db)
        if not empty and if_empty:
            return
        if not empty:
            raise fail("There is data already. To throw it away and begin again: sma demo reset")
        typer.echo("Loading the demonstration clinic …")
        logs.set_up("WARNING")
        demo.load(database, settings, now=clock.now())
        typer.echo("Done.")


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Throw everything away, messages and broker files included, and load the demonstration again."""
    settings = _demo_settings()
    if not yes:
        typer.confirm("This deletes everything in this database. Go on?", abort=True)
    if not hold(settings.data_folder, alone=True):
        raise fail("sma serve or sma worker is at work on this data folder. Stop it first, then reset.")
    database = Database(settings.resolved_database_url)
    metadata.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    database.dispose()
    for folder in ("mail", "broker"):
        shutil.rmtree(settings.data_folder / folder, ignore_errors=True)
    migrations.upgrade(settings.resolved_database_url)
    load()
    logins()


@app.command()
def logins() -> None:
    """Print who can sign in to the demonstration."""
    address = read_settings().address
    with open_database() as database:
        show_logins(database, address)


def show_logins(database: Database, address: str) -> None:
    """Say where to open the demonstration and as whom; nothing for a clinic of its own."""
    with database.read() as db:
        if not demo.is_demo(db):
            return
    typer.echo(f"\nOpen {address} and sign in. Password for all: {demo.PASSWORD}")
    for login in demo.LOGINS:
        typer.echo(f"  {login.username:12} {', '.join(sorted(login.roles))}")
    typer.echo("")


def _demo_settings() -> Settings:
    settings = read_settings()
    if settings.is_production:
        raise fail("The demonstration is not for production.")
    return settings
