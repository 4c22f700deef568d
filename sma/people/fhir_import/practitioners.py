"""Practitioners and their roles, each with the provider number that holds at its place."""

from typing import Any

from billing.identifiers import Problem, check_provider_number
from sma.people.fhir_import.landing import Run, tidy, too_long
from sma.people.fhir_import.lines import Line
from sma.people.fhir_import.shapes import Concept, PractitionerRoleShape, PractitionerShape
from sma.people.models import Practitioner, PractitionerRole

PROVIDER_NUMBER = "http://ns.electronichealth.net.au/id/medicare-provider-number"
_ANZSCO, _SNOMED = "http://www.abs.gov.au/ausstats/abs@.nsf/mf/1220.0", "http://snomed.info/sct"

# The stated occupation, to the professions that billing distinguishes. A registered nurse is not thereby a practice
# nurse, so those stay "other" until somebody says so. Source: ANZSCO 2013 v1.3; SNOMED CT-AU occupation concepts.
PROFESSIONS = {
    (_ANZSCO, "253111"): "general-practitioner",
    (_SNOMED, "62247001"): "general-practitioner",
    (_ANZSCO, "254411"): "nurse-practitioner",
    (_SNOMED, "224571005"): "nurse-practitioner",
    (_ANZSCO, "251111"): "dietitian",
    (_SNOMED, "159033005"): "dietitian",
    (_SNOMED, "1011451000168108"): "diabetes-educator",
    (_SNOMED, "1011471000168104"): "exercise-physiologist",
    (_ANZSCO, "411511"): "aboriginal-health-worker",
    (_SNOMED, "826241000168109"): "aboriginal-health-worker",
}


def land_practitioners(run: Run) -> None:
    run.begin("Practitioner", Practitioner)
    for line, found in run.read("Practitioner", PractitionerShape):
        name = next((name for name in found.name if name.use != "old"), None)
        values: dict[str, Any] = {"is_active": found.active}
        if name is not None:
            stated = {
                "prefix": tidy(" ".join(name.prefix)),
                "given_names": tidy(" ".join(name.given)) or (None if name.family else tidy(name.text)),
                "family_name": tidy(name.family),
            }
            values |= {part: value for part, value in stated.items() if value}
        if long := too_long(Practitioner, values):
            run.refuse("Practitioner", line.number, line.id, "too-long", f"Its {long} is too long to keep.")
            continue
        if not values.keys() & {"given_names", "family_name"}:
            run.warn("Practitioner", line, "no-name", "The resource states no name. It landed as “Name not given”.")
        run.settle("Practitioner", Practitioner, line, values, whole=True)


def land_roles(run: Run) -> None:
    run.begin("PractitionerRole", PractitionerRole)
    numbers: dict[str, str] = {}
    for line, found in run.read("PractitionerRole", PractitionerRoleShape):
        practitioner = run.find(found.practitioner)
        if practitioner is None and found.practitioner and found.practitioner.reference:
            reason = "Its practitioner is not in this import or an earlier one."
            run.refuse("PractitionerRole", line.number, line.id, "missing-reference", reason)
            continue
        values, is_whole = _role_values(run, line, found)
        if long := too_long(PractitionerRole, values):
            run.refuse("PractitionerRole", line.number, line.id, "too-long", f"Its {long} is too long to keep.")
            continue
        if practitioner is None:
            run.warn("PractitionerRole", line, "no-practitioner", "It states no practitioner. Somebody has to add one.")
        else:
            values["practitioner_id"] = practitioner
        _warn_of_duplicate(run, line, values.get("provider_number"), numbers)
        earlier = run.known["PractitionerRole"].get(line.id)
        is_new = earlier is None or earlier.source_hash != line.digest
        run.settle("PractitionerRole", PractitionerRole, line, values, whole=is_whole)
        if is_new:
            _say_profession(run, found)


def _role_values(run: Run, line: Line, found: PractitionerRoleShape) -> tuple[dict[str, Any], bool]:
    """Return the stated values, and whether every reference was found."""
    values: dict[str, Any] = {"is_active": found.active}
    is_whole = True
    if found.organization and found.organization.reference:
        values["organization_id"] = run.find(found.organization)
    if len(found.location) > 1:
        run.warn("PractitionerRole", line, "several-places", "It names several places. State one role for each place.")
    elif found.location and found.location[0].reference:
        values["location_id"] = run.find(found.location[0])
    for name in ("organization_id", "location_id"):
        if name in values and values[name] is None:
            is_whole = False
            del values[name]
            what = name.removesuffix("_id")
            run.warn(
                "PractitionerRole", line, "missing-reference", f"Its {what} is not in this import. Landed without."
            )
    words = next((words for concept in found.code if (words := concept.words())), None)
    if words:
        values["role_text"] = tidy(words)
    number = next((item.value for item in found.identifier if item.system == PROVIDER_NUMBER and item.value), None)
    if number is not None:
        try:
            values["provider_number"] = check_provider_number(number)
        except Problem as problem:
            run.warn("PractitionerRole", line, problem.code, f"{problem.message} It was not stored.")
    return values, is_whole


def _warn_of_duplicate(run: Run, line: Line, number: str | None, numbers: dict[str, str]) -> None:
    if number is None:
        return
    other = numbers.setdefault(number, line.id)
    if other != line.id:
        reason = f"The same provider number stands on PractitionerRole {other}. Both were kept."
        run.warn("PractitionerRole", line, "duplicate-provider-number", reason)


def _say_profession(run: Run, found: PractitionerRoleShape) -> None:
    """Take the profession that a role states, if nobody has said one yet: the first role in the file counts."""
    reference = found.practitioner.reference if found.practitioner else None
    row = run.known["Practitioner"].get(reference.rsplit("/", 1)[-1]) if reference else None
    profession = next((PROFESSIONS[code] for code in _codes(found.code) if code in PROFESSIONS), None)
    if isinstance(row, Practitioner) and row.profession == "other" and profession is not None:
        row.profession = profession


def _codes(concepts: list[Concept]) -> list[tuple[str | None, str | None]]:
    return [(coding.system, coding.code) for concept in concepts for coding in concept.coding]
