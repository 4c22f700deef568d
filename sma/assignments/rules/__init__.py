"""What an agreement says, when it holds, whether it matches a line, and why one cannot be made as asked."""

from sma.assignments.rules.matching import Attended as Attended
from sma.assignments.rules.matching import BilledService as BilledService
from sma.assignments.rules.matching import is_within as is_within
from sma.assignments.rules.matching import mismatch as mismatch
from sma.assignments.rules.matching import uncovered_items as uncovered_items
from sma.assignments.rules.methods import COPY_WORDS as COPY_WORDS
from sma.assignments.rules.methods import END_WORDS as END_WORDS
from sma.assignments.rules.methods import METHOD_WORDS as METHOD_WORDS
from sma.assignments.rules.methods import WAY_WORDS as WAY_WORDS
from sma.assignments.rules.methods import AlreadySigned as AlreadySigned
from sma.assignments.rules.methods import AssignmentMethod as AssignmentMethod
from sma.assignments.rules.methods import AssignmentNotFound as AssignmentNotFound
from sma.assignments.rules.methods import CopyWay as CopyWay
from sma.assignments.rules.methods import EndReason as EndReason
from sma.assignments.rules.methods import NoLongerOpen as NoLongerOpen
from sma.assignments.rules.methods import NotAssignable as NotAssignable
from sma.assignments.rules.methods import Way as Way
from sma.assignments.rules.methods import assignment_holds as assignment_holds
from sma.assignments.rules.methods import gap_in as gap_in
from sma.assignments.rules.methods import kept_until as kept_until
from sma.assignments.rules.methods import standing_days as standing_days
from sma.assignments.rules.particulars import TIMING_WORDS as TIMING_WORDS
from sma.assignments.rules.particulars import Particulars as Particulars
from sma.assignments.rules.particulars import Timing as Timing
from sma.assignments.rules.particulars import frozen as frozen
from sma.assignments.rules.particulars import missing_elements as missing_elements
from sma.assignments.rules.particulars import thawed as thawed
from sma.assignments.rules.strokes import Strokes as Strokes
from sma.assignments.rules.strokes import read_strokes as read_strokes
from sma.assignments.rules.strokes import write_strokes as write_strokes

__all__ = [
    "COPY_WORDS",
    "END_WORDS",
    "METHOD_WORDS",
    "TIMING_WORDS",
    "WAY_WORDS",
    "AlreadySigned",
    "AssignmentMethod",
    "AssignmentNotFound",
    "Attended",
    "BilledService",
    "CopyWay",
    "EndReason",
    "NoLongerOpen",
    "NotAssignable",
    "Particulars",
    "Strokes",
    "Timing",
    "Way",
    "assignment_holds",
    "frozen",
    "gap_in",
    "is_within",
    "kept_until",
    "mismatch",
    "missing_elements",
    "read_strokes",
    "standing_days",
    "thawed",
    "uncovered_items",
    "write_strokes",
]
