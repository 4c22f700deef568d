"""Rules about the service as a whole: where, how, by whom, for whom."""

from dataclasses import dataclass
from typing import ClassVar

from billing.facts import INDIGENOUS_STATUSES, MODALITIES, Profession, one_of
from billing.rules.finding import Case, Finding, Rule, words

_STATUS_WORDS = {
    "1": "Aboriginal",
    "2": "Torres Strait Islander",
    "3": "Aboriginal and Torres Strait Islander",
    "4": "neither Aboriginal nor Torres Strait Islander",
}


@dataclass(frozen=True, kw_only=True)
class Place(Rule):
    """The service was at consulting rooms, or was not, as the item says."""

    kind: ClassVar[str] = "place"
    scoping: ClassVar[bool] = True
    of_service: ClassVar[bool] = True
    consulting_rooms: bool

    def finding(self, case: Case) -> Finding:
        facts = "at consulting rooms" if case.service.is_consulting_rooms else "away from consulting rooms"
        if case.service.is_consulting_rooms is self.consulting_rooms:
            return self.met(facts)
        return self.not_met(facts, "Check the place's setting if this was entered wrongly.")


@dataclass(frozen=True, kw_only=True)
class Mode(Rule):
    """The service was given in one of the ways the item covers.

    Another mode goes to a person rather than nowhere: a video consult inside a group has no ruling either way, and
    telehealth has item numbers of its own.
    """

    kind: ClassVar[str] = "mode"
    of_service: ClassVar[bool] = True
    allowed: tuple[str, ...]

    def __post_init__(self) -> None:
        for mode in self.allowed:
            one_of(mode, MODALITIES, "allowed")

    def finding(self, case: Case) -> Finding:
        if case.service.modality in self.allowed:
            return self.met(f"given {case.service.modality.replace('-', ' ')}")
        allowed = words((mode.replace("-", " ") for mode in self.allowed), "or")
        return self.needs_a_person(
            f"given by {case.service.modality.replace('-', ' ')}; the item is for {allowed}",
            "Decide which telehealth item applies, if any; this item is not proposed for it.",
        )


@dataclass(frozen=True, kw_only=True)
class Telehealth(Rule):
    """The service was given by video or phone, as the item says. For any other session the item does not exist."""

    kind: ClassVar[str] = "telehealth"
    scoping: ClassVar[bool] = True
    of_service: ClassVar[bool] = True
    by: str

    def __post_init__(self) -> None:
        one_of(self.by, MODALITIES[1:], "by")

    def finding(self, case: Case) -> Finding:
        facts = f"given {'in person' if case.service.modality == 'in-person' else f'by {case.service.modality}'}"
        if case.service.modality == self.by:
            return self.met(facts)
        return self.not_met(facts, f"The item is for a service by {self.by}.")


@dataclass(frozen=True, kw_only=True)
class ProfessionOf(Rule):
    """The provider belongs to one of the professions the item is for."""

    kind: ClassVar[str] = "profession"
    scoping: ClassVar[bool] = True
    of_service: ClassVar[bool] = True
    one_of: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in self.one_of:
            one_of(name, tuple(Profession), "one_of")

    def finding(self, case: Case) -> Finding:
        facts = f"profession: {case.service.provider.profession.words}"
        if case.service.provider.profession in self.one_of:
            return self.met(facts)
        wanted = words((Profession(name).words for name in self.one_of), "or")
        return self.not_met(facts, f"The item is for a service by this profession: {wanted}.")


@dataclass(frozen=True, kw_only=True)
class Age(Rule):
    """The patient was old enough, in whole years, on the day of the service."""

    kind: ClassVar[str] = "age"
    scoping: ClassVar[bool] = True
    at_least: int

    def finding(self, case: Case) -> Finding:
        born, day = case.attendee.born_on, case.service.date_of_service
        if born is None:
            return self.needs_a_person("the date of birth is not known", "Enter the date of birth, then assess again.")
        years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        facts = f"{years} years old on the day; the item is for {self.at_least} and over"
        return self.met(facts) if years >= self.at_least else self.not_met(facts, "The item does not apply.")


@dataclass(frozen=True, kw_only=True)
class IndigenousStatus(Rule):
    """The patient is Aboriginal or Torres Strait Islander by their own answer."""

    kind: ClassVar[str] = "indigenous-status"
    scoping: ClassVar[bool] = True
    one_of: tuple[str, ...]

    def __post_init__(self) -> None:
        for status in self.one_of:
            one_of(status, INDIGENOUS_STATUSES, "one_of")

    def finding(self, case: Case) -> Finding:
        status = case.attendee.indigenous_status
        if status not in _STATUS_WORDS:
            return self.needs_a_person(
                "Indigenous status is not stated", "Ask the person, in private and in the standard words."
            )
        facts = f"the person's own answer: {_STATUS_WORDS[status]}"
        if status in self.one_of:
            return self.met(facts)
        return self.not_met(facts, "The item does not apply.")
