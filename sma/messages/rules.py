"""The states of one message to one person, and when it may leave."""

from collections.abc import Collection
from enum import StrEnum

from sma.core.errors import Conflict
from sma.people.rules import SafeContact


class CommunicationState(StrEnum):
    """`withheld`: a newer change made it pointless, or the person has died. `call-task`: no safe
    address, so somebody rings.
    """

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
    CommunicationState.WITHHELD: "Not sent: no longer needed",
    CommunicationState.CALL_TASK: "Please ring",
}


# In these somebody still has to ring or to send again, until it is noted that they rang.
UNRESOLVED = frozenset({CommunicationState.FAILED, CommunicationState.CALL_TASK})


class CommunicationKind(StrEnum):
    INVITATION = "invitation"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    WAITING = "waiting"
    OFF_THE_LIST = "off-the-list"


# Only these carry a calendar part: whoever waited has no entry to change or take back.
IN_CALENDAR = frozenset({CommunicationKind.INVITATION, CommunicationKind.UPDATE, CommunicationKind.CANCELLATION})

KIND_WORDS = {
    CommunicationKind.INVITATION: "Invitation",
    CommunicationKind.UPDATE: "Change",
    CommunicationKind.CANCELLATION: "Cancellation",
    CommunicationKind.WAITING: "Waiting list",
    CommunicationKind.OFF_THE_LIST: "Off the waiting list",
}


class NothingToRetry(Conflict):
    code = "nothing-to-retry"
    message = "This message needs nothing from you any more. Look at its state again."


def kind_of(what: str, sequence: int, *, was_waiting: bool) -> CommunicationKind:
    """Name the message that tells of a revision (request, cancel or waiting)."""
    if what == "cancel":
        return CommunicationKind.OFF_THE_LIST if was_waiting else CommunicationKind.CANCELLATION
    if what == "waiting":
        return CommunicationKind.WAITING
    return CommunicationKind.UPDATE if sequence else CommunicationKind.INVITATION


def is_outdated(kind: CommunicationKind, newer: Collection[CommunicationKind], *, is_entry_known: bool = True) -> bool:
    """Tell whether newer changes leave nothing for this message to say.

    A calendar message gives way to a newer calendar message only: withheld for a mere notice, it would leave the old
    entry standing in the person's calendar. A cancellation with no entry to take out (`is_entry_known` false) gives
    way to a notice too.
    """
    needs_no_calendar = kind not in IN_CALENDAR or (kind is CommunicationKind.CANCELLATION and not is_entry_known)
    return any(needs_no_calendar or later in IN_CALENDAR for later in newer)


def state_before_sending(*, is_deceased: bool, contact: str, has_address: bool, outdated: bool) -> CommunicationState:
    """Decide whether a message leaves by mail, is withheld, or becomes somebody's call."""
    if is_deceased or outdated:
        return CommunicationState.WITHHELD
    if not has_address or contact == SafeContact.NONE:
        return CommunicationState.CALL_TASK
    return CommunicationState.QUEUED
