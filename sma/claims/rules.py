"""The states of a claim line, who may move it, and what a clinic is told when a step is refused."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from sma.core.errors import Conflict, Forbidden, Invalid, NotFound


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


BILLING_WORDS = {
    BillingType.BULK: "Bulk billed",
    BillingType.PRIVATE: "Private account",
    BillingType.DVA: "DVA",
}

STATUS_WORDS = {
    ClaimStatus.NEEDS_CHECK: "Needs check",
    ClaimStatus.BLOCKED: "Blocked",
    ClaimStatus.NOT_BILLED: "Not billed",
    ClaimStatus.READY: "Ready",
    ClaimStatus.EXPORTED: "Exported",
    ClaimStatus.VOID: "Void",
    ClaimStatus.WITHDRAWN: "Withdrawn",
}

# What no line comes back from: another line is in force instead, or none.
OVER = (ClaimStatus.VOID, ClaimStatus.WITHDRAWN)

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
    message = (
        "No approved line waits for a batch. Lines come here once the clinician has approved them; what a patient pays "
        "goes onto an account instead."
    )


class NothingInPeriod(Conflict):
    code = "nothing-in-period"
    message = "No batch was frozen in these months. Choose others, or look at the list of batches."


class StepUpNeeded(Forbidden):
    code = "step-up-needed"
    message = "Confirm that it is you first: files with card numbers are only made within ten minutes of that."


class TotpNeeded(Forbidden):
    code = "second-factor-needed"
    message = "This clinic asks for a second factor before billing files are made. Turn it on under Account first."


class NotReadyYet(Conflict):
    code = "export-not-ready"
    message = "The file is still being made. Open its page again in a moment."


class NotRejected(Conflict):
    code = "line-not-rejected"
    message = "Only a line that came back rejected is proposed again. What was paid, or is still open, is not."


class ReportNotFound(NotFound):
    message = "There is no such report. Go to What came back and open it from there."


class LodgementRefused(Invalid):
    """What was entered about a batch's claim cannot be; `fields` says which answer."""

    code = "lodgement"


class ReportRefused(Invalid):
    """A report that was not taken, as a whole: `problems` are the first rows (0: the file) with their reasons."""

    code = "report-refused"
    message = "This report was not taken in. Nothing was changed."

    def __init__(self, problems: Sequence[tuple[int, str]], *, more: bool = False) -> None:
        super().__init__()
        self.problems = tuple(problems)
        self.more = more


class LeaseLost(RuntimeError):
    """Another worker has taken this export over: stop writing."""
