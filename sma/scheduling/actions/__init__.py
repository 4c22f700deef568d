"""The verbs of planning: programs, sessions, who works on them, and what their state becomes."""

from sma.scheduling.actions.programs import approve_program_audience as approve_program_audience
from sma.scheduling.actions.programs import make_program as make_program
from sma.scheduling.actions.programs import update_program as update_program
from sma.scheduling.actions.sessions import lock_session as lock_session
from sma.scheduling.actions.sessions import make_session as make_session
from sma.scheduling.actions.sessions import update_session as update_session
from sma.scheduling.actions.staffing import assign_role as assign_role
from sma.scheduling.actions.staffing import remove_role as remove_role
from sma.scheduling.actions.states import approve_session_audience as approve_session_audience
from sma.scheduling.actions.states import mark_cancelled as mark_cancelled
from sma.scheduling.actions.states import mark_closed as mark_closed
from sma.scheduling.actions.states import publish_session as publish_session
