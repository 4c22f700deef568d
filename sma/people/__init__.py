"""People and places: patients with their own answers, their cards and agreements, practitioners with a provider
number for each place, places with rooms and a confirmed time zone.

What a person says about themselves is stored as they said it and is inferred from nothing. Numbers are sealed; pages
show their last four characters. Verbs lock the patient row first (`lock_patients`, in the order of ids).
"""

from sma.people.actions import add_room as add_room
from sma.people.actions import hold_patients as hold_patients
from sma.people.actions import link_user as link_user
from sma.people.actions import lock_patients as lock_patients
from sma.people.actions import lock_practitioners as lock_practitioners
from sma.people.actions import make_location as make_location
from sma.people.actions import make_practitioner as make_practitioner
from sma.people.actions import mark_deceased as mark_deceased
from sma.people.actions import record_agreement as record_agreement
from sma.people.actions import record_comfort as record_comfort
from sma.people.actions import record_no_card as record_no_card
from sma.people.actions import register_patient as register_patient
from sma.people.actions import set_coverage as set_coverage
from sma.people.actions import set_provider_number as set_provider_number
from sma.people.actions import unmark_deceased as unmark_deceased
from sma.people.actions import update_location as update_location
from sma.people.actions import update_patient as update_patient
from sma.people.actions import withdraw_agreement as withdraw_agreement
from sma.people.actions.places import LocationAnswers as LocationAnswers
from sma.people.actions.practitioners import PractitionerAnswers as PractitionerAnswers
from sma.people.deaths import TOLD_BY_WORDS as TOLD_BY_WORDS
from sma.people.deaths import DeathAlreadyRecorded as DeathAlreadyRecorded
from sma.people.deaths import NoDeathRecorded as NoDeathRecorded
from sma.people.deaths import ToldBy as ToldBy
from sma.people.models import Agreement as Agreement
from sma.people.models import Coverage as Coverage
from sma.people.models import Location as Location
from sma.people.models import Organization as Organization
from sma.people.models import Patient as Patient
from sma.people.models import Practitioner as Practitioner
from sma.people.models import PractitionerRole as PractitionerRole
from sma.people.models import RelatedPerson as RelatedPerson
from sma.people.models import Room as Room
from sma.people.names import PROFESSION_WORDS as PROFESSION_WORDS
from sma.people.names import first_name as first_name
from sma.people.names import full_name as full_name
from sma.people.names import practitioner_name as practitioner_name
from sma.people.names import preferred as preferred
from sma.people.names import written_name as written_name
from sma.people.queries import PatientHit as PatientHit
from sma.people.queries import agreement_stands as agreement_stands
from sma.people.queries import find_patients as find_patients
from sma.people.queries import has_agreement as has_agreement
from sma.people.queries import practitioner_of as practitioner_of
from sma.people.queries import provider_number as provider_number
from sma.people.rules import CURRENT_AGREEMENT_VERSION as CURRENT_AGREEMENT_VERSION
from sma.people.rules import PatientAnswers as PatientAnswers
from sma.people.rules import PersonNotFound as PersonNotFound
from sma.people.rules import indigenous_code as indigenous_code
from sma.people.rules import named_group as named_group

__all__ = [
    "CURRENT_AGREEMENT_VERSION",
    "PROFESSION_WORDS",
    "TOLD_BY_WORDS",
    "Agreement",
    "Coverage",
    "DeathAlreadyRecorded",
    "Location",
    "LocationAnswers",
    "NoDeathRecorded",
    "Organization",
    "Patient",
    "PatientAnswers",
    "PatientHit",
    "PersonNotFound",
    "Practitioner",
    "PractitionerAnswers",
    "PractitionerRole",
    "RelatedPerson",
    "Room",
    "ToldBy",
    "add_room",
    "agreement_stands",
    "find_patients",
    "first_name",
    "full_name",
    "has_agreement",
    "hold_patients",
    "indigenous_code",
    "link_user",
    "lock_patients",
    "lock_practitioners",
    "make_location",
    "make_practitioner",
    "mark_deceased",
    "named_group",
    "practitioner_name",
    "practitioner_of",
    "preferred",
    "provider_number",
    "record_agreement",
    "record_comfort",
    "record_no_card",
    "register_patient",
    "set_coverage",
    "set_provider_number",
    "unmark_deceased",
    "update_location",
    "update_patient",
    "withdraw_agreement",
    "written_name",
]
