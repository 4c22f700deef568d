"""What staff record on the day. Every verb takes the session's lock, so that two tablets agree."""

from sma.attendance.actions.clinicians import add_presence as add_presence
from sma.attendance.actions.clinicians import clinician_in as clinician_in
from sma.attendance.actions.clinicians import clinician_out as clinician_out
from sma.attendance.actions.clinicians import correct_presence as correct_presence
from sma.attendance.actions.closing import close_session as close_session
from sma.attendance.actions.consults import start_consult as start_consult
from sma.attendance.actions.consults import stop_consult as stop_consult
from sma.attendance.actions.entries import add_consult as add_consult
from sma.attendance.actions.entries import confirm_consult as confirm_consult
from sma.attendance.actions.entries import correct_consult as correct_consult
from sma.attendance.actions.entries import is_before_arrival as is_before_arrival
from sma.attendance.actions.entries import may_correct as may_correct
from sma.attendance.actions.entries import withdraw_consult as withdraw_consult
from sma.attendance.actions.holding import may_correct_closed as may_correct_closed
from sma.attendance.actions.marks import MarkOutcome as MarkOutcome
from sma.attendance.actions.marks import mark as mark
from sma.attendance.actions.marks import tick_note as tick_note
from sma.attendance.actions.marks import undo_mark as undo_mark
from sma.attendance.actions.staff import take_off as take_off
from sma.attendance.actions.walk_ins import Newcomer as Newcomer
from sma.attendance.actions.walk_ins import register_walk_in as register_walk_in

__all__ = [
    "MarkOutcome",
    "Newcomer",
    "add_consult",
    "add_presence",
    "clinician_in",
    "clinician_out",
    "close_session",
    "confirm_consult",
    "correct_consult",
    "correct_presence",
    "is_before_arrival",
    "mark",
    "may_correct",
    "may_correct_closed",
    "register_walk_in",
    "start_consult",
    "stop_consult",
    "take_off",
    "tick_note",
    "undo_mark",
    "withdraw_consult",
]
