"""Assignments of benefit: a patient's agreement that a benefit goes to one practitioner, for named dates or enduring.

An agreement is written down whole, then signed; its page is sealed with its checksum and never changed. Claims ask
which agreement stands behind a service and whether agreement, roll call and line match. When one ends, or one is
recorded for a closed session, the outbox says so, and claims look again.
"""

from sma.assignments.actions import Plan as Plan
from sma.assignments.actions import Signature as Signature
from sma.assignments.actions import assign_benefit as assign_benefit
from sma.assignments.actions import assign_benefits as assign_benefits
from sma.assignments.actions import confirm_item as confirm_item
from sma.assignments.actions import hold_record as hold_record
from sma.assignments.actions import note_claimed as note_claimed
from sma.assignments.actions import prepare as prepare
from sma.assignments.actions import record_copy as record_copy
from sma.assignments.actions import revoke_assignment as revoke_assignment
from sma.assignments.actions import sign as sign
from sma.assignments.actions import void_occurrence as void_occurrence
from sma.assignments.models import BenefitAssignment as BenefitAssignment
from sma.assignments.models import BenefitCopy as BenefitCopy
from sma.assignments.models import BenefitDocument as BenefitDocument
from sma.assignments.queries import LineToMatch as LineToMatch
from sma.assignments.queries import RegisterRow as RegisterRow
from sma.assignments.queries import assignments_by_id as assignments_by_id
from sma.assignments.queries import assignments_of as assignments_of
from sma.assignments.queries import keep_until as keep_until
from sma.assignments.queries import mismatches as mismatches
from sma.assignments.queries import register as register
from sma.assignments.rules import METHOD_WORDS as METHOD_WORDS
from sma.assignments.rules import WAY_WORDS as WAY_WORDS
from sma.assignments.rules import AssignmentMethod as AssignmentMethod
from sma.assignments.rules import BilledService as BilledService
from sma.assignments.rules import EndReason as EndReason
from sma.assignments.rules import NotAssignable as NotAssignable
from sma.assignments.rules import Way as Way
from sma.assignments.rules import assignment_holds as assignment_holds

__all__ = [
    "METHOD_WORDS",
    "WAY_WORDS",
    "AssignmentMethod",
    "BenefitAssignment",
    "BenefitCopy",
    "BenefitDocument",
    "BilledService",
    "EndReason",
    "LineToMatch",
    "NotAssignable",
    "Plan",
    "RegisterRow",
    "Signature",
    "Way",
    "assign_benefit",
    "assign_benefits",
    "assignment_holds",
    "assignments_by_id",
    "assignments_of",
    "confirm_item",
    "hold_record",
    "keep_until",
    "mismatches",
    "note_claimed",
    "prepare",
    "record_copy",
    "register",
    "revoke_assignment",
    "sign",
    "void_occurrence",
]
