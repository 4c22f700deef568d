"""The only translation from rows to what the billing library is told.

One `GroupService` per clinician of a session, with everybody on the roll; references are ids in hex. Nothing here
decides what may be claimed, and no name or number passes through.
"""

from sma.claims.facts.proposals import Proposal as Proposal
from sma.claims.facts.proposals import proposals as proposals
from sma.claims.facts.services import SessionFacts as SessionFacts
from sma.claims.facts.services import gather as gather

__all__ = ["Proposal", "SessionFacts", "gather", "proposals"]
