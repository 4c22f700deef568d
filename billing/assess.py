"""From what happened to what may be claimed: for each patient the items that fit, the next ones, and every reason.

Proposes and explains, and ranks nothing by money; approving is a person's act and happens elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from billing.facts import Attendee, GroupService
from billing.items import DerivedFee, ItemVersion, NoVersion, least_confidence
from billing.money import format_cents
from billing.rulebook import Rulebook
from billing.rules import Beside, Case, Finding, Minutes, Rule, Verdict
from billing.rules.finding import minutes_text, words, worst

__all__ = ["Assessment", "Finding", "ItemFinding", "Verdict", "assess"]

PROPOSED = "proposed"
NEEDS_A_PERSON = "needs-a-person"
NOT_BILLABLE = "not-billable"
SUMMARY_LENGTH = 300  # what a list can show; every reason in full stands with its item


@dataclass(frozen=True)
class ItemFinding:
    """One item judged for one patient. `number_of_patients_seen` is set only where the claim must carry it."""

    item_number: str
    version_from: date
    title: str
    claim_shape: str
    schedule_fee_cents: int
    benefit_cents: int
    number_of_patients_seen: int | None
    findings: tuple[Finding, ...]
    confidence: str

    @property
    def verdict(self) -> Verdict:
        return worst(finding.verdict for finding in self.findings)

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


def assess(service: GroupService, rulebook: Rulebook) -> tuple[Assessment, ...]:
    """Judge every item the program may propose, for each patient of the service.

    Returns one Assessment per attendee, in the same order.
    """
    versions = _versions_on(service, rulebook)
    return tuple(_assess_one(service, attendee, versions, rulebook) for attendee in service.attendees)


def _versions_on(service: GroupService, rulebook: Rulebook) -> list[ItemVersion]:
    versions = []
    for item in rulebook.items:
        try:
            version = item.on(service.date_of_service)
        except NoVersion:
            continue
        if version.family in service.item_families:
            versions.append(version)
    return versions


@dataclass(frozen=True)
class _Judged:
    """An item version with what each of its rules found."""

    version: ItemVersion
    answers: tuple[tuple[Rule, Finding], ...]

    @property
    def broken(self) -> tuple[Rule, ...]:
        return tuple(rule for rule, finding in self.answers if finding.verdict is Verdict.NOT_MET)


def _assess_one(
    service: GroupService, attendee: Attendee, versions: Iterable[ItemVersion], rulebook: Rulebook
) -> Assessment:
    judged = _judge(service, attendee, versions)
    relevant = [each for each in judged if not any(rule.scoping for rule in each.broken)]
    barred = any(rule.barring for each in relevant for rule in each.broken)
    near = [] if barred else _nearest([each for each in relevant if len(each.broken) == 1], attendee)
    unbroken = [each for each in relevant if not each.broken]
    # Whether a person was seen alone says nothing about an item that fits a group, so only the closest items speak.
    # A dictionary keeps the first of equal findings, in the order of the rules.
    findings = tuple(
        dict.fromkeys(
            finding for each in unbroken or near or relevant for rule, finding in each.answers if rule.about_attendance
        )
    )
    fitting = tuple(_item_finding(each, service, rulebook) for each in unbroken)
    next_items = tuple(_item_finding(each, service, rulebook) for each in near)
    outcome = _outcome(fitting)
    if outcome == PROPOSED:
        summary = _proposed(fitting, attendee.consult_seconds)
    elif outcome == NEEDS_A_PERSON:
        summary = _undecided(fitting)
    else:
        summary = _refused(attendee, next_items, findings)
    return Assessment(
        reference=attendee.reference,
        outcome=outcome,
        summary=summary[0].upper() + summary[1:],
        fitting=fitting,
        next_items=next_items,
        findings=findings,
        consult_seconds=attendee.consult_seconds,
    )


def _judge(service: GroupService, attendee: Attendee, versions: Iterable[ItemVersion]) -> list[_Judged]:
    """Judge the items that stand alone, then those that are claimed only beside one that fits."""
    added: list[ItemVersion] = []
    alone: list[ItemVersion] = []
    for version in versions:
        (added if any(isinstance(rule, Beside) for rule in version.rules) else alone).append(version)
    judged = [_judged(version, Case(service, attendee)) for version in alone]
    fitting = tuple(each.version.number for each in judged if not each.broken)
    return judged + [_judged(version, Case(service, attendee, beside=fitting)) for version in added]


def _judged(version: ItemVersion, case: Case) -> _Judged:
    return _Judged(version, tuple((rule, rule.finding(case)) for rule in version.rules))


def _nearest(candidates: list[_Judged], attendee: Attendee) -> list[_Judged]:
    """Of the items that only the minutes keep away, keep the next longer and the next shorter; keep all others."""
    shortfalls = [
        sum(rule.shortfall(attendee.consult_seconds) for rule in each.broken if isinstance(rule, Minutes))
        for each in candidates
    ]
    longer = min((each for each in shortfalls if each > 0), default=0)
    shorter = max((each for each in shortfalls if each < 0), default=0)
    return [each for each, missing in zip(candidates, shortfalls, strict=True) if missing in (0, longer, shorter)]


def _item_finding(judged: _Judged, service: GroupService, rulebook: Rulebook) -> ItemFinding:
    version = judged.version
    fee = rulebook.fee_cents(version, service.date_of_service, service.patients_seen)
    findings = tuple(finding for _, finding in judged.answers)
    confidence = version.confidence
    seen = None
    if version.derived_fee is not None:
        seen = service.patients_seen
        shared = _shared_fee(version.derived_fee, version.source, fee, seen)
        findings = (*findings, shared)
        if shared.flag:
            confidence = least_confidence(confidence, version.derived_fee.rounding_confidence)
    return ItemFinding(
        item_number=version.number,
        version_from=version.starts_on,
        title=version.title,
        claim_shape=version.claim_shape,
        schedule_fee_cents=fee,
        benefit_cents=version.benefit_cents(fee),
        number_of_patients_seen=seen,
        findings=findings,
        confidence=confidence,
    )


def _shared_fee(derived: DerivedFee, source: str, fee_cents: int, seen: int) -> Finding:
    """Show how the fee of a head-count-shared item was made, and flag a share that had to be rounded."""
    share = format_cents(derived.shared_cents) + f" / {seen}"
    loading = share if seen <= derived.shared_up_to else format_cents(derived.flat_cents)
    facts = f"{seen} seen at this place; fee of item {derived.base_item} + {loading} = {format_cents(fee_cents)}"
    if seen < 1 or derived.divides(seen):
        return Finding("shared-fee", Verdict.MET, facts, source)
    return Finding(
        "shared-fee",
        Verdict.MET,
        f"{facts}, rounded {derived.rounding.replace('-', ' ')} ({derived.rounding_confidence} confidence)",
        derived.rounding_source,
        flag="fee rounding unsure",
    )


def _outcome(fitting: tuple[ItemFinding, ...]) -> str:
    if any(_stands(item) for item in fitting):
        return PROPOSED
    return NEEDS_A_PERSON if fitting else NOT_BILLABLE


def _stands(item: ItemFinding) -> bool:
    # What nobody here can know is shown beside the line and does not hold it back.
    return item.verdict in (Verdict.MET, Verdict.CANNOT_KNOW)


def _proposed(fitting: tuple[ItemFinding, ...], seconds: int) -> str:
    standing = [item for item in fitting if _stands(item)]
    waiting = [item for item in fitting if not _stands(item)]
    time = f" with {minutes_text(seconds)} of the clinician's own time" if seconds else ""
    flags = sorted({flag for item in standing for flag in item.flags})
    sentence = f"{_named(standing)} {'fits' if len(standing) == 1 else 'fit'}{time}"
    sentence += f" ({'; '.join(flags)})" if flags else ""
    return sentence + (f"; {_named(waiting)} would need a person's decision." if waiting else ".")


def _undecided(fitting: tuple[ItemFinding, ...]) -> str:
    reasons = dict.fromkeys(
        finding.facts for item in fitting for finding in item.findings if finding.verdict is Verdict.NEEDS_A_PERSON
    )
    head = f"A person must decide about {_named(fitting)}: "
    shown: list[str] = []
    for reason in reasons:
        if len(head) + len("; ".join([*shown, reason, "and 99 more."])) <= SUMMARY_LENGTH:
            shown.append(reason)
    if not shown:
        return f"{head}{len(reasons)} {'reason' if len(reasons) == 1 else 'reasons'} beside the items."
    more = [f"and {len(reasons) - len(shown)} more"] if len(shown) < len(reasons) else []
    return f"{head}{'; '.join([*shown, *more])}."


def _refused(attendee: Attendee, next_items: tuple[ItemFinding, ...], findings: tuple[Finding, ...]) -> str:
    if not attendee.attended and not attendee.consults:
        return "Not billable: did not attend."
    near = [finding for item in next_items for finding in item.findings]
    broken = [finding for finding in (*near, *findings) if finding.verdict is Verdict.NOT_MET]
    if broken:
        # A limit may list forty services: the item shows them all, the line says only which rule stood in the way.
        whole = f"Not billable: {broken[0].facts}."
        return whole if len(whole) <= SUMMARY_LENGTH else f"Not billable: {broken[0].remedy}"
    return "Not billable: no item that this program may propose fits the service."


def _named(items: Iterable[ItemFinding]) -> str:
    numbers = [item.item_number for item in items]
    return ("item " if len(numbers) == 1 else "items ") + words(numbers, "and")
