"""What every rule answers with, and the base that all kinds of rule share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from billing.facts import Attendee, GroupService


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not-met"
    CANNOT_KNOW = "cannot-know"
    NEEDS_A_PERSON = "needs-a-person"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SEVERITY = (Verdict.MET, Verdict.CANNOT_KNOW, Verdict.NEEDS_A_PERSON, Verdict.NOT_MET)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that decides: not met, then needs a person, then cannot know, then met."""
    return max(verdicts, key=_SEVERITY.index, default=Verdict.MET)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer about one patient: the counted facts, where the rule comes from, and how to put it right.

    `flag` is a few words for a reader's eye, for something that is met and still worth a look. `earliest` is the first
    day on which the rule would be met again, where that is known. `by_approving` marks what nobody
    settles by correcting the record: the clinician answers it while approving.
    """

    rule: str
    verdict: Verdict
    facts: str
    source: str
    remedy: str | None = None
    flag: str | None = None
    earliest: date | None = None
    by_approving: bool = False


@dataclass(frozen=True)
class Case:
    """One patient within the service they came to: what a rule judges.

    `beside` holds the items that fit already, for items that are claimed only beside another.
    """

    service: GroupService
    attendee: Attendee
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule(ABC):
    """A condition of an item.

    A `scoping` rule, when not met, says that the item was never about this service; a `barring` one that nothing at all
    can be claimed for this patient. `about_attendance` marks answers that are the same for every item, and
    `of_service` those that are the same for every patient of the service.
    """

    kind: ClassVar[str]
    scoping: ClassVar[bool] = False
    barring: ClassVar[bool] = False
    about_attendance: ClassVar[bool] = False
    of_service: ClassVar[bool] = False
    source: str

    @abstractmethod
    def finding(self, case: Case) -> Finding:
        """Judge this rule for one patient."""

    def misplaced(self, number: str) -> str | None:  # noqa: ARG002 - most kinds of rule suit every item
        """Say why this rule makes no sense for the item of that number; None where nothing speaks against it."""
        return None

    def met(self, facts: str, *, flag: str | None = None) -> Finding:
        return Finding(self.kind, Verdict.MET, facts, self.source, flag=flag)

    def not_met(self, facts: str, remedy: str, *, earliest: date | None = None) -> Finding:
        return Finding(self.kind, Verdict.NOT_MET, facts, self.source, remedy, earliest=earliest)

    def needs_a_person(self, facts: str, remedy: str, *, earliest: date | None = None) -> Finding:
        return Finding(self.kind, Verdict.NEEDS_A_PERSON, facts, self.source, remedy, earliest=earliest)

    def ask_the_clinician(self, facts: str, remedy: str, *, earliest: date | None = None) -> Finding:
        """Needs the person who approves: no correction of the record could answer it."""
        return Finding(
            self.kind, Verdict.NEEDS_A_PERSON, facts, self.source, remedy, earliest=earliest, by_approving=True
        )

    def cannot_know(self, facts: str, remedy: str, *, flag: str | None = None) -> Finding:
        return Finding(self.kind, Verdict.CANNOT_KNOW, facts, self.source, remedy, flag)


def minutes_text(seconds: int) -> str:
    """Write seconds as minutes and seconds: 360 is "6:00"."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def day_text(day: date) -> str:
    """Write a date as staff read it: "10 Mar 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def words(values: Iterable[str], joiner: str) -> str:
    """Join as a sentence does: "a, b or c"."""
    *start, last = list(values)
    return f"{', '.join(start)} {joiner} {last}" if start else last
