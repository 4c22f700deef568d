"""Reads for the pages of assignments, and what claims ask about them."""

from sma.assignments.queries.agreements import AgreementView as AgreementView
from sma.assignments.queries.agreements import agreement_view as agreement_view
from sma.assignments.queries.agreements import agreements_of as agreements_of
from sma.assignments.queries.agreements import document as document
from sma.assignments.queries.session import AssignmentRow as AssignmentRow
from sma.assignments.queries.session import AssignmentsView as AssignmentsView
from sma.assignments.queries.session import Desk as Desk
from sma.assignments.queries.session import assignments as assignments
from sma.assignments.queries.session import desk as desk
from sma.assignments.queries.standing import LineToMatch as LineToMatch
from sma.assignments.queries.standing import RegisterRow as RegisterRow
from sma.assignments.queries.standing import assignments_by_id as assignments_by_id
from sma.assignments.queries.standing import assignments_of as assignments_of
from sma.assignments.queries.standing import keep_until as keep_until
from sma.assignments.queries.standing import mismatches as mismatches
from sma.assignments.queries.standing import register as register

__all__ = [
    "AgreementView",
    "AssignmentRow",
    "AssignmentsView",
    "Desk",
    "LineToMatch",
    "RegisterRow",
    "agreement_view",
    "agreements_of",
    "assignments",
    "assignments_by_id",
    "assignments_of",
    "desk",
    "document",
    "keep_until",
    "mismatches",
    "register",
]
