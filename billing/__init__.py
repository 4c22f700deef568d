"""What may be claimed for a group service, under which item, for how much, and why not.

Pure: values in, values out; knows no database, no web and no names of people. The law is data in `billing/mbs`, and
the engine proposes items with every reason. It never decides: a clinician approves. Export formats are in
`billing.exports`.
"""

from billing.assess import Assessment, Finding, ItemFinding, Verdict, additions_for, assess
from billing.current import load_rulebook
from billing.facts import Attendee, Consult, EarlierService, GroupService, Interval, Profession, Provider, Referral
from billing.identifiers import Problem
from billing.items import Item, ItemVersion, NoVersion, UnknownItem
from billing.rulebook import BadRulebook, Rulebook
from billing.volume import VolumeStanding, volume_standings

__all__ = [
    "Assessment",
    "Attendee",
    "BadRulebook",
    "Consult",
    "EarlierService",
    "Finding",
    "GroupService",
    "Interval",
    "Item",
    "ItemFinding",
    "ItemVersion",
    "NoVersion",
    "Problem",
    "Profession",
    "Provider",
    "Referral",
    "Rulebook",
    "UnknownItem",
    "Verdict",
    "VolumeStanding",
    "additions_for",
    "assess",
    "load_rulebook",
    "volume_standings",
]
