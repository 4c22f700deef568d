"""What pages and other slices read about people and places. Each function uses a fixed number of statements."""

from sma.people.queries.agreements import agreement_stands as agreement_stands
from sma.people.queries.agreements import has_agreement as has_agreement
from sma.people.queries.agreements import standing_agreements as standing_agreements
from sma.people.queries.patients import PatientHit as PatientHit
from sma.people.queries.patients import current_coverage as current_coverage
from sma.people.queries.patients import find_patients as find_patients
from sma.people.queries.patients import is_among as is_among
from sma.people.queries.patients import people_like as people_like
from sma.people.queries.patients import person as person
from sma.people.queries.places import location as location
from sma.people.queries.places import locations as locations
from sma.people.queries.places import rooms_of as rooms_of
from sma.people.queries.practitioners import PractitionerRow as PractitionerRow
from sma.people.queries.practitioners import RoleRow as RoleRow
from sma.people.queries.practitioners import linkable_users as linkable_users
from sma.people.queries.practitioners import linked_user as linked_user
from sma.people.queries.practitioners import practitioner as practitioner
from sma.people.queries.practitioners import practitioner_of as practitioner_of
from sma.people.queries.practitioners import practitioners as practitioners
from sma.people.queries.practitioners import provider_number as provider_number
from sma.people.queries.practitioners import roles_of as roles_of

__all__ = [
    "PatientHit",
    "PractitionerRow",
    "RoleRow",
    "agreement_stands",
    "current_coverage",
    "find_patients",
    "has_agreement",
    "is_among",
    "linkable_users",
    "linked_user",
    "location",
    "locations",
    "people_like",
    "person",
    "practitioner",
    "practitioner_of",
    "practitioners",
    "provider_number",
    "roles_of",
    "rooms_of",
    "standing_agreements",
]
