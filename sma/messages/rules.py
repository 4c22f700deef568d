"""The states of one message to one person, and when it may leave."""

from enum import StrEnum

from sma.core.errors import Conflict
from sma.people.rules import SafeContact


class CommunicationState(StrEnum):
    """`withheld`: a newer change made it pointless. `call-task`: no safe address, so somebody rings."""

    QUEUED = "queued"
    SENT = "sent"
    RETRYING = "retrying"
    FAILED = "failed"
    WITHHELD = "withheld"
    CALL_TASK = "call-task"


STATE_WORDS = {
    CommunicationState.QUEUED: "Waiting to be sent",
    CommunicationState.SENT: "Sent",
    CommunicationState.RETRYING: "Not through yet, trying again",
    CommunicationState.FAILED: "Failed",
    CommunicationState.WITHHELD: "Not sent: something newer replaced it",
    CommunicationState.CALL_TASK: "Please ring",
}


class CommunicationKind(StrEnum):
    INVITATION = "invitation"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    WAITING = "waiting"


KIND_WORDS = {
    CommunicationKind.INVITATION: "Invitation",
    CommunicationKind.UPDATE: "Change",
    CommunicationKind.CANCELLATION: "Cancellation",
    CommunicationKind.WAITING: "Waiting list",
}


class NothingToRetry(Conflict):
    code = "nothing-to-retry"
    message = "This message needs nothing from you any more. Look at its state again."


def kind_of(what: str, sequence: int) -> CommunicationKind:
    """Name the message that tells of a revision (request, cancel or waiting)."""
    if what == "cancel":
        return CommunicationKind.CANCELLATION
    if what == "waiting":
        return CommunicationKind.WAITING
    return CommunicationKind.UPDATE if sequence else CommunicationKind.INVITATION


def state_before_sending(*, is_deceased: bool, contact: str, has_address: bool, has_newer: bool) -> CommunicationState:
    """Decide whether a message leaves by mail, is withheld, or becomes somebody's call."""
    if is_deceased or has_newer:
        return CommunicationState.WITHHELD
    if not has_address or contact == SafeContact.NONE:
        return CommunicationState.CALL_TASK
    return CommunicationState.QUEUED
