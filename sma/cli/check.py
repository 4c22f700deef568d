"""`sma check`: what is configured, with secrets hidden, and whether it works."""

import typer
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from sma.cli.common import fail, read_settings
from sma.core.db import Database
from sma.migrations import is_current


def check() -> None:
    """Print the settings and whether the database answers. Ends with 1 when something needs a hand."""
    settings = read_settings()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        shown = "(set, hidden)" if isinstance(value, SecretStr) else "(not set)" if value is None else value
        typer.echo(f"SMA_{name.upper():26} {shown}")
    database = Database(settings.resolved_database_url)
    try:
        current = is_current(database)
    except SQLAlchemyError as error:
        raise fail(f"The database does not answer ({type(error).__name__}).") from None
    finally:
        database.dispose()
    if not current:
        raise fail("The database is not up to date. Run: sma db upgrade")
    typer.echo("The database answers and is up to date.")
