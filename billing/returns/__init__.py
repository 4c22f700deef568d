"""What came back from Medicare: reports in our own CSV or as JSON, what each service comes to, what the codes mean.

Pure: bytes in, values out. Which of our lines a row belongs to, and what is done about it, is decided elsewhere.
"""

from billing.returns.codes import UNKNOWN, Codes, Meaning, load_codes
from billing.returns.csv import HEADER, read_csv
from billing.returns.json import LARGEST_BYTES, read_json
from billing.returns.reconciliation import Reconciled, write_reconciliation
from billing.returns.rows import CLAIM_ID, BadRow, ClaimPaid, Payment, ResultRow, Unreadable, whole
from billing.returns.states import WORST_FIRST, ReturnState, state_of

__all__ = [
    "CLAIM_ID",
    "HEADER",
    "LARGEST_BYTES",
    "UNKNOWN",
    "WORST_FIRST",
    "BadRow",
    "ClaimPaid",
    "Codes",
    "Meaning",
    "Payment",
    "Reconciled",
    "ResultRow",
    "ReturnState",
    "Unreadable",
    "load_codes",
    "read_csv",
    "read_json",
    "state_of",
    "whole",
    "write_reconciliation",
]
