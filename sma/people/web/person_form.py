"""The form about a person: how each answer is read, and how it becomes `PatientAnswers`."""

import re
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from pydantic import AfterValidator, BeforeValidator, Field

from calendars import NotAnAddress, plain_address
from sma.people.models import Patient
from sma.people.rules import (
    LONGEST_LIFE_YEARS,
    AnswerSource,
    DobAccuracy,
    Gender,
    InterpreterNeed,
    Origin,
    PatientAnswers,
    SafeContact,
    age_on,
)
from sma.people.search import what_is_sought
from sma.people.web import words
from sma.web import forms
from sma.web.forms import Press


def _birthday(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed
    found = what_is_sought(typed).born_on
    if found is None:
        raise ValueError("Give a date as day, month and year, for example 1/7/1965.")
    return found


def _address(typed: str) -> str:
    try:
        address = plain_address(typed)
    except NotAnAddress as problem:
        raise ValueError(problem.message) from None
    if "." not in address.rpartition("@")[2]:
        raise ValueError("The part after the @ is not complete, for example people.example.au.")
    return address


def _phone(typed: str) -> str:
    if not re.fullmatch(r"\+?[0-9 ()-]{6,30}", typed):
        raise ValueError("Give the phone number in digits, for example 0491 570 006.")
    return typed


def _even(typed: str) -> str:
    return " ".join(typed.split())


def _one_answer(ticked: list[Origin]) -> list[Origin]:
    if len(set(ticked)) > 1 and {Origin.NO, Origin.DECLINED} & set(ticked):
        raise ValueError(
            "“No” and “Prefer not to say” each stand alone. Ask again, then tick that one box, or the “Yes” boxes."
        )
    return ticked


Name = Annotated[str, AfterValidator(_even)]


class PersonForm(Press):
    preferred_name: Name = Field(max_length=80)
    given_names: Name | None = Field(default=None, max_length=120)
    family_name: Name | None = Field(default=None, max_length=80)
    born_on: Annotated[date, BeforeValidator(_birthday)] | None = None
    is_estimated: bool = False
    is_born_then: bool = False
    pronouns: Name | None = Field(default=None, max_length=40)
    phone: Annotated[str, AfterValidator(_phone)] | None = Field(default=None, max_length=40)
    email: Annotated[str, AfterValidator(_address)] | None = Field(default=None, max_length=254)
    contact_by_phone: SafeContact = SafeContact.NEUTRAL
    contact_by_email: SafeContact = SafeContact.NEUTRAL
    contact_note: str | None = Field(default=None, max_length=500)
    language: str | None = Field(default=None, max_length=20, pattern=r"^[A-Za-z0-9-]+$")
    interpreter_needed: InterpreterNeed = InterpreterNeed.NOT_ASKED
    gender: Gender | None = None
    gender_term: Name | None = Field(default=None, max_length=60)
    origin: Annotated[list[Origin], AfterValidator(_one_answer)] = Field(default_factory=list)
    answered_by: AnswerSource = AnswerSource.SELF
    is_somebody_else: bool = False
    version: int = 1

    def answers(self) -> PatientAnswers:
        return PatientAnswers(
            preferred_name=self.preferred_name,
            given_names=self.given_names,
            family_name=self.family_name,
            born_on=self.born_on,
            dob_accuracy=DobAccuracy.ESTIMATED if self.is_estimated else DobAccuracy.EXACT,
            pronouns=self.pronouns,
            phone=self.phone,
            email=self.email,
            contact_by_phone=self.contact_by_phone,
            contact_by_email=self.contact_by_email,
            contact_note=self.contact_note,
            language=self.language,
            interpreter_needed=self.interpreter_needed,
            gender=self.gender,
            gender_term=self.gender_term if self.gender == Gender.DIFFERENT_TERM else None,
            origin=frozenset(self.origin),
            source=self.answered_by,
        )


Person = Annotated[forms.Form[PersonForm], Depends(forms.of(PersonForm))]

# The oldest people on record in Australia died at about this age: beyond it a slip of the year is likelier.
LONG_AGO_YEARS = 115


def asked_about_birth(form: forms.Form[PersonForm], today: date) -> forms.Form[PersonForm]:
    """Ask for a tick beside a birth so long ago that the year is more likely wrong; with the tick it stands."""
    answers = form.checked
    age = age_on(answers.born_on, today) if answers else None
    if answers is None or answers.is_born_then or age is None or not LONG_AGO_YEARS < age <= LONGEST_LIFE_YEARS:
        return form
    ask = f"That would make them {age}. Check the year of birth. If it is right, tick this and save again."
    return forms.with_errors(form, {"is_born_then": ask})


LABELS = {
    "preferred_name": "Preferred name",
    "given_names": "Given names",
    "family_name": "Family name",
    "born_on": "Date of birth",
    "is_estimated": "Estimated date of birth",
    "pronouns": "Pronouns",
    "phone": "Phone",
    "email": "Email",
    "contact_by_phone": "What may be sent to the phone",
    "contact_by_email": "What may be sent by email",
    "contact_note": "Contact note",
    "language": "Language",
    "interpreter_needed": "Interpreter",
}


def filled_from(patient: Patient) -> forms.Form[Any]:
    """Draw the form with what is recorded. Gender and origin start empty: they are asked anew or left alone."""
    recorded = {name: getattr(patient, name) for name in LABELS if name != "is_estimated"}
    is_estimated = patient.dob_accuracy == DobAccuracy.ESTIMATED
    return forms.blank(**recorded, is_estimated=is_estimated, answered_by=AnswerSource.SELF, version=patient.version)


def differences(patient: Patient, form: forms.Form[PersonForm]) -> list[tuple[str, str, str]]:
    """Return (label, recorded now, typed here) for each answer where the two differ."""
    recorded = filled_from(patient)
    shown = []
    for name, label in LABELS.items():
        if recorded.text(name) != form.text(name):
            shown.append((label, _plain(name, recorded.text(name)), _plain(name, form.text(name))))
    return shown


def against_newest(form: forms.Form[PersonForm], patient: Patient) -> forms.Form[PersonForm]:
    """Return the form as typed, now aimed at the newest version: saving it again is a decision."""
    return replace(form, raw={**form.raw, "version": str(patient.version)})


def _plain(name: str, value: str) -> str:
    if name == "is_estimated":
        return "Yes" if value else "No"
    if name in ("contact_by_phone", "contact_by_email") and value in set(SafeContact):
        return words.SAFE_CONTACT[SafeContact(value)][0]
    if name == "interpreter_needed" and value in set(InterpreterNeed):
        return words.INTERPRETER[InterpreterNeed(value)]
    if name == "language":
        return words.language_words(value) or "nothing"
    return value or "nothing"


def choices(current_language: str | None) -> dict[str, Any]:
    """Return the options of the form's fields for the template."""
    return {
        "safe_contact": [(str(value), word, hint) for value, (word, hint) in words.SAFE_CONTACT.items()],
        "languages": words.language_options(current_language),
        "interpreter": words.options(words.INTERPRETER),
        "genders": words.options(words.GENDER),
        "origins": words.options(words.ORIGIN),
        "sources": words.options(words.SOURCE),
        "labels": LABELS
        | {"is_born_then": "Date of birth", "gender": "Gender", "gender_term": "Term", "origin": "Origin"},
    }
