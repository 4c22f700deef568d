"""Reads about programs and sessions: one session in full, many sessions for a board, choices for forms."""

from sma.scheduling.queries.boards import BoardRow as BoardRow
from sma.scheduling.queries.boards import BoardWorker as BoardWorker
from sma.scheduling.queries.boards import missing_on as missing_on
from sma.scheduling.queries.boards import next_day_with_sessions as next_day_with_sessions
from sma.scheduling.queries.boards import sessions_between as sessions_between
from sma.scheduling.queries.boards import staff_between as staff_between
from sma.scheduling.queries.choices import PlaceChoice as PlaceChoice
from sma.scheduling.queries.choices import PlacesInUse as PlacesInUse
from sma.scheduling.queries.choices import place_choices as place_choices
from sma.scheduling.queries.choices import places_in_use as places_in_use
from sma.scheduling.queries.choices import program_choices as program_choices
from sma.scheduling.queries.choices import room_choices as room_choices
from sma.scheduling.queries.choices import worker_choices as worker_choices
from sma.scheduling.queries.programs import get_program as get_program
from sma.scheduling.queries.programs import list_programs as list_programs
from sma.scheduling.queries.programs import name_of_user as name_of_user
from sma.scheduling.queries.programs import program_named as program_named
from sma.scheduling.queries.sessions import SessionView as SessionView
from sma.scheduling.queries.sessions import is_assigned as is_assigned
from sma.scheduling.queries.sessions import may_see_settings as may_see_settings
from sma.scheduling.queries.sessions import readiness_of as readiness_of
from sma.scheduling.queries.sessions import session_readiness as session_readiness
from sma.scheduling.queries.sessions import session_view as session_view
from sma.scheduling.queries.staff import StaffRow as StaffRow
from sma.scheduling.queries.staff import staff_of as staff_of
