"""Reads of what Medicare's rules need to know about people: one person's page, and many people for a session."""

from sma.entitlements.queries.facts import Referred as Referred
from sma.entitlements.queries.facts import earlier_services as earlier_services
from sma.entitlements.queries.facts import my_medicare_here as my_medicare_here
from sma.entitlements.queries.facts import referrals as referrals
from sma.entitlements.queries.person import History as History
from sma.entitlements.queries.person import history_of as history_of

__all__ = ["History", "Referred", "earlier_services", "history_of", "my_medicare_here", "referrals"]
