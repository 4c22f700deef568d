"""What staff do with a person's place, and with everybody's when a session is cancelled or changed."""

from sma.appointments.actions.booking import book as book
from sma.appointments.actions.booking import give_place as give_place
from sma.appointments.actions.changes import cancel as cancel
from sma.appointments.actions.changes import move as move
from sma.appointments.actions.deaths import PutBack as PutBack
from sma.appointments.actions.deaths import correct_death as correct_death
from sma.appointments.actions.deaths import end_places as end_places
from sma.appointments.actions.deaths import record_death as record_death
from sma.appointments.actions.holding import hold_person as hold_person
from sma.appointments.actions.questions import answer_question as answer_question
from sma.appointments.actions.questions import ask_about_waiting as ask_about_waiting
from sma.appointments.actions.questions import hold_question as hold_question
from sma.appointments.actions.questions import mark_read as mark_read
from sma.appointments.actions.returning import restore as restore
from sma.appointments.actions.returning import wait_with_turn as wait_with_turn
from sma.appointments.actions.sessions import cancel_session as cancel_session
from sma.appointments.actions.sessions import revise_invitations as revise_invitations
from sma.appointments.actions.undoing import undo as undo

__all__ = [
    "PutBack",
    "answer_question",
    "ask_about_waiting",
    "book",
    "cancel",
    "cancel_session",
    "correct_death",
    "end_places",
    "give_place",
    "hold_person",
    "hold_question",
    "mark_read",
    "move",
    "record_death",
    "restore",
    "revise_invitations",
    "undo",
    "wait_with_turn",
]
