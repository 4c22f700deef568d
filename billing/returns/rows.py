"""The values that a report is read into, the checks of each cell, and how a report is refused.

Nothing here says which of our lines a row belongs to. A problem names the row and the rule, never what was typed: it
may be somebody's card number.
"""

import re
from dataclasses import dataclass
from datetime import date

from billing.identifiers import Problem, check_irn, check_medicare, check_provider_number

MOST_PROBLEMS = 20
# Source: Services Australia 011-43030000 as restated by vendors: a letter but I and O (# in hospital), four digits, and
# the channel: @ online, $ Easyclaim, + HPOS.
CLAIM_ID = re.compile(r"[A-HJ-NP-Z#][0-9]{4}[@$+]")
_REASON = re.compile(r"[0-9]{3,4}|[A-Z][A-Z_]{2,29}")
_TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,39}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """What a report says about one service. `row` is its row in a CSV file, or its place in a JSON report, from 1.

    A JSON processing report names neither payee nor day of lodgement unless somebody put them there: then both are
    None, and `servicing_provider_number` is the number to go by.
    """

    row: int
    claim_id: str
    payee_provider_number: str | None
    servicing_provider_number: str | None = None
    lodged_on: date | None
    voucher_id: str | None
    service_id: str
    patient_ref: str | None = None
    item_number: str
    charge_cents: int
    benefit_cents: int
    reason_code: str | None
    return_code: str | None = None
    current_medicare_number: str | None = None
    current_irn: str | None = None
    patients_seen: int | None = None
    run_on: date | None = None
    run_number: str | None = None
    payment_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPaid:
    """What a payment run holds for one claim."""

    row: int
    claim_id: str
    lodged_on: date
    charge_cents: int
    benefit_cents: int


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One payment run: a deposit, and what of it is for each claim."""

    run_on: date
    run_number: str
    payment_reference: str | None
    deposit_cents: int
    claims: tuple[ClaimPaid, ...]

    @property
    def difference_cents(self) -> int:
        """What the deposit has over the benefits of its claims; 0 when it ties."""
        return self.deposit_cents - sum(each.benefit_cents for each in self.claims)


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that cannot be used. Row 0 is the file as a whole."""

    row: int
    reason: str


class Unreadable(ValueError):
    """The file is refused as a whole; the first problems by row, and how many rows were looked at."""

    def __init__(self, problems: list[BadRow], *, more: bool = False) -> None:
        super().__init__("; ".join(f"row {each.row}: {each.reason}" for each in problems))
        self.problems = tuple(problems)
        self.more = more


def whole(reason: str) -> Unreadable:
    """The refusal of a file before any row could be read."""
    return Unreadable([BadRow(0, reason)])


class Cells:
    """Reads the cells of one row by name, and remembers what is wrong with each."""

    def __init__(self, row: int, values: dict[str, str]) -> None:
        self.row = row
        self._values = values
        self.problems: list[BadRow] = []

    def _cell(self, name: str, *, needed: bool = True) -> str | None:
        value = self._values.get(name, "").strip()
        if not value and needed:
            self._wrong(f"{name} is empty")
        return value or None

    def _wrong(self, reason: str) -> None:
        self.problems.append(BadRow(self.row, reason))

    def claim_id(self, name: str) -> str:
        value = self._cell(name) or ""
        if value and not CLAIM_ID.fullmatch(value):
            self._wrong(f"{name} is a letter, four digits and @, $ or +, such as F3848@")
        return value

    def cents(self, name: str) -> int:
        value = self._cell(name)
        if value is None:
            return 0
        if not re.fullmatch(r"[0-9]{1,9}", value):
            self._wrong(f"{name} is whole cents, digits only, such as 4505 for $45.05")
            return 0
        return int(value)

    def day(self, name: str, *, needed: bool = True) -> date | None:
        value = self._cell(name, needed=needed)
        if value is None:
            return None
        try:
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self._wrong(f"{name} is a date written as 2026-11-25")
        return None

    def provider(self, name: str, *, needed: bool = True) -> str | None:
        value = self._cell(name, needed=needed)
        try:
            return value and check_provider_number(value)
        except Problem:
            self._wrong(f"{name} is not a provider number: its check letter does not fit")
            return None

    def number(self, name: str, width: int, *, needed: bool = True) -> str | None:
        """A number of so many digits, leading zeros put back."""
        value = self._cell(name, needed=needed)
        if value is not None and not re.fullmatch(rf"[0-9]{{1,{width}}}", value):
            self._wrong(f"{name} has up to {width} digits")
            return None
        return value and value.zfill(width)

    def item(self, name: str) -> str:
        value = self._cell(name) or ""
        # Reports fill item numbers up to five digits.
        if value and not re.fullmatch(r"[0-9]{1,5}", value):
            self._wrong(f"{name} has up to five digits")
        return value.lstrip("0")

    def reason(self, name: str) -> str | None:
        value = self._cell(name, needed=False)
        if value is not None and not _REASON.fullmatch(value):
            self._wrong(f"{name} is three or four digits, or a word in capitals such as ASSESSED")
            return None
        return value

    def medicare(self, name: str) -> str | None:
        value = self._cell(name, needed=False)
        try:
            return value and check_medicare(value)
        except Problem:
            self._wrong(f"{name} is not a Medicare number: its check digit does not fit")
            return None

    def irn(self, name: str) -> str | None:
        value = self._cell(name, needed=False)
        try:
            return value and check_irn(value)
        except Problem:
            self._wrong(f"{name} is one digit, 1 to 9")
            return None

    def patients(self, name: str) -> int | None:
        value = self._cell(name, needed=False)
        if value is not None and not re.fullmatch(r"[0-9]{1,2}", value):
            self._wrong(f"{name} is 1 to 99")
            return None
        return int(value) if value else None

    def text(self, name: str, longest: int, *, needed: bool = False) -> str | None:
        value = self._cell(name, needed=needed)
        if value is not None and (len(value) > longest or not _TEXT.fullmatch(value)):
            self._wrong(f"{name} is up to {longest} letters and digits")
            return None
        return value


class Gathered:
    """Collects what is wrong with a file, up to a number, and refuses it then or at the end."""

    def __init__(self, most: int = MOST_PROBLEMS) -> None:
        self._most = most
        self._problems: list[BadRow] = []

    def add(self, *problems: BadRow) -> None:
        """Raises: Unreadable when there are enough."""
        self._problems += problems
        if len(self._problems) > self._most:
            raise Unreadable(self._problems[: self._most], more=True)

    def __bool__(self) -> bool:
        return bool(self._problems)

    def settle(self) -> None:
        """Raises: Unreadable when anything was wrong."""
        if self._problems:
            raise Unreadable(self._problems)
