"""Reads the published schedule file and says where it differs from an earlier one, or from the items we hold.

It changes nothing itself. Fees can be proposed, for a person to accept; everything else that differs a person reads,
looks at the law behind it and adds a dated version.
The file carries current items only, so an item that ended is known by its absence.
Source: mbsonline.gov.au, XML help page of 4 March 2022, and the file of 1 July 2025.
"""

from billing.mbs.schedule.checks import Anomaly, anomalies
from billing.mbs.schedule.differences import Difference, changes, differences
from billing.mbs.schedule.ours import OurItem, looked_at, ours_on
from billing.mbs.schedule.proposing import Known, propose, unusual
from billing.mbs.schedule.reader import PublishedItem, Schedule, ScheduleProblem, read_items, read_schedule

__all__ = [
    "Anomaly",
    "Difference",
    "Known",
    "OurItem",
    "PublishedItem",
    "Schedule",
    "ScheduleProblem",
    "anomalies",
    "changes",
    "differences",
    "looked_at",
    "ours_on",
    "propose",
    "read_items",
    "read_schedule",
    "unusual",
]
