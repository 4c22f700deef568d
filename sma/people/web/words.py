"""How stored answers read on pages: the questions, their choices, and the words for each."""

from collections.abc import Mapping
from typing import Any

from calendars import TIMEZONES
from sma.people.languages import LANGUAGE_WORDS
from sma.people.models import Patient
from sma.people.names import PROFESSION_WORDS
from sma.people.rules import (
    AgreementMethod,
    Answered,
    AnswerSource,
    Audience,
    CoverageKind,
    Gender,
    IndigenousStatus,
    InterpreterNeed,
    MedicareState,
    Origin,
    SafeContact,
)

COMFORT = {
    Audience.OPEN: "Groups open to everyone",
    Audience.MENS: "Men’s groups",
    Audience.WOMENS: "Women’s groups",
}
COMFORT_OTHER = {"ask": "Ask me each time", "declined": "Prefer not to say"}

GENDER = {
    Gender.MAN: "Man or male",
    Gender.WOMAN: "Woman or female",
    Gender.NON_BINARY: "Non-binary",
    Gender.DIFFERENT_TERM: "I use a different term",
    Gender.PREFER_NOT_TO_SAY: "Prefer not to say",
}

# Code 9 is not among the boxes: it is never offered as an answer.
ORIGIN = {
    Origin.NO: "No",
    Origin.ABORIGINAL: "Yes, Aboriginal",
    Origin.TORRES_STRAIT_ISLANDER: "Yes, Torres Strait Islander",
    Origin.DECLINED: "Prefer not to say",
}

STATUS = {
    IndigenousStatus.ABORIGINAL: "Aboriginal, not Torres Strait Islander",
    IndigenousStatus.TORRES_STRAIT_ISLANDER: "Torres Strait Islander, not Aboriginal",
    IndigenousStatus.BOTH: "Aboriginal and Torres Strait Islander",
    IndigenousStatus.NEITHER: "Neither Aboriginal nor Torres Strait Islander",
    IndigenousStatus.NOT_STATED: "Not clear from the answer",
}

SOURCE = {AnswerSource.SELF: "The person", AnswerSource.CARER: "A parent or carer"}
SOURCE_SAID = {
    AnswerSource.SELF: "by the person",
    AnswerSource.CARER: "by a parent or carer",
    AnswerSource.IMPORTED: "from an imported record",
}

SAFE_CONTACT = {
    SafeContact.NEUTRAL: ("Neutral words", "Only that there is an appointment, when and where."),
    SafeContact.FULL: ("Any words", "Nobody else sees this, or it does not matter."),
    SafeContact.NONE: ("Nothing", "We do not use this; somebody will be asked to call or speak in person."),
}

INTERPRETER = {
    InterpreterNeed.NOT_ASKED: "Not asked yet",
    InterpreterNeed.YES: "Yes",
    InterpreterNeed.NO: "No",
    InterpreterNeed.DECLINED: "Prefer not to say",
}

NO_CARD = {
    MedicareState.NOT_HERE: "The card is not here today",
    MedicareState.NOT_ELIGIBLE: "Not eligible for Medicare",
    MedicareState.NEWBORN: "A newborn, not on a card yet",
    MedicareState.NEVER_ENROLLED: "Never enrolled in Medicare",
    MedicareState.UNKNOWN: "Not known",
}

# Said after "No card recorded".
NO_CARD_SAID = {
    MedicareState.NOT_HERE: "They have one, but not with them when we asked.",
    MedicareState.NOT_ELIGIBLE: "They are not eligible for Medicare.",
    MedicareState.NEWBORN: "A newborn, not on a card yet.",
    MedicareState.NEVER_ENROLLED: "They have never enrolled in Medicare.",
    MedicareState.UNKNOWN: "Nobody has said why yet.",
}

COVERAGE = {CoverageKind.MEDICARE: "Medicare card", CoverageKind.DVA: "Veteran Card (DVA)"}

METHOD = {
    AgreementMethod.SIGNED: "Signed on paper",
    AgreementMethod.VERBAL: "Spoken, heard by a member of staff",
    AgreementMethod.PROXY: "Given by the person who decides for them",
}

PROFESSION = PROFESSION_WORDS

# A suggestion for whoever confirms a place's clock, never a value: towns near a border keep the other state's time.
ZONE_OF_STATE = {
    "NSW": "Australia/Sydney",
    "ACT": "Australia/Sydney",
    "VIC": "Australia/Melbourne",
    "TAS": "Australia/Hobart",
    "QLD": "Australia/Brisbane",
    "SA": "Australia/Adelaide",
    "NT": "Australia/Darwin",
    "WA": "Australia/Perth",
}


def options(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    """Return the choices of a field in the order they are asked."""
    return [(str(value), word) for value, word in words.items()]


def timezone_options() -> list[tuple[str, str]]:
    return [(name, f"{zone.place} time") for name, zone in TIMEZONES.items()]


def language_options(current: str | None) -> list[tuple[str, str]]:
    """Return the languages, English on top; a tag we have no name for stays choosable as it is."""
    known = options(LANGUAGE_WORDS)
    return known if current is None or current in LANGUAGE_WORDS else [*known, (current, current)]


def language_words(tag: str | None) -> str | None:
    return LANGUAGE_WORDS.get(tag, tag) if tag else None


def comfort_words(patient: Patient) -> str:
    """Say a person's answer about groups in words."""
    if patient.groups_state == Answered.ANSWERED:
        named = dict(COMFORT)
        said = [named[Audience(g)] if g in set(Audience) else g.partition(":")[2] for g in patient.groups_ok]
        return ", ".join(said)
    return {
        Answered.UNKNOWN: COMFORT_OTHER["ask"],
        Answered.DECLINED: COMFORT_OTHER["declined"],
    }.get(Answered(patient.groups_state), "Not asked yet")


def origin_words(patient: Patient) -> str:
    """Say the recorded answer about origin in words."""
    if patient.indigenous_status_state == Answered.ANSWERED and patient.indigenous_status:
        return STATUS[IndigenousStatus(patient.indigenous_status)]
    return {
        Answered.DECLINED: "Preferred not to say",
        Answered.UNKNOWN: "Not stated in the imported record",
    }.get(Answered(patient.indigenous_status_state), "Not asked yet")


def gender_words(patient: Patient) -> str:
    if patient.gender == Gender.NOT_ASKED:
        return "Not asked yet"
    return patient.gender_term or GENDER[Gender(patient.gender)]
