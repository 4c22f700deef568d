"""Invitations to appointments, and the clocks of the places where they happen.

Pure: values in, bytes or values out; no database, no network, no wall clock. An `Event` is one person's
appointment; `invitation` and `cancellation` write its file, `session_invitations` and
`session_cancellations` write a whole session's faster and byte for byte the same. `wall_time` turns a time on
the clock into an instant or says why people could not meet then. The file goes into a mail as it is; the mail
itself is not this library's matter.
"""

from calendars.batch import AnotherSession as AnotherSession
from calendars.batch import InvitationBatch as InvitationBatch
from calendars.batch import session_cancellations as session_cancellations
from calendars.batch import session_invitations as session_invitations
from calendars.events import Event as Event
from calendars.events import NotAnEvent as NotAnEvent
from calendars.ics import cancellation as cancellation
from calendars.ics import invitation as invitation
from calendars.text import NotAnAddress as NotAnAddress
from calendars.text import mailto as mailto
from calendars.text import plain_address as plain_address
from calendars.text import plain_name as plain_name
from calendars.zones import TIMEZONES as TIMEZONES
from calendars.zones import UnknownZone as UnknownZone
from calendars.zones import WallTimeGap as WallTimeGap
from calendars.zones import WallTimeOverlap as WallTimeOverlap
from calendars.zones import WallTimeProblem as WallTimeProblem
from calendars.zones import Zone as Zone
from calendars.zones import is_known_timezone as is_known_timezone
from calendars.zones import timezone_words as timezone_words
from calendars.zones import wall_time as wall_time

__all__ = [
    "TIMEZONES",
    "AnotherSession",
    "Event",
    "InvitationBatch",
    "NotAnAddress",
    "NotAnEvent",
    "UnknownZone",
    "WallTimeGap",
    "WallTimeOverlap",
    "WallTimeProblem",
    "Zone",
    "cancellation",
    "invitation",
    "is_known_timezone",
    "mailto",
    "plain_address",
    "plain_name",
    "session_cancellations",
    "session_invitations",
    "timezone_words",
    "wall_time",
]
