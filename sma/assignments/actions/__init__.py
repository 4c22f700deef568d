"""The verbs of assignments: prepare and sign one, record several, end one or a date of it, keep what belongs to it."""

from sma.assignments.actions.agreements import assign_benefit as assign_benefit
from sma.assignments.actions.agreements import assign_benefits as assign_benefits
from sma.assignments.actions.ending import hold_assignment as hold_assignment
from sma.assignments.actions.ending import revoke_assignment as revoke_assignment
from sma.assignments.actions.ending import void_occurrence as void_occurrence
from sma.assignments.actions.keeping import confirm_item as confirm_item
from sma.assignments.actions.keeping import hold_record as hold_record
from sma.assignments.actions.keeping import note_claimed as note_claimed
from sma.assignments.actions.keeping import record_copy as record_copy
from sma.assignments.actions.preparing import Plan as Plan
from sma.assignments.actions.preparing import prepare as prepare
from sma.assignments.actions.preparing import usual_descriptions as usual_descriptions
from sma.assignments.actions.signing import Signature as Signature
from sma.assignments.actions.signing import sign as sign

__all__ = [
    "Plan",
    "Signature",
    "assign_benefit",
    "assign_benefits",
    "confirm_item",
    "hold_assignment",
    "hold_record",
    "note_claimed",
    "prepare",
    "record_copy",
    "revoke_assignment",
    "sign",
    "usual_descriptions",
    "void_occurrence",
]
