"""Reads for the pages of assignments, and what claims ask about them."""

from sma.assignments.queries.session import AssignmentRow as AssignmentRow
from sma.assignments.queries.session import AssignmentsView as AssignmentsView
from sma.assignments.queries.session import assignments as assignments
from sma.assignments.queries.standing import assignments_by_id as assignments_by_id
from sma.assignments.queries.standing import assignments_of as assignments_of

__all__ = ["AssignmentRow", "AssignmentsView", "assignments", "assignments_by_id", "assignments_of"]
