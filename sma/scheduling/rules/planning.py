"""What a plan needs before it is taken: names that give nothing away, times that happen, a code nobody misreads."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from calendars import UnknownZone, WallTimeProblem, wall_time
from sma.core.errors import Invalid
from sma.scheduling.rules.audience import SettingPlan
from sma.scheduling.rules.capacity import billing_families
from sma.scheduling.rules.states import Modality

# No vowels, so that no word appears by chance; nothing that is misread on paper (0 O, 1 I L, 5 S, 2 Z, 8 B).
_CODE_LETTERS = "34679CDFGHJKMNPQRTVWXY"
_CODE_LENGTH = 6
_LONGEST = timedelta(hours=12)
_SAYS_FOR_WHOM = re.compile(r"\b(?:wo)?m[ae]n(?:['’]?s)?\b|\b(?:fe)?male", re.IGNORECASE)


class NotPlannable(Invalid):
    """A program or session can't be planned like this; `fields` says why beside each answer."""

    code = "not-plannable"


@dataclass(frozen=True, kw_only=True)
class ProgramPlan:
    """A program as a planner fills it in."""

    name: str
    neutral_label: str
    total_minutes: int = 90
    item_families: tuple[str, ...] = ()
    is_active: bool = True
    setting: SettingPlan = field(default_factory=SettingPlan)


@dataclass(frozen=True, kw_only=True)
class SessionPlan:
    """A session as a planner fills it in: times as the clock at the place shows them, without a zone."""

    program_id: UUID
    location_id: UUID
    room_id: UUID | None = None
    on: date
    starts: time
    ends: time
    modality: Modality = Modality.IN_PERSON
    support_places: int = 0
    setting: SettingPlan = field(default_factory=SettingPlan)


@dataclass(frozen=True)
class Span:
    """When a session is held: two instants, and the date that the clock at the place shows."""

    starts_at: datetime
    ends_at: datetime
    held_on: date


def program_problems(plan: ProgramPlan) -> dict[str, str]:
    """Return what is wrong with a program's own answers by form field."""
    problems = {}
    if _SAYS_FOR_WHOM.search(plan.neutral_label):
        problems["neutral_label"] = "Everyone at the desk sees this label. Leave out for whom the session is."
    if set(plan.item_families) - billing_families().keys():
        problems["item_families"] = "Choose from the kinds of items shown."
    return problems


def session_span(plan: SessionPlan, timezone: str) -> Span:
    """Turn the local times of a plan into instants.

    Raises: NotPlannable for a time that the clocks skip or show twice, an end not after the start, or a session
    longer than twelve hours.
    """
    if plan.ends <= plan.starts:
        raise NotPlannable(fields={"ends": "The end must be after the start, on the same day."})
    instants, problems = {}, {}
    for name, clock in (("starts", plan.starts), ("ends", plan.ends)):
        try:
            instants[name] = wall_time(datetime.combine(plan.on, clock), timezone)
        except (WallTimeProblem, UnknownZone) as problem:
            problems[name] = problem.message
    if problems:
        raise NotPlannable(fields=problems)
    if instants["ends"] - instants["starts"] > _LONGEST:
        raise NotPlannable(fields={"ends": "A session can be at most 12 hours long. Check both times."})
    return Span(instants["starts"], instants["ends"], plan.on)


def new_code() -> str:
    """Make a session's short code: random, so that it says nothing, and easy to read out."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
