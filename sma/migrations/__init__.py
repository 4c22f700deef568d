"""The database's history. `upgrade` brings either engine to the newest revision."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from sma.core.db import Database


def config(url: str) -> Config:
    """Return Alembic's configuration without any file."""
    settings = Config()
    settings.set_main_option("script_location", "sma:migrations")
    # ConfigParser reads % as the start of a reference; passwords in addresses hold them.
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to a revision; safe to run when it is there already."""
    command.upgrade(config(url), revision)


def is_current(database: Database) -> bool:
    """Whether the schema is at the newest revision. For readiness checks."""
    with database.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(config("")).get_current_head()
