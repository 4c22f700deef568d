"""The day: who came, when the clinician was in the room, each person's own minutes, and the sheets that show it.

A press stands for its moment; what is typed says so, keeps what it replaced, and counts as a clinician's time only once
that clinician has confirmed it. A session closes when everyone is recorded; claims read `day_facts` and nothing else.
"""

from sma.attendance.actions import MarkOutcome as MarkOutcome
from sma.attendance.actions import Newcomer as Newcomer
from sma.attendance.actions import add_consult as add_consult
from sma.attendance.actions import add_presence as add_presence
from sma.attendance.actions import clinician_in as clinician_in
from sma.attendance.actions import clinician_out as clinician_out
from sma.attendance.actions import close_session as close_session
from sma.attendance.actions import confirm_consult as confirm_consult
from sma.attendance.actions import correct_consult as correct_consult
from sma.attendance.actions import correct_presence as correct_presence
from sma.attendance.actions import mark as mark
from sma.attendance.actions import register_walk_in as register_walk_in
from sma.attendance.actions import start_consult as start_consult
from sma.attendance.actions import stop_consult as stop_consult
from sma.attendance.actions import take_off as take_off
from sma.attendance.actions import tick_note as tick_note
from sma.attendance.actions import undo_mark as undo_mark
from sma.attendance.actions import withdraw_consult as withdraw_consult
from sma.attendance.models import AttendanceMark as AttendanceMark
from sma.attendance.models import ClinicianPresence as ClinicianPresence
from sma.attendance.models import ConsultInterval as ConsultInterval
from sma.attendance.models import Encounter as Encounter
from sma.attendance.queries import ConsultFacts as ConsultFacts
from sma.attendance.queries import DayFacts as DayFacts
from sma.attendance.queries import PersonFacts as PersonFacts
from sma.attendance.queries import StayFacts as StayFacts
from sma.attendance.queries import day_facts as day_facts
from sma.attendance.queries import other_consults as other_consults
from sma.attendance.rules import Doubt as Doubt
from sma.attendance.rules import NotComplete as NotComplete
from sma.attendance.rules import NotRecordable as NotRecordable
from sma.attendance.rules import NotSure as NotSure
from sma.attendance.rules import Presence as Presence

__all__ = [
    "AttendanceMark",
    "ClinicianPresence",
    "ConsultFacts",
    "ConsultInterval",
    "DayFacts",
    "Doubt",
    "Encounter",
    "MarkOutcome",
    "Newcomer",
    "NotComplete",
    "NotRecordable",
    "NotSure",
    "PersonFacts",
    "Presence",
    "StayFacts",
    "add_consult",
    "add_presence",
    "clinician_in",
    "clinician_out",
    "close_session",
    "confirm_consult",
    "correct_consult",
    "correct_presence",
    "day_facts",
    "mark",
    "other_consults",
    "register_walk_in",
    "start_consult",
    "stop_consult",
    "take_off",
    "tick_note",
    "undo_mark",
    "withdraw_consult",
]
