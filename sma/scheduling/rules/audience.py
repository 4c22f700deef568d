"""For whom a session is: the record that a session not open to everyone must carry before it is published.

A men's or women's group takes each person at their own word; the program offers no other test, and no audience is
worded by anybody's body.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sma.core.errors import Conflict
from sma.people.languages import LANGUAGE_WORDS
from sma.people.rules import Audience


class AudienceBasis(StrEnum):
    """Why a session is not open to everyone: the record of a special measure."""

    TOPIC = "topic-needs-it"
    PROTOCOL = "cultural-protocol"
    PREFERENCE = "participants-preference"
    CLINICAL = "clinical-need"


AUDIENCE_WORDS: dict[str, tuple[str, str]] = {
    Audience.OPEN: ("Open to everyone", ""),
    Audience.MENS: ("Men's group", "All men, trans men included, as each person says of themselves."),
    Audience.WOMENS: ("Women's group", "All women, trans women included, as each person says of themselves."),
    Audience.NAMED: ("A group with its own name", "Such as an Aunties' group. People say themselves if it is theirs."),
}

BASIS_WORDS: dict[str, str] = {
    AudienceBasis.TOPIC: "The topic needs it",
    AudienceBasis.PROTOCOL: "Cultural protocol",
    AudienceBasis.PREFERENCE: "The participants' preference",
    AudienceBasis.CLINICAL: "Clinical need",
}

# An audience worded by bodies demands a proof that nobody may be asked for.
_BODILY = re.compile(r"biological|\bborn (?:as )?(?:a )?(?:fe)?male\b|\bsex at birth\b", re.IGNORECASE)
_NO_BODIES = "Say it without words about bodies: people belong to a group by their own word."


class AudienceRecord(Protocol):
    """The columns that a program and a session share about their audience."""

    @property
    def audience(self) -> str: ...

    @property
    def audience_name(self) -> str | None: ...

    @property
    def audience_basis(self) -> str | None: ...

    @property
    def approved_by_id(self) -> UUID | None: ...

    @property
    def review_on(self) -> date | None: ...


class NotApprovable(Conflict):
    """The record behind an audience is incomplete, so there is nothing to approve yet."""

    code = "audience-incomplete"
    message = "The reason, and a date in the future to review it, must be filled in before this can be approved."


@dataclass(frozen=True, kw_only=True)
class SettingPlan:
    """The setting as a planner fills it in. The approval is never part of it: that is a signed-in act."""

    audience: Audience = Audience.OPEN
    audience_name: str | None = None
    audience_basis: AudienceBasis | None = None
    audience_note: str | None = None
    review_on: date | None = None
    session_language: str = "en"
    least: int = 4
    target: int = 10
    most: int = 12
    clinician_minutes: int = 60

    def record(self) -> tuple[str, str | None, str | None, str | None, date | None]:
        """What an approval covers. An open session keeps none of it, so that no old reason lingers."""
        if self.audience is Audience.OPEN:
            return (Audience.OPEN, None, None, None, None)
        name = self.audience_name if self.audience is Audience.NAMED else None
        return (self.audience, name, self.audience_basis, self.audience_note, self.review_on)


def setting_problems(plan: SettingPlan) -> dict[str, str]:
    """Return what is wrong with a setting by form field; empty when it can be kept (not yet: published)."""
    problems = {}
    if plan.audience is Audience.NAMED and not plan.audience_name:
        problems["audience_name"] = "Write the group's own name, as the people in it say it."
    for field, text in (("audience_name", plan.audience_name), ("audience_note", plan.audience_note)):
        if text and _BODILY.search(text):
            problems[field] = _NO_BODIES
    if plan.session_language not in LANGUAGE_WORDS:
        problems["session_language"] = "Choose one of the languages shown."
    if plan.target < plan.least:
        problems["target"] = f"The target can't be below the minimum of {plan.least}."
    elif plan.most < plan.target:
        problems["most"] = f"The maximum can't be below the target of {plan.target}."
    return problems


def reason_gap(row: AudienceRecord) -> str | None:
    """Say what only a planner can complete in the record behind an audience; None when nothing."""
    if row.audience == Audience.OPEN:
        return None
    if row.audience == Audience.NAMED and not row.audience_name:
        return "The group's own name is missing."
    if not row.audience_basis:
        return "The reason why the session is not open to everyone is missing."
    return None


def review_gap(review_on: date | None, *, today: date, held_on: date | None = None) -> str | None:
    """Say why a review date can't stand: it must lie after today, and not before the session is held.

    An approval that lapses first would not cover the session.
    """
    if review_on is None:
        return "The date to review the audience is missing."
    if review_on <= today:
        return "The date to review the audience has come. Set a new one and have it approved again."
    if held_on is not None and review_on < held_on:
        return "The audience is due for review before the session is held. Set a later date and have it approved."
    return None


def record_gap(row: AudienceRecord, *, today: date, held_on: date | None = None) -> str | None:
    """Say what the record behind an audience lacks before it covers anything; None when nothing."""
    if row.audience == Audience.OPEN:
        return None
    return reason_gap(row) or review_gap(row.review_on, today=today, held_on=held_on)


class NotedAudience(AudienceRecord, Protocol):
    """The same columns with what else was said about the reason."""

    @property
    def audience_note(self) -> str | None: ...


def same_audience(one: NotedAudience, other: NotedAudience) -> bool:
    """Tell whether two records name the same people for the same reason, whenever each is reviewed."""
    names = ("audience", "audience_name", "audience_basis", "audience_note")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def approval_gap(row: AudienceRecord, *, today: date, held_on: date | None = None) -> str | None:
    """Say why a session may not be published for its audience; None when it may."""
    if gap := record_gap(row, today=today, held_on=held_on):
        return gap
    if row.audience != Audience.OPEN and row.approved_by_id is None:
        return "The audience has not been approved."
    return None
