"""The states of a claim line and of a batch."""

from enum import StrEnum


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


class ExportStatus(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class AssignmentMethod(StrEnum):
    """How a benefit was assigned (Health Insurance Regulations 2018, s 65C, from 1 July 2026)."""

    BEFORE = "pre"
    AFTER = "post"
    ENDURING = "enduring"
    VERBAL = "verbal"
