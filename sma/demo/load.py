"""Loads the demonstration: two weeks of sessions around today, and lets the worker's handlers do their part."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from sma.core.db import Database, ReadSession
from sma.core.settings import Settings
from sma.demo.cast import LOGINS
from sma.demo.ground import lay
from sma.demo.weeks import plan_weeks
from sma.identity import User
from sma.worker import deliver_due


def is_empty(db: ReadSession) -> bool:
    """Whether nobody has been let into this clinic yet."""
    return db.exec(select(User.id).limit(1)).first() is None


def is_demo(db: ReadSession) -> bool:
    """Whether this database holds the demonstration's people."""
    names = [login.username for login in LOGINS]
    return len(db.exec(select(User.id).where(col(User.username).in_(names))).all()) == len(names)


def load(database: Database, settings: Settings, *, now: datetime) -> None:
    """Fill an empty database. Messages go where the settings say; the people's addresses do not exist."""
    with database.write() as db:
        ground = lay(db, now=now - timedelta(days=30))
    plan_weeks(database, settings, ground, now=now)
    deliver_due(database, settings)
