"""The states of a session and the roles on it."""

from enum import StrEnum


class SessionStatus(StrEnum):
    """`full` and `in progress` are derived, never stored. `closed` is reconciled and locked."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class AudienceBasis(StrEnum):
    """Why a session is not open to everyone: the record of a special measure."""

    TOPIC = "topic-needs-it"
    PROTOCOL = "cultural-protocol"
    PREFERENCE = "participants-preference"
    CLINICAL = "clinical-need"


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
