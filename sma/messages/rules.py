"""The states of one message to one person."""

from enum import StrEnum


class CommunicationState(StrEnum):
    """`withheld`: a newer change made it pointless. `call-task`: no safe address, so somebody rings."""

    QUEUED = "queued"
    SENT = "sent"
    RETRYING = "retrying"
    FAILED = "failed"
    WITHHELD = "withheld"
    CALL_TASK = "call-task"


class CommunicationKind(StrEnum):
    INVITATION = "invitation"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    WAITING = "waiting"
