"""Making, changing and approving programs."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import NotFound, StaleVersion
from sma.identity import CurrentUser
from sma.people.rules import today_at
from sma.scheduling.actions.settings import approve, write_setting
from sma.scheduling.models import Program
from sma.scheduling.rules import NotPlannable, ProgramPlan, program_problems, setting_problems


def make_program(db: WriteSession, plan: ProgramPlan, *, by: CurrentUser, now: datetime) -> Program:
    """Add a kind of shared appointment, unapproved.

    Raises: NotPlannable naming each answer that can't stand.
    """
    _check(db, plan)
    program = Program(name=plan.name, neutral_label=plan.neutral_label, created_at=now)
    _write(program, plan)
    db.add(program)
    audit.record(db, by=by, did="make-program", on=program, now=now, audience=program.audience)
    return program


def update_program(
    db: WriteSession, program_id: UUID, plan: ProgramPlan, version: int, *, by: CurrentUser, now: datetime
) -> Program:
    """Change a program; sessions already made keep the setting they were made with.

    Locks the program. An approval falls away when what it covered has changed.
    Raises: NotFound, StaleVersion, NotPlannable.
    """
    program = lock_program(db, program_id)
    if program.version != version:
        raise StaleVersion
    _check(db, plan, program_id)
    _write(program, plan)
    program.version += 1
    audit.record(db, by=by, did="update-program", on=program, now=now, audience=program.audience)
    return program


def approve_program_audience(
    db: WriteSession, program_id: UUID, *, by: CurrentUser, now: datetime, version: int | None = None
) -> Program:
    """Approve for whom a program is. `version` is what the approver looked at.

    Raises: NotFound, Forbidden, StaleVersion, NotApprovable.
    """
    program = lock_program(db, program_id)
    if version is not None and program.version != version:
        raise StaleVersion
    # A program has no place and so no clock; each session checks the date again by its own place's.
    approve(program, today=today_at(now), held_on=None, by=by, now=now)
    program.version += 1
    audit.record(db, by=by, did="approve-audience", on=program, now=now, audience=program.audience)
    return program


def lock_program(db: WriteSession, program_id: UUID) -> Program:
    """Return a program, its row locked until commit.

    Raises: NotFound.
    """
    program = db.exec(select(Program).where(col(Program.id) == program_id).with_for_update()).one_or_none()
    if program is None:
        raise NotFound
    return program


def _write(program: Program, plan: ProgramPlan) -> None:
    program.name, program.neutral_label = plan.name, plan.neutral_label
    program.total_minutes, program.is_active = plan.total_minutes, plan.is_active
    program.item_families = list(plan.item_families)
    write_setting(program, plan.setting)


def _check(db: WriteSession, plan: ProgramPlan, own_id: UUID | None = None) -> None:
    problems = program_problems(plan) | setting_problems(plan.setting)
    same_name = db.exec(select(Program.id).where(col(Program.name) == plan.name)).first()
    if same_name is not None and same_name != own_id:
        problems["name"] = "There is a program with this name already. Give this one a name of its own."
    if problems:
        raise NotPlannable(fields=problems)
