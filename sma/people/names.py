"""How people are named on pages, sheets and messages. Pure: looks at the row and nothing else."""

from typing import Protocol

from billing.facts import Profession
from sma.people.rules import NAME_NOT_GIVEN, WITHHELD
from sma.people.search import fold

PROFESSION_WORDS = {
    Profession.GENERAL_PRACTITIONER: "General practitioner",
    Profession.OTHER_MEDICAL_PRACTITIONER: "Medical practitioner other than a GP",
    Profession.CONSULTANT_PHYSICIAN: "Consultant physician",
    Profession.PSYCHIATRIST: "Psychiatrist",
    Profession.ADDICTION_MEDICINE_SPECIALIST: "Addiction medicine specialist",
    Profession.NURSE_PRACTITIONER: "Nurse practitioner",
    Profession.PRACTICE_NURSE: "Practice nurse",
    Profession.ABORIGINAL_HEALTH_PRACTITIONER: "Aboriginal health practitioner",
    Profession.ABORIGINAL_HEALTH_WORKER: "Aboriginal health worker",
    Profession.DIETITIAN: "Dietitian",
    Profession.DIABETES_EDUCATOR: "Diabetes educator",
    Profession.EXERCISE_PHYSIOLOGIST: "Exercise physiologist",
    Profession.CLINICAL_PSYCHOLOGIST: "Clinical psychologist",
    Profession.PSYCHOLOGIST: "Psychologist",
    Profession.OCCUPATIONAL_THERAPIST: "Occupational therapist",
    Profession.SOCIAL_WORKER: "Social worker",
    Profession.MENTAL_HEALTH_WORKER: "Mental health worker",
    Profession.PHYSIOTHERAPIST: "Physiotherapist",
    Profession.PODIATRIST: "Podiatrist",
    Profession.CHIROPRACTOR: "Chiropractor",
    Profession.OSTEOPATH: "Osteopath",
    Profession.SPEECH_PATHOLOGIST: "Speech pathologist",
    Profession.AUDIOLOGIST: "Audiologist",
    Profession.OTHER: "Other",
}


class Named(Protocol):
    """Any row that carries a person's names: a Patient, or the columns of a list."""

    @property
    def preferred_name(self) -> str: ...

    @property
    def family_name(self) -> str | None: ...

    @property
    def is_deceased(self) -> bool: ...


class Written(Protocol):
    """Any row that carries the names a person is registered under."""

    @property
    def given_names(self) -> str | None: ...

    @property
    def preferred_name(self) -> str: ...

    @property
    def family_name(self) -> str | None: ...


class Working(Protocol):
    """Any row that carries a practitioner's names."""

    @property
    def prefix(self) -> str | None: ...

    @property
    def given_names(self) -> str | None: ...

    @property
    def family_name(self) -> str | None: ...


def preferred(person: Named) -> str:
    """Return what the person wants to be called. Names of people who have died are withheld."""
    return WITHHELD if person.is_deceased else person.preferred_name


def first_name(person: Named) -> str:
    """Return the preferred name without a family name typed behind it: for sheets that others can see."""
    if person.is_deceased:
        return WITHHELD
    words = person.preferred_name.split()
    family = fold(person.family_name).split()
    if family and len(words) > len(family) and fold(" ".join(words[-len(family) :])).split() == family:
        words = words[: -len(family)]
    return " ".join(words)


def full_name(person: Named) -> str:
    """Return preferred and family name; somebody with a single name has it once."""
    if person.is_deceased:
        return WITHHELD
    family = person.family_name or ""
    if fold(family) == fold(person.preferred_name):
        return person.preferred_name
    return f"{first_name(person)} {family}".strip()


def written_name(person: Written) -> str:
    """Return given and family names, as accounts, letters and agreements have them."""
    return " ".join(filter(None, (person.given_names or person.preferred_name, person.family_name)))


def practitioner_name(practitioner: Working) -> str:
    """Return "Dr Sam Okafor", or that no name was given."""
    parts = (practitioner.prefix, practitioner.given_names, practitioner.family_name)
    return " ".join(part for part in parts if part) or NAME_NOT_GIVEN
