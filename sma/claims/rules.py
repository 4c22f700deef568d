"""The states of a claim line, who may move it, and what a clinic is told when a step is refused."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeVar
from uuid import UUID

from sma.core.errors import Conflict, Forbidden, NotFound


class ClaimStatus(StrEnum):
    """Words of the work list. An exported line is never edited, only voided and replaced."""

    NEEDS_CHECK = "needs-check"
    BLOCKED = "blocked"
    NOT_BILLED = "not-billed"
    READY = "ready"
    EXPORTED = "exported"
    VOID = "void"
    WITHDRAWN = "withdrawn"


class LineKind(StrEnum):
    SERVICE = "service"
    VOID = "void"


class BillingType(StrEnum):
    """Who pays for a line; lines of two kinds are never mixed in one claim."""

    BULK = "bulk"
    PRIVATE = "private"
    DVA = "dva"


class ExportStatus(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


STATUS_WORDS = {
    ClaimStatus.NEEDS_CHECK: "Needs check",
    ClaimStatus.BLOCKED: "Blocked",
    ClaimStatus.NOT_BILLED: "Not billed",
    ClaimStatus.READY: "Ready",
    ClaimStatus.EXPORTED: "Exported",
    ClaimStatus.VOID: "Void",
    ClaimStatus.WITHDRAWN: "Withdrawn",
}

# Withdrawn and void are ends. A clinician may change their mind until the line is frozen.
_MOVES: Mapping[ClaimStatus, frozenset[ClaimStatus]] = {
    ClaimStatus.NEEDS_CHECK: frozenset({ClaimStatus.READY, ClaimStatus.NOT_BILLED, ClaimStatus.WITHDRAWN}),
    ClaimStatus.BLOCKED: frozenset({ClaimStatus.NOT_BILLED, ClaimStatus.WITHDRAWN}),
    ClaimStatus.NOT_BILLED: frozenset({ClaimStatus.READY, ClaimStatus.NOT_BILLED, ClaimStatus.WITHDRAWN}),
    ClaimStatus.READY: frozenset(
        {
            ClaimStatus.READY,
            ClaimStatus.NOT_BILLED,
            ClaimStatus.BLOCKED,
            ClaimStatus.EXPORTED,
            ClaimStatus.WITHDRAWN,
        }
    ),
    ClaimStatus.EXPORTED: frozenset({ClaimStatus.VOID}),
    ClaimStatus.VOID: frozenset(),
    ClaimStatus.WITHDRAWN: frozenset(),
}


def may_become(present: str, wanted: ClaimStatus) -> bool:
    """Say whether a line in one state may go to another."""
    return wanted in _MOVES[ClaimStatus(present)]


class Voucher(NamedTuple):
    """Lines of one person on one day, as a claim groups them."""

    person: UUID
    day: date
    line_ids: tuple[UUID, ...]


Row = TypeVar("Row")


def batches_of(
    lines: Sequence[tuple[UUID, UUID, date]], *, most_vouchers: int, most_services: int
) -> list[tuple[Voucher, ...]]:
    """Split lines (id, person, day), in their order, into as many batches as the limits of one claim ask for.

    A person with more services on a day than a voucher holds gets a second voucher in the next batch: within a claim a
    person has one voucher a day.
    """
    by_voucher: dict[tuple[UUID, date], list[UUID]] = {}
    for line_id, person, day in lines:
        by_voucher.setdefault((person, day), []).append(line_id)
    batches: list[dict[tuple[UUID, date], Voucher]] = []
    for key, ids in by_voucher.items():
        first = 0
        for part in _parts(ids, most_services):
            place = next(
                (at for at in range(first, len(batches)) if len(batches[at]) < most_vouchers),
                len(batches),
            )
            if place == len(batches):
                batches.append({})
            batches[place][key] = Voucher(*key, tuple(part))
            first = place + 1
    return [tuple(each.values()) for each in batches]


def _parts(values: Sequence[Row], size: int) -> Iterable[Sequence[Row]]:
    return (values[start : start + size] for start in range(0, len(values), size))


class LineNotFound(NotFound):
    message = "There is no such line. It may have been assessed again. Go to Claims and open it from there."


class BatchNotFound(NotFound):
    message = "There is no such batch. Go to Batches and open it from there."


class ExportNotFound(NotFound):
    message = "There is no such export. Open its batch and ask for the file again."


class NotYourLine(Forbidden):
    code = "not-your-line"
    message = "Only the clinician who gave this service can decide about it. It stays on their list."


class LineDecided(Conflict):
    code = "line-decided"
    message = "This line has moved on since you opened it. Look at it again, then decide."


class NotApprovable(Conflict):
    """The item does not fit, or something has to be put right or confirmed first; the message says what."""

    code = "not-approvable"


class NotClosedYet(Conflict):
    code = "session-not-closed"
    message = "Close the session first: lines are proposed from the closed record."


class NotExported(Conflict):
    code = "line-not-exported"
    message = "Only a line that is in a batch is voided. This one can still be changed on its own page."


class NothingToBatch(Conflict):
    code = "nothing-to-batch"
    message = "No approved line is waiting. Lines come here once the clinician has approved them."


class StepUpNeeded(Forbidden):
    code = "step-up-needed"
    message = "Confirm that it is you first: files with card numbers are only made within ten minutes of that."


class TotpNeeded(Forbidden):
    code = "second-factor-needed"
    message = "This clinic asks for a second factor before billing files are made. Turn it on under Account first."


class NotReadyYet(Conflict):
    code = "export-not-ready"
    message = "The file is still being made. Open its page again in a moment."


class LeaseLost(RuntimeError):
    """Another worker has taken this export over: stop writing."""
