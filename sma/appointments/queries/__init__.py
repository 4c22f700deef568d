"""Reads for pages and for the slices above: places, rosters, where a person could go, what happened."""

from sma.appointments.queries.history import Line as Line
from sma.appointments.queries.history import history as history
from sma.appointments.queries.options import Option as Option
from sma.appointments.queries.options import options as options
from sma.appointments.queries.panel import Panel as Panel
from sma.appointments.queries.panel import panel as panel
from sma.appointments.queries.panel import session_of as session_of
from sma.appointments.queries.places import Counts as Counts
from sma.appointments.queries.places import counts_between as counts_between
from sma.appointments.queries.places import places as places
from sma.appointments.queries.questions import QuestionRow as QuestionRow
from sma.appointments.queries.questions import count_open_questions as count_open_questions
from sma.appointments.queries.questions import open_questions as open_questions
from sma.appointments.queries.questions import question as question
from sma.appointments.queries.questions import questions_of as questions_of
from sma.appointments.queries.roster import RosterRow as RosterRow
from sma.appointments.queries.roster import WaitingRow as WaitingRow
from sma.appointments.queries.roster import came_from as came_from
from sma.appointments.queries.roster import entry_of as entry_of
from sma.appointments.queries.roster import place_of as place_of
from sma.appointments.queries.roster import roster as roster
from sma.appointments.queries.roster import state_of_place as state_of_place
from sma.appointments.queries.roster import waiting_list as waiting_list
from sma.appointments.queries.theirs import PersonPlace as PersonPlace
from sma.appointments.queries.theirs import places_of_person as places_of_person
from sma.appointments.queries.undos import Undo as Undo
from sma.appointments.queries.undos import undos as undos

__all__ = [
    "Counts",
    "Line",
    "Option",
    "Panel",
    "PersonPlace",
    "QuestionRow",
    "RosterRow",
    "Undo",
    "WaitingRow",
    "came_from",
    "count_open_questions",
    "counts_between",
    "entry_of",
    "history",
    "open_questions",
    "options",
    "panel",
    "place_of",
    "places",
    "places_of_person",
    "question",
    "questions_of",
    "roster",
    "session_of",
    "state_of_place",
    "undos",
    "waiting_list",
]
