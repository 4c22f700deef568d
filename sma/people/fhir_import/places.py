"""Organizations and places. A place lands without a time zone: only a person can confirm it."""

from typing import Any

from sma.people.fhir_import.landing import Run, tidy, too_long
from sma.people.fhir_import.shapes import LocationShape, OrganizationShape
from sma.people.models import Location, Organization
from sma.people.rules import NAME_NOT_GIVEN

NO_NAME = "The resource states no name. It landed as “Name not given”."


def land_organizations(run: Run) -> None:
    run.begin("Organization", Organization)
    for line, found in run.read("Organization", OrganizationShape):
        values = {"name": tidy(found.name) or NAME_NOT_GIVEN}
        if too_long(Organization, values):
            run.refuse("Organization", line.number, line.id, "too-long", "The name is too long to keep.")
            continue
        if found.name is None:
            run.warn("Organization", line, "no-name", NO_NAME)
        run.settle("Organization", Organization, line, values, whole=True)


def land_locations(run: Run) -> None:
    run.begin("Location", Location)
    for line, found in run.read("Location", LocationShape):
        values = _location_values(found)
        if name := too_long(Location, values):
            run.refuse("Location", line.number, line.id, "too-long", f"Its {name} is too long to keep.")
            continue
        if found.name is None:
            run.warn("Location", line, "no-name", NO_NAME)
        organization = run.find(found.managingOrganization)
        is_missing = bool(found.managingOrganization and found.managingOrganization.reference and not organization)
        if is_missing:
            run.warn(
                "Location", line, "missing-reference", "Its organization is not in this import. It landed without."
            )
        if organization is not None:
            values["organization_id"] = organization
        run.settle("Location", Location, line, values, whole=not is_missing)


def _location_values(found: LocationShape) -> dict[str, Any]:
    values: dict[str, Any] = {"name": tidy(found.name) or NAME_NOT_GIVEN}
    if found.status is not None:
        values["is_active"] = found.status == "active"
    if found.address is not None:
        stated = {
            "address": tidy(", ".join(found.address.line)),
            "suburb": tidy(found.address.city),
            "state": tidy(found.address.state),
            "postcode": tidy(found.address.postalCode),
        }
        values |= {name: value for name, value in stated.items() if value}
    phone = next((point.value for point in found.telecom if point.system == "phone" and point.value), None)
    if phone:
        values["phone"] = tidy(phone)
    return values
