"""One patient's place: its states, the reasons a place ends, and the words screens use for both."""

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


LIVE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.WAITLIST,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.FULFILLED,
    AppointmentStatus.NOSHOW,
)
TAKES_A_PLACE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.FULFILLED,
    AppointmentStatus.NOSHOW,
)
