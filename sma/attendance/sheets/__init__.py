"""Paper for the day: the sign-in sheet for patients, the staff sheet for the team, and the evidence sheet.

Pure: a frozen value in, the bytes of a PDF out, the same bytes for the same value on any server and day. It reads no
database and decides nothing about who belongs on a sheet. Each sheet has an HTML twin elsewhere, since these PDFs
are not tagged for screen readers.
"""

from .evidence import evidence_sheet
from .facts import (
    EvidenceInterval,
    EvidenceRow,
    EvidenceSheet,
    SheetHeader,
    SignInStrip,
    StaffRow,
    sheet_filename,
)
from .sign_in import sign_in_sheet
from .staff import staff_sheet

__all__ = [
    "EvidenceInterval",
    "EvidenceRow",
    "EvidenceSheet",
    "SheetHeader",
    "SignInStrip",
    "StaffRow",
    "evidence_sheet",
    "sheet_filename",
    "sign_in_sheet",
    "staff_sheet",
]
