"""The states of one place, the reasons a place ends, and the words every screen uses for both."""

from enum import StrEnum


class AppointmentStatus(StrEnum):
    """FHIR R4 appointment status codes (hl7.org/fhir/R4/valueset-appointmentstatus.html), those we use."""

    BOOKED = "booked"
    WAITLIST = "waitlist"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class CancelReason(StrEnum):
    """Why a place ended; the human half of FHIR's `cancelled`."""

    PATIENT = "patient"
    CLINIC = "clinic"
    COMMUNITY_PAUSE = "community-pause"
    WITHDREW_CONSENT = "withdrew-consent"
    SESSION_CANCELLED = "session-cancelled"
    DID_NOT_SUIT = "did-not-suit"
    MOVED = "moved"
    DECEASED = "deceased"
    AWAY_FAMILY_REASONS = "away-family-reasons"
    TURNED_AWAY_LATE = "turned-away-late"
    ENTERED_BY_MISTAKE = "entered-by-mistake"


_S = AppointmentStatus
_R = CancelReason

LIVE = (_S.BOOKED, _S.WAITLIST, _S.ARRIVED, _S.FULFILLED, _S.NOSHOW)
TAKES_A_PLACE = (_S.BOOKED, _S.ARRIVED, _S.FULFILLED, _S.NOSHOW)

# From each state, the states it may become. A mark on the roll call can be taken back, so can a place given from the
# waiting list; a cancelled place can be reinstated; what was entered by mistake stays so (book again instead).
ALLOWED: dict[AppointmentStatus, frozenset[AppointmentStatus]] = {
    _S.BOOKED: frozenset({_S.ARRIVED, _S.FULFILLED, _S.NOSHOW, _S.WAITLIST, _S.CANCELLED, _S.ENTERED_IN_ERROR}),
    _S.WAITLIST: frozenset({_S.BOOKED, _S.CANCELLED, _S.ENTERED_IN_ERROR}),
    _S.ARRIVED: frozenset({_S.BOOKED, _S.FULFILLED, _S.NOSHOW}),
    _S.FULFILLED: frozenset({_S.BOOKED, _S.ARRIVED, _S.NOSHOW}),
    _S.NOSHOW: frozenset({_S.BOOKED, _S.ARRIVED, _S.FULFILLED}),
    _S.CANCELLED: frozenset({_S.BOOKED, _S.WAITLIST}),
    _S.ENTERED_IN_ERROR: frozenset(),
}

NOT_RECORDED = "Not recorded"

STATUS_WORDS: dict[tuple[str, str | None], str] = {
    (_S.BOOKED, None): "Booked",
    (_S.WAITLIST, None): "Waiting",
    (_S.ARRIVED, None): "Arrived",
    (_S.FULFILLED, None): "Attended",
    (_S.NOSHOW, None): "Absent",
    (_S.CANCELLED, _R.PATIENT): "Cancelled by patient",
    (_S.CANCELLED, _R.WITHDREW_CONSENT): "Cancelled by patient",
    (_S.CANCELLED, _R.CLINIC): "Cancelled by clinic",
    (_S.CANCELLED, _R.SESSION_CANCELLED): "Cancelled by clinic",
    (_S.CANCELLED, _R.DID_NOT_SUIT): "Cancelled by clinic",
    (_S.CANCELLED, _R.TURNED_AWAY_LATE): "Cancelled by clinic",
    (_S.CANCELLED, _R.MOVED): "Excused",
    (_S.CANCELLED, _R.COMMUNITY_PAUSE): "Excused",
    (_S.CANCELLED, _R.AWAY_FAMILY_REASONS): "Excused",
    (_S.CANCELLED, _R.DECEASED): "Excused",
    (_S.ENTERED_IN_ERROR, _R.ENTERED_BY_MISTAKE): "Cancelled by clinic",
}

REASON_WORDS: dict[CancelReason, str] = {
    _R.PATIENT: "They asked to cancel",
    _R.CLINIC: "The clinic cancelled",
    _R.COMMUNITY_PAUSE: "Community pause",
    _R.WITHDREW_CONSENT: "They no longer agree to group care",
    _R.SESSION_CANCELLED: "The whole session was cancelled",
    _R.DID_NOT_SUIT: "The session did not suit",
    _R.MOVED: "Moved to another session",
    _R.DECEASED: "No longer coming",
    _R.AWAY_FAMILY_REASONS: "Away for family reasons",
    _R.TURNED_AWAY_LATE: "Came too late to join",
    _R.ENTERED_BY_MISTAKE: "Entered by mistake",
}

# Those a person may choose on the cancellation form; the others belong to acts of their own.
CHOOSABLE = (
    _R.PATIENT,
    _R.AWAY_FAMILY_REASONS,
    _R.CLINIC,
    _R.DID_NOT_SUIT,
    _R.WITHDREW_CONSENT,
    _R.TURNED_AWAY_LATE,
    _R.ENTERED_BY_MISTAKE,
)


def may_become(old: str, new: str) -> bool:
    """Tell whether a place in state `old` may turn into `new`."""
    return AppointmentStatus(new) in ALLOWED[AppointmentStatus(old)]


def words_for(status: str, reason: str | None = None, *, session_is_over: bool = False) -> str:
    """Say a state as screens and sheets do; booked after the session's end is "Not recorded"."""
    if status == AppointmentStatus.BOOKED and session_is_over:
        return NOT_RECORDED
    ended = status in (AppointmentStatus.CANCELLED, AppointmentStatus.ENTERED_IN_ERROR)
    return STATUS_WORDS[(status, reason if ended else None)]
