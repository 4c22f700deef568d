"""What may happen to a person's place, whether a session fits a person, and how a refusal is worded. Pure."""

from sma.appointments.rules.fit import Barrier as Barrier
from sma.appointments.rules.fit import Finding as Finding
from sma.appointments.rules.fit import Fit as Fit
from sma.appointments.rules.fit import Person as Person
from sma.appointments.rules.fit import Places as Places
from sma.appointments.rules.fit import Setting as Setting
from sma.appointments.rules.fit import Verdict as Verdict
from sma.appointments.rules.fit import explained as explained
from sma.appointments.rules.fit import fit as fit
from sma.appointments.rules.fit import is_eligible as is_eligible
from sma.appointments.rules.fit import why_not_yet as why_not_yet
from sma.appointments.rules.refusals import BUSY_BY_NOW as BUSY_BY_NOW
from sma.appointments.rules.refusals import AlreadyAnswered as AlreadyAnswered
from sma.appointments.rules.refusals import AlreadyBooked as AlreadyBooked
from sma.appointments.rules.refusals import CannotChange as CannotChange
from sma.appointments.rules.refusals import NeedsReason as NeedsReason
from sma.appointments.rules.refusals import NotBookable as NotBookable
from sma.appointments.rules.refusals import NoWayBack as NoWayBack
from sma.appointments.rules.refusals import Stopped as Stopped
from sma.appointments.rules.refusals import closed_to_booking as closed_to_booking
from sma.appointments.rules.returning import OWN_SEAT_FOR as OWN_SEAT_FOR
from sma.appointments.rules.returning import has_own_seat as has_own_seat
from sma.appointments.rules.returning import in_the_way as in_the_way
from sma.appointments.rules.states import ALLOWED as ALLOWED
from sma.appointments.rules.states import CHOOSABLE as CHOOSABLE
from sma.appointments.rules.states import LIVE as LIVE
from sma.appointments.rules.states import REASON_WORDS as REASON_WORDS
from sma.appointments.rules.states import STATUS_WORDS as STATUS_WORDS
from sma.appointments.rules.states import TAKES_A_PLACE as TAKES_A_PLACE
from sma.appointments.rules.states import AppointmentStatus as AppointmentStatus
from sma.appointments.rules.states import CancelReason as CancelReason
from sma.appointments.rules.states import may_become as may_become
from sma.appointments.rules.states import words_for as words_for

__all__ = [
    "ALLOWED",
    "BUSY_BY_NOW",
    "CHOOSABLE",
    "LIVE",
    "OWN_SEAT_FOR",
    "REASON_WORDS",
    "STATUS_WORDS",
    "TAKES_A_PLACE",
    "AlreadyAnswered",
    "AlreadyBooked",
    "AppointmentStatus",
    "Barrier",
    "CancelReason",
    "CannotChange",
    "Finding",
    "Fit",
    "NeedsReason",
    "NoWayBack",
    "NotBookable",
    "Person",
    "Places",
    "Setting",
    "Stopped",
    "Verdict",
    "closed_to_booking",
    "explained",
    "fit",
    "has_own_seat",
    "in_the_way",
    "is_eligible",
    "may_become",
    "why_not_yet",
    "words_for",
]
