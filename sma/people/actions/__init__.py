"""What staff do with people and places, by noun."""

from sma.people.actions.answers import record_agreement as record_agreement
from sma.people.actions.answers import record_comfort as record_comfort
from sma.people.actions.answers import withdraw_agreement as withdraw_agreement
from sma.people.actions.coverage import record_no_card as record_no_card
from sma.people.actions.coverage import set_coverage as set_coverage
from sma.people.actions.deaths import mark_deceased as mark_deceased
from sma.people.actions.deaths import unmark_deceased as unmark_deceased
from sma.people.actions.patients import hold_patients as hold_patients
from sma.people.actions.patients import lock_patients as lock_patients
from sma.people.actions.patients import register_patient as register_patient
from sma.people.actions.patients import update_patient as update_patient
from sma.people.actions.places import add_room as add_room
from sma.people.actions.places import make_location as make_location
from sma.people.actions.places import update_location as update_location
from sma.people.actions.practitioners import link_user as link_user
from sma.people.actions.practitioners import lock_practitioners as lock_practitioners
from sma.people.actions.practitioners import make_practitioner as make_practitioner
from sma.people.actions.practitioners import set_provider_number as set_provider_number

__all__ = [
    "add_room",
    "hold_patients",
    "link_user",
    "lock_patients",
    "lock_practitioners",
    "make_location",
    "make_practitioner",
    "mark_deceased",
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
]
