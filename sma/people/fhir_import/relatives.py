"""People close to a patient. Somebody who is also a patient is linked to that row, never made twice."""

from typing import Any
from uuid import UUID

from sma.people.fhir_import.cards import strong_keys
from sma.people.fhir_import.landing import Run, tidy, too_long
from sma.people.fhir_import.lines import Line
from sma.people.fhir_import.patients import chosen_names
from sma.people.fhir_import.shapes import RelatedPersonShape
from sma.people.models import RelatedPerson
from sma.people.rules import NAME_NOT_GIVEN


def land_relatives(run: Run) -> None:
    run.begin("RelatedPerson", RelatedPerson)
    for line, found in run.read("RelatedPerson", RelatedPersonShape):
        patient_id = run.find(found.patient)
        if patient_id is None:
            reason = "Its patient is not in this import or an earlier one."
            run.refuse("RelatedPerson", line.number, line.id, "missing-reference", reason)
            continue
        values: dict[str, Any] = {"patient_id": patient_id, "name": _name(found)}
        words = next((words for concept in found.relationship if (words := concept.words())), None)
        if words:
            values["relationship"] = tidy(words)
        phone = next((p.value for p in found.telecom if p.system == "phone" and p.use != "work" and p.value), None)
        if phone:
            values["phone"] = tidy(phone)
        same = _same_person(run, line, found)
        if same is not None:
            values["same_person_as_id"] = same
        if long := too_long(RelatedPerson, values):
            run.refuse("RelatedPerson", line.number, line.id, "too-long", f"Its {long} is too long to keep.")
            continue
        run.settle("RelatedPerson", RelatedPerson, line, values, whole=True)


def _name(found: RelatedPersonShape) -> str:
    values, _ = chosen_names(found.name)
    first = values.get("given_names") or values.get("preferred_name")
    family = values.get("family_name")
    return " ".join(part for part in (first, family if family != first else None) if part) or NAME_NOT_GIVEN


def _same_person(run: Run, line: Line, found: RelatedPersonShape) -> UUID | None:
    """Return the patient this is, by an explicit link or an identifier that names one person. Names prove nothing."""
    for key in (f"link {line.id}", *strong_keys(found)):
        if (same := run.strong.get(key)) is not None:
            return same
    return None
