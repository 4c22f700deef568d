"""Which items come into question for a service, with the rules they share numbered, so that each is asked only once.

Sessions of one kind have the same shortlist for months; it is kept with the rulebook.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from billing.facts import GroupService
from billing.items import ItemVersion
from billing.rulebook import Rulebook
from billing.rules import Beside, Case, Finding, Minutes, Rule, Verdict

_MOST_KEPT = 1_000


@dataclass(frozen=True)
class Entry:
    """An item version and its rules as numbers of the shortlist, in their order."""

    version: ItemVersion
    rules: tuple[int, ...]
    scoping: tuple[int, ...]
    beside: Beside | None


@dataclass(frozen=True)
class Shortlist:
    """The items that stand alone, those that are claimed beside another, and every rule of them once."""

    alone: tuple[Entry, ...]
    added: tuple[Entry, ...]
    rules: tuple[Rule, ...]

    @cached_property
    def barring(self) -> frozenset[int]:
        return frozenset(number for number, rule in enumerate(self.rules) if rule.barring)

    @cached_property
    def of_service(self) -> tuple[int, ...]:
        return tuple(number for number, rule in enumerate(self.rules) if rule.of_service)

    @cached_property
    def on_standing_beside(self) -> frozenset[int]:
        return frozenset(number for number, rule in enumerate(self.rules) if isinstance(rule, Beside))

    @cached_property
    def minutes(self) -> dict[int, Minutes]:
        return {number: rule for number, rule in enumerate(self.rules) if isinstance(rule, Minutes)}

    @cached_property
    def about_attendance(self) -> frozenset[int]:
        return frozenset(number for number, rule in enumerate(self.rules) if rule.about_attendance)


class Answers:
    """What the rules of a shortlist say of one case. A rule is asked when its answer is first needed."""

    def __init__(self, listed: Shortlist, case: Case, known: Self | None = None) -> None:
        self._rules, self._case = listed.rules, case
        self._found: list[Finding | None] = list(known._found) if known else [None] * len(listed.rules)
        self.broken: set[int] = set(known.broken) if known else set()
        if not known:
            self.of(listed.of_service)

    def beside(self, listed: Shortlist, case: Case) -> Self:
        """Keep every answer for the same person, but those on standing beside another item."""
        again = type(self)(listed, case, self)
        for number in listed.on_standing_beside:
            again._found[number] = None
        again.broken -= listed.on_standing_beside
        return again

    def of(self, numbers: tuple[int, ...]) -> tuple[Finding, ...]:
        """Return what these rules say, in their order."""
        found = self._found
        return tuple([found[number] or self._ask(number) for number in numbers])

    def _ask(self, number: int) -> Finding:
        answer = self._found[number] = self._rules[number].finding(self._case)
        if answer.verdict is Verdict.NOT_MET:
            self.broken.add(number)
        return answer

    def breaks(self, numbers: tuple[int, ...]) -> bool:
        """Say whether one of these rules is not met; those after it are not asked."""
        for number in numbers:
            if self._found[number] is None:
                self._ask(number)
            if number in self.broken:
                return True
        return False


def shortlist(service: GroupService, rulebook: Rulebook) -> Shortlist:
    """Return the items of the program's families in force that day, without those about another service altogether.

    That is another place, mode, profession or area: the same for every patient.
    """
    key = (
        rulebook.stretch(service.date_of_service),
        service.item_families,
        service.provider.profession,
        service.is_consulting_rooms,
        service.modality,
        service.modified_monash,
    )
    kept: dict[object, Shortlist] = rulebook.shortlists
    found = kept.get(key)
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        found = kept[key] = _make(service, rulebook)
    return found


def _make(service: GroupService, rulebook: Rulebook) -> Shortlist:
    case = Case(service, service.attendees[0])
    numbers: dict[int, int] = {}
    rules: list[Rule] = []
    alone: list[Entry] = []
    added: list[Entry] = []
    for version in rulebook.versions_on(service.date_of_service, service.item_families):
        own = [rule for rule in version.rules if rule.of_service and rule.scoping]
        if any(rule.finding(case).verdict is Verdict.NOT_MET for rule in own):
            continue
        for rule in version.rules:
            if id(rule) not in numbers:
                numbers[id(rule)] = len(rules)
                rules.append(rule)
        entry = _entry(version, numbers)
        (alone if entry.beside is None else added).append(entry)
    return Shortlist(tuple(alone), tuple(added), tuple(rules))


def _entry(version: ItemVersion, numbers: dict[int, int]) -> Entry:
    return Entry(
        version=version,
        rules=tuple(numbers[id(rule)] for rule in version.rules),
        scoping=tuple(numbers[id(rule)] for rule in version.rules if rule.scoping and not rule.of_service),
        beside=next((rule for rule in version.rules if isinstance(rule, Beside)), None),
    )
