"""Programs for their list and page."""

from uuid import UUID

from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.core.errors import NotFound
from sma.identity import User
from sma.scheduling.models import Program


def list_programs(db: ReadSession) -> list[Program]:
    """Return every program, those in use first, by name."""
    return list(db.exec(select(Program).order_by(col(Program.is_active).desc(), col(Program.name))))


def get_program(db: ReadSession, program_id: UUID) -> Program:
    """Return a program.

    Raises: NotFound.
    """
    program = db.get(Program, program_id)
    if program is None:
        raise NotFound
    return program


def name_of_user(db: ReadSession, user_id: UUID | None) -> str | None:
    """Return how colleagues see a user, such as whoever approved an audience."""
    if user_id is None:
        return None
    return db.exec(select(User.display_name).where(col(User.id) == user_id)).first()


def program_named(db: ReadSession, program_id: str) -> Program | None:
    """Return the program that a form names, or None when the form was tampered with or the program is gone."""
    try:
        return db.get(Program, UUID(program_id))
    except ValueError:
        return None
