"""The parts of FHIR R4 AU Core resources that we read. Strict about types, indifferent to anything else.

`Patient.gender` (administrative gender) and recorded sex are not here on purpose: nothing is made of them.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, max_length=4_000)]


class Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class Coding(Shape):
    system: Text | None = None
    code: Text | None = None
    display: Text | None = None


class Concept(Shape):
    coding: list[Coding] = []
    text: Text | None = None

    def codes(self) -> set[tuple[str | None, str | None]]:
        return {(coding.system, coding.code) for coding in self.coding}

    def words(self) -> str | None:
        """Return the text, else the first display."""
        return self.text or next((coding.display for coding in self.coding if coding.display), None)


class Extension(Shape):
    url: Text
    extension: "list[Extension]" = []
    valueCoding: Coding | None = None  # noqa: N815 - FHIR's own names
    valueCodeableConcept: Concept | None = None  # noqa: N815
    valueBoolean: bool | None = None  # noqa: N815


class Extended(Shape):
    extension: list[Extension] = []

    def said(self, url: str) -> Iterator[Extension]:
        return (found for found in self.extension if found.url == url)


class Period(Shape):
    start: Text | None = None
    end: Text | None = None


class Identifier(Shape):
    use: Text | None = None
    system: Text | None = None
    value: Text | None = None
    period: Period | None = None


class HumanName(Shape):
    use: Text | None = None
    text: Text | None = None
    family: Text | None = None
    given: list[Text] = []
    prefix: list[Text] = []


class ContactPoint(Shape):
    system: Text | None = None
    use: Text | None = None
    value: Text | None = None


class Address(Shape):
    line: list[Text] = []
    city: Text | None = None
    state: Text | None = None
    postalCode: Text | None = None  # noqa: N815


class Reference(Extended):
    reference: Text | None = None


class Communication(Shape):
    language: Concept
    preferred: bool = False


class Link(Shape):
    other: Reference
    type: Text


class OrganizationShape(Shape):
    name: Text | None = None


class LocationShape(Shape):
    name: Text | None = None
    status: Text | None = None
    address: Address | None = None
    telecom: list[ContactPoint] = []
    managingOrganization: Reference | None = None  # noqa: N815


class PractitionerShape(Shape):
    active: bool = True
    name: list[HumanName] = []


class PractitionerRoleShape(Shape):
    active: bool = True
    identifier: list[Identifier] = []
    practitioner: Reference | None = None
    organization: Reference | None = None
    location: list[Reference] = []
    code: list[Concept] = []


class PersonShape(Extended):
    """What Patient and RelatedPerson share."""

    active: bool = True
    identifier: list[Identifier] = []
    name: list[HumanName] = []
    telecom: list[ContactPoint] = []
    birthDate: Text | None = None  # noqa: N815


class PatientShape(PersonShape):
    birth_date_note: Extended | None = Field(default=None, alias="_birthDate")
    deceasedBoolean: bool | None = None  # noqa: N815
    deceasedDateTime: Text | None = None  # noqa: N815
    communication: list[Communication] = []
    link: list[Link] = []


class RelatedPersonShape(PersonShape):
    patient: Reference
    relationship: list[Concept] = []
