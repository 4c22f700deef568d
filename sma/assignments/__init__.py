"""Assignments of benefit: a patient's agreement that a benefit goes to one practitioner, for a day or enduring.

Claims ask which assignment stands behind a service. When one ends, or one is recorded for a closed session, the outbox
says so, and claims look again.
"""

from sma.assignments.actions import assign_benefit as assign_benefit
from sma.assignments.actions import revoke_assignment as revoke_assignment
from sma.assignments.models import BenefitAssignment as BenefitAssignment
from sma.assignments.queries import assignments_by_id as assignments_by_id
from sma.assignments.queries import assignments_of as assignments_of
from sma.assignments.rules import METHOD_WORDS as METHOD_WORDS
from sma.assignments.rules import AssignmentMethod as AssignmentMethod
from sma.assignments.rules import NotAssignable as NotAssignable
from sma.assignments.rules import assignment_holds as assignment_holds

__all__ = [
    "METHOD_WORDS",
    "AssignmentMethod",
    "BenefitAssignment",
    "NotAssignable",
    "assign_benefit",
    "assignment_holds",
    "assignments_by_id",
    "assignments_of",
    "revoke_assignment",
]
