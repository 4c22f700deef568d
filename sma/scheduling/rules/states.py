"""The states of a session, what each may become, and the words screens use for them."""

from datetime import datetime
from enum import StrEnum

from sma.core.errors import Conflict


class SessionStatus(StrEnum):
    """`full` and `in progress` are derived, never stored. `closed` is reconciled and locked."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class SessionState(StrEnum):
    """What a screen calls a session at one moment."""

    DRAFT = "draft"
    OPEN = "open"
    FULL = "full"
    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class SessionRoleKind(StrEnum):
    CLINICIAN = "clinician"
    FACILITATOR = "facilitator"
    DOCUMENTER = "documenter"
    HEALTH_WORKER = "health-worker"
    INTERPRETER = "interpreter"
    CULTURAL_MENTOR = "cultural-mentor"


class Modality(StrEnum):
    IN_PERSON = "in-person"
    VIDEO = "video"


ROLE_WORDS: dict[str, str] = {
    SessionRoleKind.CLINICIAN: "Clinician",
    SessionRoleKind.FACILITATOR: "Facilitator",
    SessionRoleKind.DOCUMENTER: "Documenter",
    SessionRoleKind.HEALTH_WORKER: "Health worker",
    SessionRoleKind.INTERPRETER: "Interpreter",
    SessionRoleKind.CULTURAL_MENTOR: "Cultural mentor",
}

# The clinician first, then as listed above.
ROLE_ORDER: dict[str, int] = {role: place for place, role in enumerate(SessionRoleKind)}

# The word, and the kind of badge that carries it (colour never stands alone).
STATE_WORDS: dict[str, tuple[str, str]] = {
    SessionState.DRAFT: ("Draft", "quiet"),
    SessionState.OPEN: ("Open", "good"),
    SessionState.FULL: ("Full", "info"),
    SessionState.IN_PROGRESS: ("In progress", "info"),
    SessionState.PAUSED: ("Paused", "warn"),
    SessionState.CANCELLED: ("Cancelled", "stop"),
    SessionState.CLOSED: ("Closed", "quiet"),
}

_NEXT: dict[SessionStatus, frozenset[SessionStatus]] = {
    SessionStatus.DRAFT: frozenset({SessionStatus.OPEN, SessionStatus.CANCELLED}),
    SessionStatus.OPEN: frozenset({SessionStatus.PAUSED, SessionStatus.CLOSED, SessionStatus.CANCELLED}),
    SessionStatus.PAUSED: frozenset({SessionStatus.OPEN, SessionStatus.CANCELLED}),
    SessionStatus.CANCELLED: frozenset(),
    SessionStatus.CLOSED: frozenset(),
}


class SessionLocked(Conflict):
    """The session's state does not allow this."""

    code = "session-locked"
    message = "This session's state has changed, so this can't be done now. Open the session to see where it stands."


_WHY_NOT = {
    SessionStatus.DRAFT: "This session is still a draft. Publish it first.",
    SessionStatus.OPEN: "This session is already open.",
    SessionStatus.PAUSED: "This session is paused. Resume it first.",
    SessionStatus.CANCELLED: "This session was cancelled and stays so. Make a new session instead.",
    SessionStatus.CLOSED: "This session is closed: its record is complete and locked.",
}


def must_become(current: str, wanted: SessionStatus) -> None:
    """Let a session change its state.

    Raises: SessionLocked saying where the session stands.
    """
    if wanted not in _NEXT[SessionStatus(current)]:
        raise SessionLocked(_WHY_NOT[SessionStatus(current)])


def must_be_draft(current: str) -> None:
    """Let a session be published.

    Raises: SessionLocked unless it is a draft: a paused session is resumed, not published again.
    """
    if current != SessionStatus.DRAFT:
        raise SessionLocked(_WHY_NOT[SessionStatus(current)])


def must_be_open_to_change(current: str) -> None:
    """Let the plan or the staff of a session change.

    Raises: SessionLocked once it is closed or cancelled.
    """
    if not _NEXT[SessionStatus(current)]:
        raise SessionLocked(_WHY_NOT[SessionStatus(current)])


def state_of(
    status: str, *, starts_at: datetime, ends_at: datetime, now: datetime, taken: int, places: int
) -> SessionState:
    """Return the word for a session now. `places` is its ceiling; a session past its end is open until closed."""
    if status != SessionStatus.OPEN:
        return SessionState(status)
    if starts_at <= now < ends_at:
        return SessionState.IN_PROGRESS
    return SessionState.FULL if taken >= places else SessionState.OPEN
