"""The verbs of assignments: record one, take one back."""

from sma.assignments.actions.agreements import assign_benefit as assign_benefit
from sma.assignments.actions.agreements import revoke_assignment as revoke_assignment

__all__ = ["assign_benefit", "revoke_assignment"]
