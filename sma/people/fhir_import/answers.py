"""Answers that a source states about a person: each is taken where it is stated and inferred from nothing."""

from typing import Any

from sma.people.fhir_import.shapes import PatientShape, PersonShape
from sma.people.rules import Answered, AnswerSource, Gender, IndigenousStatus, InterpreterNeed

STATUS = "http://hl7.org.au/fhir/StructureDefinition/indigenous-status"
GENDER = "http://hl7.org/fhir/StructureDefinition/individual-genderIdentity"
PRONOUNS = "http://hl7.org/fhir/StructureDefinition/individual-pronouns"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_STATUS_CODES = "https://healthterminologies.gov.au/fhir/CodeSystem/australian-indigenous-status-1"
_SNOMED, _LOINC = "http://snomed.info/sct", "http://loinc.org"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

# Source: AU Base 6, value sets gender-identity-response-1 and australian-pronouns-1.
_GENDERS: dict[tuple[str | None, str | None], Gender] = {
    (_SNOMED, "446151000124109"): Gender.MAN,
    (_SNOMED, "446141000124107"): Gender.WOMAN,
    (_SNOMED, "33791000087105"): Gender.NON_BINARY,
    (_ABSENT, "asked-declined"): Gender.PREFER_NOT_TO_SAY,
}
_PRONOUNS: dict[tuple[str | None, str | None], str] = {
    (_LOINC, "LA29520-6"): "they/them",
    (_LOINC, "LA29519-8"): "she/her",
    (_LOINC, "LA29518-0"): "he/him",
}


def stated_answers(found: PatientShape) -> dict[str, Any]:
    """Return the columns for gender, pronouns, Indigenous status, language and interpreter that the source states.

    Administrative gender and recorded sex are not looked at, and comfort with groups is never in a resource.
    """
    return _gender(found) | _pronouns(found) | _status(found) | _language(found)


def _gender(found: PersonShape) -> dict[str, Any]:
    for concept in _concepts(found, GENDER):
        gender = next((_GENDERS[code] for code in concept.codes() if code in _GENDERS), None)
        if gender is None and not concept.coding and concept.text:
            return {
                "gender": Gender.DIFFERENT_TERM,
                "gender_term": concept.text.strip(),
                "gender_source": AnswerSource.IMPORTED,
            }
        if gender is not None:
            return {"gender": gender, "gender_term": None, "gender_source": AnswerSource.IMPORTED}
    return {}


def _pronouns(found: PersonShape) -> dict[str, Any]:
    for concept in _concepts(found, PRONOUNS):
        words = next((_PRONOUNS[code] for code in concept.codes() if code in _PRONOUNS), None)
        if words is None and not concept.coding and concept.text:
            words = concept.text.strip()
        if words is not None:
            return {"pronouns": words}
    return {}


def _status(found: PersonShape) -> dict[str, Any]:
    for extension in found.said(STATUS):
        coding = extension.valueCoding
        if coding is None or coding.system != _STATUS_CODES or coding.code not in set(IndigenousStatus):
            continue
        is_answer = coding.code != IndigenousStatus.NOT_STATED
        return {
            "indigenous_status": IndigenousStatus(coding.code),
            "indigenous_status_state": Answered.ANSWERED if is_answer else Answered.UNKNOWN,
            "indigenous_status_source": AnswerSource.IMPORTED,
        }
    return {}


def _language(found: PatientShape) -> dict[str, Any]:
    spoken = sorted(found.communication, key=lambda one: not one.preferred)
    tag = next((coding.code for one in spoken for coding in one.language.coding if coding.code), None)
    values: dict[str, Any] = {"language": tag} if tag else {}
    for extension in found.said(INTERPRETER):
        if extension.valueBoolean is not None:
            values["interpreter_needed"] = InterpreterNeed.YES if extension.valueBoolean else InterpreterNeed.NO
    return values


def _concepts(found: PersonShape, url: str) -> list[Any]:
    return [
        part.valueCodeableConcept
        for extension in found.said(url)
        for part in extension.extension
        if part.url == "value" and part.valueCodeableConcept is not None
    ]
