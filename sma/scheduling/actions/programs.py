"""Making, changing and approving programs."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.core.errors import NotFound, StaleVersion
from sma.identity import CurrentUser
from sma.people.rules import today_at
from sma.scheduling.actions.settings import must_be_approvable, sign, write_setting
from sma.scheduling.models import GroupSession, Program
from sma.scheduling.rules import (
    NotPlannable,
    ProgramPlan,
    SessionStatus,
    program_problems,
    same_audience,
    setting_problems,
)


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
    db: WriteSession,
    program_id: UUID,
    *,
    by: CurrentUser,
    now: datetime,
    version: int | None = None,
    review_on: date | None = None,
    drafts: Collection[UUID] = (),
) -> Program:
    """Approve for whom a program is, and with it those of its drafts that the approver ticked: all or none.

    `version` is what the approver looked at; `review_on` a new review date, which the ticked drafts take as well.
    Locks the program, then the drafts in id order.
    Raises: NotFound, Forbidden, StaleVersion (a ticked draft that is no draft of this audience any more included),
    NotApprovable.
    """
    program = lock_program(db, program_id)
    if version is not None and program.version != version:
        raise StaleVersion
    review_on = review_on or program.review_on
    # A program has no place and so no clock; each session checks the date again by its own place's.
    must_be_approvable(program, review_on, today=today_at(now), held_on=None, by=by)
    alike = _lock_drafts(db, program, set(drafts))
    for draft in alike:
        today = clock.local_date(now, draft.timezone)
        must_be_approvable(draft, review_on, today=today, held_on=draft.held_on, by=by)
    approved: tuple[Program | GroupSession, ...] = (program, *alike)
    for row in approved:
        sign(row, review_on, by=by, now=now)
        row.version += 1
        audit.record(db, by=by, did="approve-audience", on=row, now=now, audience=row.audience)
    return program


def lock_program(db: WriteSession, program_id: UUID) -> Program:
    """Return a program, its row locked until commit.

    Raises: NotFound.
    """
    program = db.exec(select(Program).where(col(Program.id) == program_id).with_for_update()).one_or_none()
    if program is None:
        raise NotFound
    return program


def _lock_drafts(db: WriteSession, program: Program, ids: Collection[UUID]) -> list[GroupSession]:
    query = select(GroupSession).where(col(GroupSession.id).in_(ids), col(GroupSession.program_id) == program.id)
    rows = db.exec(query.order_by(col(GroupSession.id)).with_for_update()).all() if ids else []
    drafts = [row for row in rows if row.status == SessionStatus.DRAFT and same_audience(row, program)]
    if len(drafts) != len(ids):
        raise StaleVersion
    return drafts


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
