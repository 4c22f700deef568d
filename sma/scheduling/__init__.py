"""Programs (the kind of shared appointment), dated group sessions, who works on them and for whom they are.

Higher slices lock a session, read it, and set it to cancelled or closed; they never change its plan. Times are instants
with the zone of the place; the topic and audience of a session are only for those who may see them.
"""

from sma.scheduling.actions import approve_program_audience as approve_program_audience
from sma.scheduling.actions import approve_session_audience as approve_session_audience
from sma.scheduling.actions import assign_role as assign_role
from sma.scheduling.actions import lock_session as lock_session
from sma.scheduling.actions import make_program as make_program
from sma.scheduling.actions import make_session as make_session
from sma.scheduling.actions import mark_cancelled as mark_cancelled
from sma.scheduling.actions import mark_closed as mark_closed
from sma.scheduling.actions import publish_session as publish_session
from sma.scheduling.actions import remove_role as remove_role
from sma.scheduling.actions import update_program as update_program
from sma.scheduling.actions import update_session as update_session
from sma.scheduling.models import GroupSession as GroupSession
from sma.scheduling.models import Program as Program
from sma.scheduling.models import SessionRole as SessionRole
from sma.scheduling.queries import Audiences as Audiences
from sma.scheduling.queries import BoardRow as BoardRow
from sma.scheduling.queries import BoardWorker as BoardWorker
from sma.scheduling.queries import PlaceChoice as PlaceChoice
from sma.scheduling.queries import PlacesInUse as PlacesInUse
from sma.scheduling.queries import SessionView as SessionView
from sma.scheduling.queries import StaffRow as StaffRow
from sma.scheduling.queries import audiences as audiences
from sma.scheduling.queries import is_assigned as is_assigned
from sma.scheduling.queries import may_see_settings as may_see_settings
from sma.scheduling.queries import missing_on as missing_on
from sma.scheduling.queries import next_day_with_sessions as next_day_with_sessions
from sma.scheduling.queries import place_choices as place_choices
from sma.scheduling.queries import places_in_use as places_in_use
from sma.scheduling.queries import session_readiness as session_readiness
from sma.scheduling.queries import session_view as session_view
from sma.scheduling.queries import sessions_between as sessions_between
from sma.scheduling.queries import staff_between as staff_between
from sma.scheduling.queries import staff_of as staff_of
from sma.scheduling.rules import STATE_WORDS as STATE_WORDS
from sma.scheduling.rules import Modality as Modality
from sma.scheduling.rules import ProgramPlan as ProgramPlan
from sma.scheduling.rules import SessionPlan as SessionPlan
from sma.scheduling.rules import SessionRoleKind as SessionRoleKind
from sma.scheduling.rules import SessionState as SessionState
from sma.scheduling.rules import SessionStatus as SessionStatus
from sma.scheduling.rules import SettingPlan as SettingPlan
from sma.scheduling.rules import ceiling as ceiling
from sma.scheduling.rules import minutes_each as minutes_each
from sma.scheduling.rules import state_of as state_of

__all__ = [
    "STATE_WORDS",
    "Audiences",
    "BoardRow",
    "BoardWorker",
    "GroupSession",
    "Modality",
    "PlaceChoice",
    "PlacesInUse",
    "Program",
    "ProgramPlan",
    "SessionPlan",
    "SessionRole",
    "SessionRoleKind",
    "SessionState",
    "SessionStatus",
    "SessionView",
    "SettingPlan",
    "StaffRow",
    "approve_program_audience",
    "approve_session_audience",
    "assign_role",
    "audiences",
    "ceiling",
    "is_assigned",
    "lock_session",
    "make_program",
    "make_session",
    "mark_cancelled",
    "mark_closed",
    "may_see_settings",
    "minutes_each",
    "missing_on",
    "next_day_with_sessions",
    "place_choices",
    "places_in_use",
    "publish_session",
    "remove_role",
    "session_readiness",
    "session_view",
    "sessions_between",
    "staff_between",
    "staff_of",
    "state_of",
    "update_program",
    "update_session",
]
