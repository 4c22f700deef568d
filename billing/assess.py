"""From what happened to what may be claimed: for each patient the items that fit, the next ones, and every reason.

Proposes and explains, and ranks nothing by money; approving is a person's act and happens elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from billing.assessment import NEEDS_A_PERSON, NOT_BILLABLE, PROPOSED, Assessment, ItemFinding, additions_for
from billing.facts import Attendee, GroupService
from billing.items import DerivedFee, ItemVersion, least_confidence
from billing.money import format_cents
from billing.rulebook import Rulebook
from billing.rules import Beside, Case, Finding, Minutes, Rule, Verdict
from billing.summary import proposed, refused, undecided

__all__ = ["Assessment", "Finding", "ItemFinding", "Verdict", "additions_for", "assess"]


def assess(service: GroupService, rulebook: Rulebook) -> tuple[Assessment, ...]:
    """Judge every item the program may propose, for each patient of the service.

    Returns one Assessment per attendee, in the same order.
    """
    versions = _of_this_service(service, rulebook.versions_on(service.date_of_service, service.item_families))
    return tuple(_assess_one(service, attendee, versions, rulebook) for attendee in service.attendees)


def _of_this_service(service: GroupService, versions: Iterable[ItemVersion]) -> list[ItemVersion]:
    """Leave out the items that are about another place, mode, profession or area, once for all patients."""
    if not service.attendees:
        return []
    bench = _Bench(Case(service, service.attendees[0]))
    return [
        version
        for version in versions
        if not any(rule.of_service and rule.scoping and bench.breaks(rule) for rule in version.rules)
    ]


@dataclass(frozen=True)
class _Bench:
    """One case, and what was found in it. Many items have the same rule; it is asked once."""

    case: Case
    _found: dict[int, Finding] = field(default_factory=dict)

    def finding(self, rule: Rule) -> Finding:
        found = self._found.get(id(rule))
        if found is None:
            found = self._found[id(rule)] = rule.finding(self.case)
        return found

    def breaks(self, rule: Rule) -> bool:
        return self.finding(rule).verdict is Verdict.NOT_MET


@dataclass(frozen=True)
class _Judged:
    """An item version with what each of its rules found, and which fitting items it may be added to."""

    version: ItemVersion
    answers: tuple[tuple[Rule, Finding], ...]
    beside: tuple[str, ...] = ()

    @cached_property
    def broken(self) -> tuple[Rule, ...]:
        return tuple(rule for rule, finding in self.answers if finding.verdict is Verdict.NOT_MET)


def _assess_one(
    service: GroupService, attendee: Attendee, versions: Iterable[ItemVersion], rulebook: Rulebook
) -> Assessment:
    relevant = _judge(service, attendee, versions)
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
        summary = proposed(fitting, attendee.consult_seconds)
    elif outcome == NEEDS_A_PERSON:
        summary = undecided(fitting)
    else:
        summary = refused(attendee, next_items, findings)
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
    """Judge the items that stand alone, then those that are claimed only beside one that fits.

    Leaves out items that were never about this patient's service.
    """
    added: list[ItemVersion] = []
    alone: list[ItemVersion] = []
    for version in versions:
        (added if any(isinstance(rule, Beside) for rule in version.rules) else alone).append(version)
    bench = _Bench(Case(service, attendee))
    judged = [found for version in alone if (found := _judged(version, bench)) is not None]
    if not added:
        return judged
    fitting = tuple(each.version.number for each in judged if not each.broken)
    bench = _Bench(Case(service, attendee, beside=fitting))
    return judged + [found for version in added if (found := _judged(version, bench)) is not None]


def _judged(version: ItemVersion, bench: _Bench) -> _Judged | None:
    if any(rule.scoping and bench.breaks(rule) for rule in version.rules):
        return None
    beside = tuple(number for rule in version.rules if isinstance(rule, Beside) for number in rule.bases(bench.case))
    return _Judged(version, tuple((rule, bench.finding(rule)) for rule in version.rules), beside)


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
        beside=judged.beside,
    )


def _shared_fee(derived: DerivedFee, source: str, fee_cents: int, seen: int) -> Finding:
    """Show how the fee of a head-count-shared item was made, and flag a share that had to be rounded."""
    if seen < 1:
        facts = f"nobody seen yet at this place; for one patient {format_cents(fee_cents)}, shared by all who are seen"
        return Finding("shared-fee", Verdict.MET, facts, source)
    share = format_cents(derived.shared_cents) + f" / {seen}"
    loading = share if seen <= derived.shared_up_to else format_cents(derived.flat_cents)
    facts = f"{seen} seen at this place; fee of item {derived.base_item} + {loading} = {format_cents(fee_cents)}"
    if derived.divides(seen):
        return Finding("shared-fee", Verdict.MET, facts, source)
    return Finding(
        "shared-fee",
        Verdict.MET,
        f"{facts}, rounded {derived.rounding.replace('-', ' ')} ({derived.rounding_confidence} confidence)",
        derived.rounding_source,
        flag="fee rounding unsure",
    )


def _outcome(fitting: tuple[ItemFinding, ...]) -> str:
    if any(item.stands for item in fitting):
        return PROPOSED
    return NEEDS_A_PERSON if fitting else NOT_BILLABLE
