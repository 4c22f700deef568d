"""The seven data elements of an agreement as they stand when it is signed, and which of them is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any


class Timing(StrEnum):
    """Whether an agreement is made before the service or after it."""

    BEFORE = "pre"
    AFTER = "post"


TIMING_WORDS = {Timing.BEFORE: "Before the service", Timing.AFTER: "After the service"}


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What is written on one agreement. No amount of money is among it.

    Source: Health Insurance Regulations 2018, s 65C(4), as restated (`law.toml`, elements).
    """

    patient_name: str = ""
    agreed_on: date | None = None
    timing: str = ""
    practitioner_name: str = ""
    provider_number: str = ""
    place: str = ""
    days: tuple[date, ...] = ()
    first_day: date | None = None  # of an enduring agreement, instead of days
    descriptions: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    by_patient: bool | None = None
    assignor_name: str = ""
    relationship: str = ""

    @property
    def signer(self) -> str:
        return self.patient_name if self.by_patient else self.assignor_name


# Element, answer to change, and what is missing in words.
_SENTENCES = {
    "D1": ("patient", "The patient's name is missing. Enter it on the person's page."),
    "D2": ("assigned_on", "The date of the agreement is missing."),
    "D3": ("timing", "Say whether this is agreed before or after the service."),
    "D4": (
        "clinician",
        "The clinician's name, with a provider number or an address of practice, is missing. Enter it on the "
        "clinician's page.",
    ),
    "D5": ("sessions", "The date of the service is missing."),
    "D6a": ("descriptions", "Before a service, the agreement describes it: choose a description."),
    "D6b": ("items", "After a service, the agreement names its MBS items: enter the item numbers."),
    "D7": ("assignor", "Say whether the patient agrees themselves, or who does for them and how they are related."),
}


def missing_elements(one: Particulars) -> dict[str, tuple[str, str]]:
    """Return what an agreement lacks, by element (D1 to D7): the answer to change, and a sentence.

    An agreement that lacks anything must not be put before anybody to sign.
    """
    is_described = one.timing != Timing.AFTER
    has = {
        "D1": bool(one.patient_name.strip()),
        "D2": one.agreed_on is not None,
        "D3": one.timing in tuple(Timing),
        "D4": bool(one.practitioner_name.strip()) and bool(one.provider_number.strip() or one.place.strip()),
        "D5": bool(one.days) or one.first_day is not None,
        "D6a": bool(one.descriptions) or not is_described,
        "D6b": bool(one.items) or is_described,
        "D7": one.by_patient is True
        or (one.by_patient is False and bool(one.assignor_name.strip()) and bool(one.relationship.strip())),
    }
    return {element: _SENTENCES[element] for element, present in has.items() if not present}


def frozen(one: Particulars) -> dict[str, Any]:
    """Write particulars down as JSON values."""
    return {each.name: _plain(getattr(one, each.name)) for each in fields(one)}


def thawed(kept: Mapping[str, Any]) -> Particulars:
    """Read particulars back."""
    values = dict(kept)
    for name in ("agreed_on", "first_day"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    values["days"] = tuple(date.fromisoformat(day) for day in values["days"])
    for name in ("descriptions", "items"):
        values[name] = tuple(values[name])
    return Particulars(**values)


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value
