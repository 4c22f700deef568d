"""What an assessed service comes to: paid, short, over, rejected or still open. Says nothing about why."""

from enum import StrEnum


class ReturnState(StrEnum):
    """How a lodged service stands. Not returned is the state before any report names it."""

    PAID = "paid"
    SHORT = "short"
    OVER = "over"
    REJECTED = "rejected"
    PENDED = "pended"
    NOT_RETURNED = "not-returned"


# Of a service claimed as several items the worst says how it stands, in this order.
WORST_FIRST: tuple[ReturnState, ...] = (
    ReturnState.REJECTED,
    ReturnState.SHORT,
    ReturnState.OVER,
    ReturnState.PENDED,
    ReturnState.NOT_RETURNED,
    ReturnState.PAID,
)


def state_of(charge_cents: int, benefit_cents: int, *, reason: str | None, pends: bool) -> ReturnState:
    """Decide how a service stands, from what was claimed, what was paid, and whether the reason leaves it open.

    Nothing paid and no reason given is not yet an answer, so it stays open.
    """
    if benefit_cents == charge_cents:
        return ReturnState.PAID
    if benefit_cents > charge_cents:
        return ReturnState.OVER
    if benefit_cents > 0:
        return ReturnState.SHORT
    return ReturnState.PENDED if pends or not reason else ReturnState.REJECTED
