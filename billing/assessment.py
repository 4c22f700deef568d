"""What an assessment says, and which items are claimed beside which. No judging here."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from billing.rules import Finding, Verdict
from billing.rules.finding import worst

PROPOSED = "proposed"
NEEDS_A_PERSON = "needs-a-person"
NOT_BILLABLE = "not-billable"
_STANDING = {Verdict.MET, Verdict.CANNOT_KNOW}


@dataclass(frozen=True)
class ItemFinding:
    """One item judged for one patient. `number_of_patients_seen` is set only where the claim must carry it.

    `beside` names the fitting items that this one may be added to, and is empty for an item that stands alone.
    """

    item_number: str
    version_from: date
    title: str
    claim_shape: str
    schedule_fee_cents: int
    benefit_cents: int
    number_of_patients_seen: int | None
    findings: tuple[Finding, ...]
    confidence: str
    beside: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return worst(finding.verdict for finding in self.findings)

    @cached_property
    def stands(self) -> bool:
        """Say whether nobody has to decide anything: what nobody here can know is shown and holds nothing back."""
        return {finding.verdict for finding in self.findings} <= _STANDING

    @property
    def flags(self) -> tuple[str, ...]:
        """A few words each on what is met and still worth a look."""
        return tuple(finding.flag for finding in self.findings if finding.flag)


@dataclass(frozen=True)
class Assessment:
    """What one patient's attendance comes to.

    `outcome` is "proposed", "needs-a-person" or "not-billable". `fitting` holds items of which no rule is broken, some
    perhaps still needing a person; `next_items` those that one broken rule keeps away.
    """

    reference: str
    outcome: str
    summary: str
    fitting: tuple[ItemFinding, ...]
    next_items: tuple[ItemFinding, ...]
    findings: tuple[Finding, ...]
    consult_seconds: int


def additions_for(assessment: Assessment, item_number: str) -> tuple[ItemFinding, ...]:
    """Return what may be claimed beside an item that fits: no incentive, or exactly one.

    A tuple of fitting `ItemFinding`s that name `item_number` in their `beside`, at most one long, since each incentive
    excludes every other one on the same service. It is the one with the fewest questions left open: as long as nobody
    asked about MyMedicare, that is the incentive which does not depend on it. Its findings give the reasons (base item,
    Modified Monash area), and what a person still confirms, bulk billing above all: nothing is added to a line that is
    billed privately. Empty where the place's area is not entered.
    Source: MBS notes MN.1.1 and MN.1.4 (2025-11-01): one incentive for a service.
    """
    beside = [item for item in assessment.fitting if item_number in item.beside]
    return tuple(sorted(beside, key=_left_open)[:1])


def _left_open(item: ItemFinding) -> tuple[int, int]:
    asked = sum(1 for finding in item.findings if finding.verdict is Verdict.NEEDS_A_PERSON)
    return asked, int(item.item_number)
