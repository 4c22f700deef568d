"""Who pays for a service, when that may still change, and what an account may charge. Pure."""

import re
from collections.abc import Collection
from enum import StrEnum

from sma.claims.rules import BillingType
from sma.core.errors import Conflict, Invalid, NotFound

MOST_CENTS = 9_999_999  # Source: chargeAmount of the patient claim, 3 to 7 digits; vendor interface description, 2020
_MONEY = re.compile(r"\$? ?([0-9]{1,5})(?:\.([0-9]{2}))?")


class AccountKind(StrEnum):
    ACCOUNT = "account"
    CREDIT = "credit"


class PaymentWay(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    OTHER = "other"


WAY_WORDS = {
    PaymentWay.CASH: "Cash",
    PaymentWay.CARD: "Card",
    PaymentWay.TRANSFER: "Bank transfer",
    PaymentWay.OTHER: "Other",
}
PAYER_WORDS = {
    BillingType.BULK: "Medicare, billed in bulk",
    BillingType.PRIVATE: "The patient: a private account",
    BillingType.DVA: "Veterans’ Affairs (DVA)",
}
BOTH = "both"


def billing_of(choice: str | None, held: Collection[str], *, is_assigned: bool) -> BillingType:
    """Say who pays: as somebody chose, else by the only card there is, else Medicare.

    An assignment that holds is the newer word of the patient, so nobody is sent an account beside it.
    """
    if choice == BillingType.PRIVATE:
        return BillingType.BULK if is_assigned else BillingType.PRIVATE
    if choice is not None:
        return BillingType(choice)
    return BillingType.DVA if set(held) == {"dva"} else BillingType.BULK


def cover_of(choice: str | None, held: Collection[str], *, is_eligible: bool) -> str:
    """Say which cover the service is judged by: two cards are one question until somebody chose between them."""
    if {"medicare", "dva"} <= set(held):
        if choice is None:
            return BOTH
        return "dva" if choice == BillingType.DVA else "medicare"
    if held:
        return next(iter(sorted(held)))
    return "pending" if is_eligible else "none"


def cents_of(text: str) -> int:
    """Read an amount as typed: "45", "45.05", "$45.05". Raises: Invalid."""
    match = _MONEY.fullmatch(text.strip().replace(",", ""))
    cents = int(match[1]) * 100 + int(match[2] or 0) if match else 0
    if not 0 < cents <= MOST_CENTS:
        raise Invalid("Enter an amount above zero in dollars and cents, such as 45.05.", code="amount")
    return cents


class AccountNotFound(NotFound):
    message = "There is no such account. Go to Accounts and open it from there."


class PayerFixed(Conflict):
    """The service stands in a batch or on an account; the message says what to take back first."""

    code = "payer-fixed"


class NotPayable(Conflict):
    """Who was chosen cannot pay for this service; the message says why."""

    code = "not-payable"


class BulkBilled(Conflict):
    code = "bulk-billed"
    message = (
        "This service is bulk billed. The benefit is then the whole payment, and the patient may not be charged "
        "anything for it."
    )


class NotOnAccount(Conflict):
    """The account cannot be issued, paid or taken back as asked; the message says why."""

    code = "account-refused"
