"""Rules of items that are claimed only beside another one: bulk billing incentives."""

from dataclasses import dataclass
from typing import ClassVar

from billing.facts import MODIFIED_MONASH_AREAS
from billing.rules.finding import Case, Finding, Rule, words
from billing.rules.pools import Pool


@dataclass(frozen=True, kw_only=True)
class Beside(Rule):
    """Another item fits this patient that this one may be added to. It is judged after all items that stand alone.

    The items of `not_when_registered` have another incentive for a patient registered with the practice in MyMedicare:
    only one may be claimed.
    """

    kind: ClassVar[str] = "beside"
    scoping: ClassVar[bool] = True
    pool: Pool
    not_when_registered: Pool | None = None

    def misplaced(self, number: str) -> str | None:
        return f"item {number} would stand beside itself" if number in self.pool.items else None

    def finding(self, case: Case) -> Finding:
        if case.attendee.billing != "bulk":
            return self.not_met("the service is not billed in bulk", "It is claimed only beside a bulk-billed service.")
        if bases := self.bases(case):
            return self.met(f"beside item {words(bases, 'or')}")
        return self.not_met("no item fits that it may be added to", "It is claimed only beside such an item.")

    def bases(self, case: Case) -> list[str]:
        """Return the fitting items that this one may be added to."""
        other = self.not_when_registered.items if self.not_when_registered and case.attendee.is_my_medicare_here else ()
        return [number for number in case.beside if number in self.pool.items and number not in other]


@dataclass(frozen=True, kw_only=True)
class ModifiedMonash(Rule):
    """The practice's place lies in one of the Modified Monash areas that the item is for.

    As long as nobody entered the area the item is left out: one of seven would be right, and six wrong.
    """

    kind: ClassVar[str] = "modified-monash"
    scoping: ClassVar[bool] = True
    of_service: ClassVar[bool] = True
    one_of: tuple[int, ...]

    def __post_init__(self) -> None:
        if set(self.one_of) - set(MODIFIED_MONASH_AREAS):
            raise ValueError("one_of must be areas from 1 to 7")

    def finding(self, case: Case) -> Finding:
        area = case.service.modified_monash
        if area is None:
            return self.not_met("the place's Modified Monash area is not entered", "Enter the area of the place.")
        facts = f"the place lies in Modified Monash area {area}"
        if area in self.one_of:
            return self.met(facts)
        return self.not_met(facts, f"The item is for area {words(map(str, self.one_of), 'or')}.")
