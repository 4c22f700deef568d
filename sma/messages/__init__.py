"""What people are told: one message per person and change, its states, and the ways out (SMTP, Maildir).

`deliver` is the handler of "invitation.revised"; the log is the Communication table.
"""

from sma.messages.actions import deliver as deliver
from sma.messages.actions import follow_correction as follow_correction
from sma.messages.actions import follow_death as follow_death
from sma.messages.actions import mark_called as mark_called
from sma.messages.actions import retry as retry
from sma.messages.compose import parcel as parcel
from sma.messages.facts import clinic_of as clinic_of
from sma.messages.facts import facts_of as facts_of
from sma.messages.models import Communication as Communication
from sma.messages.queries import needs_somebody as needs_somebody
from sma.messages.rules import CommunicationState as CommunicationState
from sma.messages.transports import Parcel as Parcel
from sma.messages.transports import Transport as Transport
from sma.messages.transports import TransportError as TransportError
from sma.messages.transports import transport_for as transport_for

__all__ = [
    "Communication",
    "CommunicationState",
    "Parcel",
    "Transport",
    "TransportError",
    "clinic_of",
    "deliver",
    "facts_of",
    "follow_correction",
    "follow_death",
    "mark_called",
    "needs_somebody",
    "parcel",
    "retry",
    "transport_for",
]
