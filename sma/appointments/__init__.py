"""A patient's place in a session: booking, the waiting list, cancelling, moving, undoing, and what people are told.

Every change of a place takes the patient's lock and then the session's, checks again, and owes one message. Places are
counted from the rows. One check, `fit`, answers at every door; whatever it stops reads the same at the desk.
"""

from sma.appointments.actions import answer_question as answer_question
from sma.appointments.actions import book as book
from sma.appointments.actions import cancel as cancel
from sma.appointments.actions import cancel_session as cancel_session
from sma.appointments.actions import correct_death as correct_death
from sma.appointments.actions import end_places as end_places
from sma.appointments.actions import give_place as give_place
from sma.appointments.actions import move as move
from sma.appointments.actions import record_death as record_death
from sma.appointments.actions import restore as restore
from sma.appointments.actions import revise_invitations as revise_invitations
from sma.appointments.actions import undo as undo
from sma.appointments.models import Appointment as Appointment
from sma.appointments.models import Invitation as Invitation
from sma.appointments.models import InvitationRevision as InvitationRevision
from sma.appointments.models import LeadQuestion as LeadQuestion
from sma.appointments.queries import Counts as Counts
from sma.appointments.queries import RosterRow as RosterRow
from sma.appointments.queries import count_open_questions as count_open_questions
from sma.appointments.queries import counts_between as counts_between
from sma.appointments.queries import history as history
from sma.appointments.queries import places as places
from sma.appointments.queries import roster as roster
from sma.appointments.rules import STATUS_WORDS as STATUS_WORDS
from sma.appointments.rules import AlreadyBooked as AlreadyBooked
from sma.appointments.rules import AppointmentStatus as AppointmentStatus
from sma.appointments.rules import CancelReason as CancelReason
from sma.appointments.rules import Fit as Fit
from sma.appointments.rules import NeedsReason as NeedsReason
from sma.appointments.rules import NotBookable as NotBookable
from sma.appointments.rules import Places as Places
from sma.appointments.rules import Stopped as Stopped
from sma.appointments.rules import fit as fit
from sma.appointments.rules import may_become as may_become
from sma.appointments.rules import words_for as words_for
from sma.appointments.web.stopping import Door as Door
from sma.appointments.web.stopping import stop_page as stop_page

__all__ = [
    "STATUS_WORDS",
    "AlreadyBooked",
    "Appointment",
    "AppointmentStatus",
    "CancelReason",
    "Counts",
    "Door",
    "Fit",
    "Invitation",
    "InvitationRevision",
    "LeadQuestion",
    "NeedsReason",
    "NotBookable",
    "Places",
    "RosterRow",
    "Stopped",
    "answer_question",
    "book",
    "cancel",
    "cancel_session",
    "correct_death",
    "count_open_questions",
    "counts_between",
    "end_places",
    "fit",
    "give_place",
    "history",
    "may_become",
    "move",
    "places",
    "record_death",
    "restore",
    "revise_invitations",
    "roster",
    "stop_page",
    "undo",
    "words_for",
]
